"""No CI pipeline

Without a pipeline, what is merged is what somebody's machine said. Lint and tests on every change are the cheapest
reviewer there is, and the base that later gates (types, audits, migrations) stand on.

## Improve

Add a workflow that runs on pushes and pull requests and does both: a linter (`ruff check`) and the tests (`pytest`). Let
it fail when one of them fails.

## Read

- [Building and testing Python](https://docs.github.com/en/actions/tutorials/build-and-test-code/python)
- [Ruff in CI](https://docs.astral.sh/ruff/integrations/#github-actions)

```yaml bad .github/workflows/deploy.yml
on: [push]  # finding
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: curl -X POST "$DEPLOY_HOOK"
```

```yaml fixed .github/workflows/ci.yml
on: [push, pull_request]
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - run: uv run ruff check .
      - run: uv run pytest
```

Tests without a linter are half of it:

```yaml bad .gitlab-ci.yml
test:
  script:
    - pip install pytest ruff
    - pytest
```

Hooks count where the pipeline runs them:

```yaml good .github/workflows/ci.yml
on: [pull_request]
jobs:
  hooks:
    runs-on: ubuntu-latest
    steps:
      - uses: pre-commit/action@v3
  test:
    runs-on: ubuntu-latest
    steps:
      - run: tox -e py312
```

What a system runs whose files are not read (Tekton, Buildkite, Cloud Build) is unknown:

```yaml unknown .tekton/pull-request.yaml
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: pull-request
```
"""

from fastreview.api import Found, Hit, Met, Project, Rung, Side, Unknown, check
from fastreview_checks.knowledge.pipelines import elsewhere, lint_runs, test_runs


@check("PRD013", dimension="production", level=1, gate=True, needs=(Side.FILES,), effort="hours")
def no_ci(project: Project) -> Found:
    lint = next((run for run in lint_runs(project) if run.on_changes), None)
    tests = next((run for run in test_runs(project) if run.on_changes), None)
    if lint is not None and tests is not None:
        rung = Rung.CONFIGURED if lint.may_fail or tests.may_fail else Rung.ENFORCED
        yield Met(tests.place, "CI lints and tests every change.", rung)
        return
    if reason := elsewhere(project):
        raise Unknown(reason)
    if not project.workflows:
        yield Hit(
            project.place,
            "No CI pipeline checks changes to this service: whatever is pushed is taken as it is. Run a linter and the "
            "tests on every push or pull request.",
        )
        return
    missing = " and ".join(word for word, run in (("lints", lint), ("tests", tests)) if run is None)
    found = lint or tests
    yield Hit(
        found.place if found else project.workflows[0].place,
        f"The pipeline has no step that {missing} this service on pushes or pull requests, so such mistakes are merged "
        "unseen. Add it.",
    )
