"""Functions left without type annotations

Where nearly everything is annotated, the few functions that are not decide how far a type checker can be trusted: each
is a place where types turn into `Any` without a word. A senior code base leaves none behind, and then makes the checker
refuse new ones.

## Improve

Annotate what is left, and switch on `disallow_untyped_defs` and `disallow_incomplete_defs` (mypy) or
`reportMissingParameterType` and `reportUnknownParameterType` (pyright).

## When not to apply

The first parameter of a method and the return value of `__init__` need none. Tests, scripts and migrations are not
judged.

## Read

- [mypy: untyped definitions and calls](https://mypy.readthedocs.io/en/stable/config_file.html#untyped-definitions-and-calls)
- [PEP 484: type hints](https://peps.python.org/pep-0484/)

```python bad
from collections.abc import Callable


def retried(call: Callable[[], str], *args, attempts: int = 3) -> str:  # finding
    return call()
```

```python fixed
from collections.abc import Callable


def retried(call: Callable[[], str], *args: str, attempts: int = 3) -> str:
    return call()
```
"""

from fastreview.api import Found, Function, Hit, Project, Severity, check
from fastreview_checks.knowledge.typing.annotations import in_words, incomplete


@check(
    "TYP002",
    dimension="typing",
    level=2,
    gate=True,
    each=Function,
    effort="hours",
    severity=Severity.MINOR,
    sharpens="TYP001",
    per_file=True,
)
def fully_annotated(function: Function, project: Project) -> Found:
    missing = incomplete(project).get(id(function))
    if missing:
        yield Hit(
            function.place,
            f"The type of {in_words(missing)} in `{function.name}` is left open: it becomes `Any` for every caller. "
            "Annotate it.",
        )
