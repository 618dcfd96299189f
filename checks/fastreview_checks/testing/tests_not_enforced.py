"""Tests are not enforced by CI

Tests that run when somebody remembers them are out of date within weeks. A pipeline that runs them on every push or pull
request, and fails when they fail, is what turns them into a promise.

## Improve

Add a workflow that starts on `pull_request`, installs the locked dependencies and runs `pytest`. Do not let the step fail
silently (`continue-on-error`, `|| true`).

## Read

- [Building and testing Python](https://docs.github.com/en/actions/tutorials/build-and-test-code/python)
- [Using pytest in continuous integration](https://docs.pytest.org/en/stable/explanation/ci.html)

```python bad tests/test_items.py
def test_price() -> None:
    assert 2 * 3 == 6
```

```yaml bad .github/workflows/ci.yml
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pip install -r requirements.txt
      - run: pytest || true  # finding
```

```python fixed tests/test_items.py
def test_price() -> None:
    assert 2 * 3 == 6
```

```yaml fixed .github/workflows/ci.yml
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pip install -r requirements.txt
      - run: pytest
```

Tests behind a task runner and a script count:

```yaml good .github/workflows/ci.yml
on:
  pull_request:
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: just check
```

```just good justfile
check: lint test

lint:
    ruff check .

test:
    ./scripts/all.sh
```

```sh good scripts/all.sh
#!/bin/sh
uv run coverage run -m pytest "$@"
```
"""

from fastreview.api import Found, Hit, Met, Place, Project, Rung, Side, Unknown, check
from fastreview_checks.knowledge.pipelines import elsewhere, test_runs


@check("TST012", dimension="testing", level=2, gate=True, needs=(Side.FILES,), effort="hours", sharpens="TST001")
def tests_not_enforced(project: Project) -> Found:
    runs = list(test_runs(project))
    enforced = next((r for r in runs if r.on_changes and not r.may_fail), None)
    if enforced is not None:
        yield Met(enforced.place, "CI runs the tests on every change and fails when they fail.", Rung.ENFORCED)
    elif reason := elsewhere(project):
        raise Unknown(reason)
    elif runs:
        ignored = any(r.on_changes for r in runs)
        yield Hit(
            runs[0].place,
            "CI runs the tests but goes on when they fail. Let the step fail the pipeline."
            if ignored
            else "CI runs the tests only by hand, on a schedule or for releases, after the change went in. Run them on "
            "pushes and pull requests.",
        )
    else:
        workflows = project.workflows
        place = workflows[0].place if workflows else Place("")
        said = "No pipeline runs tests" if workflows else "There is no CI pipeline"
        yield Hit(
            place,
            f"{said}, so a change that breaks the tests is merged unseen. Run them on every push or pull request.",
        )
