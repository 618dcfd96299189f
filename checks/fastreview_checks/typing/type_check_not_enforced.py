"""Type checker that CI does not run

A checker that runs only where somebody remembers to run it lets errors in one by one, until its list is too long to be
read. In CI it holds the line without anybody's effort.

## Improve

Run the checker for every push or pull request, in a step whose failure fails the pipeline; the same command in a
pre-commit hook saves the wait.

## When not to apply

A pipeline that calls a workflow of another repository may run it there: then this is unknown.

## Read

- [mypy in CI](https://mypy.readthedocs.io/en/stable/existing_code.html#run-mypy-consistently-and-prevent-regressions)
- [GitHub Actions: building and testing Python](https://docs.github.com/en/actions/how-tos/writing-workflows/building-and-testing/building-and-testing-python)

```yaml bad .github/workflows/check.yml
on: [push]
jobs:
  types:
    runs-on: ubuntu-latest
    steps:
      - run: mypy app || true  # finding
```

```yaml fixed .github/workflows/check.yml
on: [push]
jobs:
  types:
    runs-on: ubuntu-latest
    steps:
      - run: mypy app
```

By way of pre-commit's hooks:

```yaml good .github/workflows/check.yml
on: [pull_request]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: uvx pre-commit run --all-files
```

```yaml good .pre-commit-config.yaml
repos:
  - repo: local
    hooks:
      - id: mypy
        name: mypy
        entry: uv run mypy app
        language: system
```
"""

from fastreview.api import Found, Hit, Met, Place, Project, Rung, Side, Unknown, check
from fastreview_checks.knowledge.pipelines import elsewhere
from fastreview_checks.knowledge.typing.type_checkers import checker_runs, configurations


@check("TYP006", dimension="typing", level=3, gate=True, needs=(Side.FILES,), effort="hours", sharpens="TYP003")
def type_check_not_enforced(project: Project) -> Found:
    runs = checker_runs(project)
    enforced = next((run for run in runs if run.enforced), None)
    if enforced is not None:
        yield Met(enforced.place, f"CI runs {enforced.tool} on every change and fails on its errors.", Rung.ENFORCED)
        return
    if reason := elsewhere(project):
        raise Unknown(reason)
    ignored = next((run for run in runs if run.in_ci), None)
    if ignored is not None:
        yield Hit(
            ignored.place,
            f"CI runs {ignored.tool}, but not so that its errors stop a change: they are ignored, or it runs only on "
            "other occasions. Let the step fail the pipeline for pushes and pull requests.",
        )
        return
    configured = next(iter(configurations(project)), None)
    workflows = project.workflows
    if configured is not None:
        place, said = (
            Place(configured.path, configured.line),
            f"{configured.tool} is configured, but no pipeline runs it",
        )
    elif runs:
        place, said = runs[0].place, f"{runs[0].tool} is run by hand only"
    else:
        place = workflows[0].place if workflows else Place("")
        said = "No pipeline runs a type checker" if workflows else "There is no pipeline that could run a type checker"
    yield Hit(place, f"{said}, so type errors are merged unseen. Run it on every push or pull request.")
