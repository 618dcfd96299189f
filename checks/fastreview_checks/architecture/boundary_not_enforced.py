"""Boundaries between layers are not enforced

Which module may import which is decided once and broken one import at a time, in changes that look harmless. A contract
that a tool checks in CI turns the drawing of the architecture into a fact, and a violation into a failed build.

## Improve

Write the layers down as an import contract (import-linter, tach, pytest-archon, PyTestArch) and run it in the pipeline
that starts on every change.

## Read

- [Import Linter](https://import-linter.readthedocs.io/en/stable/)
- [Tach](https://docs.gauge.sh/)

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```toml bad
[project]
name = "orders"
version = "1"
```

A contract that nothing runs:

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```toml bad
[tool.importlinter]  # finding
root_package = "app"

[[tool.importlinter.contracts]]
name = "Layers"
type = "layers"
layers = ["app.main", "app.services"]
```

```yaml bad .github/workflows/ci.yml
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
```

```python fixed app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```toml fixed
[tool.importlinter]
root_package = "app"

[[tool.importlinter.contracts]]
name = "Layers"
type = "layers"
layers = ["app.main", "app.services"]
```

```yaml fixed .github/workflows/ci.yml
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
      - run: lint-imports
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Place, Project, Rung, Side, check
from fastreview_checks.knowledge.architecture.boundaries import contract_runs, contracts


@check("ARC018", dimension="architecture", level=3, gate=True, needs=(Side.FILES,), effort="hours")
def boundary_not_enforced(project: Project) -> Found:
    if not project.apps:
        raise NotApplicable("the project creates no app")
    written = next(contracts(project), None)
    if written is None:
        yield Hit(
            Place(""),
            "No tool guards which module may import which, so every layer is one import away from every other. "
            "Write the layers down as an import contract and check it in CI.",
        )
        return
    runs = list(contract_runs(project))
    enforced = next((run for run in runs if run.on_changes and not run.may_fail), None)
    if enforced is not None:
        yield Met(enforced.place, "CI checks the import contract on every change", Rung.ENFORCED)
    elif runs:
        yield Hit(
            runs[0].place,
            "CI checks the import contract, but goes on when it is broken or starts only by hand. "
            "Let a broken contract fail the pipeline of every change.",
        )
    else:
        yield Hit(
            written, "There is an import contract, but no pipeline checks it. Run the tool in CI on every change."
        )
