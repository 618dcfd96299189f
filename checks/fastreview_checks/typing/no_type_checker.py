"""No type checker

Annotations that nobody checks drift away from the code: a parameter says `int` and gets `None`, and the first to notice
is a user. A type checker reads every path on every change, the rarely run ones too, and costs a line of configuration.

## Improve

Configure mypy, pyright, ty or pyrefly in `pyproject.toml`, and run it in CI and in a pre-commit hook. With mypy, add
the plugin `pydantic.mypy`.

## Read

- [Getting started with mypy](https://mypy.readthedocs.io/en/stable/getting_started.html)
- [Pyright's configuration](https://microsoft.github.io/pyright/#/configuration)
- [Pydantic's mypy plugin](https://docs.pydantic.dev/latest/integrations/mypy/)

```toml bad
[project]
name = "shop"
dependencies = ["fastapi"]

[dependency-groups]
dev = ["mypy"]
```

```toml fixed
[project]
name = "shop"
dependencies = ["fastapi"]

[dependency-groups]
dev = ["mypy"]

[tool.mypy]
strict = true
plugins = ["pydantic.mypy"]
```

Without configuration of its own, but run for every change:

```yaml good .github/workflows/check.yml
on: [push]
jobs:
  types:
    runs-on: ubuntu-latest
    steps:
      - run: uv run pyright src
```
"""

from fastreview.api import Found, Hit, Met, Place, Project, Rung, Side, check
from fastreview_checks.knowledge.typing.type_checkers import CHECKERS, checker_runs, configurations


@check("TYP003", dimension="typing", level=1, gate=True, needs=(Side.FILES,), effort="hours")
def no_type_checker(project: Project) -> Found:
    runs = checker_runs(project)
    enforced = next((run for run in runs if run.enforced), None)
    configured = next(iter(configurations(project)), None)
    if enforced is not None:
        yield Met(enforced.place, f"{enforced.tool} checks the types of every change in CI.", Rung.ENFORCED)
    elif configured is not None:
        place = Place(configured.path, configured.line)
        yield Met(place, f"{configured.tool} is configured.", Rung.CONFIGURED)
    elif runs:
        yield Met(runs[0].place, f"{runs[0].tool} is part of the project's own commands.", Rung.CONFIGURED)
    else:
        installed = [r for r in project.facts.files.requirements if r.name in CHECKERS]
        place = Place(installed[0].path, installed[0].line) if installed else project.place
        said = f"{installed[0].name} is installed, but nothing" if installed else "Nothing"
        yield Hit(
            place,
            f"{said} checks the types of this project, so its annotations are unproven comments. Configure mypy, "
            "pyright, ty or pyrefly and run it in CI.",
        )
