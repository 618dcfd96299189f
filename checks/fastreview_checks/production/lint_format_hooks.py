"""Linter or formatter not in force

Where nobody's machine decides how code looks, every review starts with spaces and unused imports, and every diff holds
lines that only a formatter would have changed. A configuration that nothing runs is a wish.

## Improve

Configure one linter and one formatter (`ruff check`, `ruff format`) and let pre-commit or the pipeline run them on every
change.

## Read

- [Ruff's linter](https://docs.astral.sh/ruff/linter/)
- [Ruff's formatter](https://docs.astral.sh/ruff/formatter/)
- [pre-commit](https://pre-commit.com/)

```toml bad pyproject.toml
[tool.ruff]  # finding
line-length = 100
```

```yaml bad .github/workflows/ci.yml
on: [push]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: ruff check .
```

```toml fixed pyproject.toml
[tool.ruff]
line-length = 100
```

```yaml fixed .github/workflows/ci.yml
on: [push]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: ruff check .
      - run: ruff format --check .
```

Hooks are as good as a pipeline here:

```yaml good .pre-commit-config.yaml
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.14.0
    hooks:
      - id: ruff-check
      - id: ruff-format
```

So are hooks of the repository's own, which may run the tools in a container:

```yaml good .pre-commit-config.yaml
repos:
  - repo: local
    hooks:
      - id: backend-black
        name: backend-black
        entry: docker compose exec -T backend black .
        language: system
      - id: backend-flake8
        name: backend-flake8
        entry: docker compose exec -T backend flake8
        language: system
```

Configured, and run by nothing:

```toml bad pyproject.toml
[tool.black]
line-length = 100

[tool.ruff]  # finding
line-length = 100
```
"""

from fastreview.api import Found, Hit, Met, Project, Rung, Side, check
from fastreview_checks.knowledge.production.code_style import style_of


@check("PRD018", dimension="production", level=1, credit=1, needs=(Side.FILES,), effort="minutes")
def lint_format_hooks(project: Project) -> Found:
    style = style_of(project)
    lacking = [
        (style.linter, "no linter is configured", "a linter"),
        (style.formatter, "no formatter is configured", "a formatter"),
        (style.enforced, "neither hooks nor a pipeline run them", "a hook or a pipeline that runs them"),
    ]
    if style.linter is None and style.formatter is None:
        lacking = lacking[:2]
    missing = [(what, remedy) for place, what, remedy in lacking if place is None]
    if missing:
        yield Hit(
            style.linter or style.formatter or project.place,
            f"The look of the code is left to each author: {' and '.join(what for what, _ in missing)}. "
            f"Add {' and '.join(remedy for _, remedy in missing)}.",
        )
    elif style.enforced is not None:
        rung = Rung.ENFORCED if style.in_pipeline else Rung.CONFIGURED
        yield Met(style.enforced, "A linter and a formatter run before code is merged.", rung)
