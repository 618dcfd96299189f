"""Function without type annotations

FastAPI reads annotations to parse, validate and document requests, and type checkers read them to find mistakes before
they run. A function without them is a hole in both: mypy does not even look into its body by default, and whatever it
returns is `Any` wherever it goes from there.

## Improve

Annotate every parameter and the return value, `-> None` included. Start where data enters and leaves: endpoints,
dependencies and services; then let `disallow_untyped_defs` (mypy) keep it so. `MonkeyType` and `pyright --createstub`
can propose annotations for existing code.

## When not to apply

The first parameter of a method and the return value of `__init__` need none. Tests, scripts and migrations are not
judged.

## Read

- [Python types in FastAPI](https://fastapi.tiangolo.com/python-types/)
- [Annotating existing code with mypy](https://mypy.readthedocs.io/en/stable/existing_code.html)

```python bad
def total(lines, rate: float):  # finding
    return sum(line.price for line in lines) * rate


class Basket:
    def __init__(self, owner: str) -> None:
        self.owner = owner

    def rename(self, owner):  # finding
        self.owner = owner
```

```python fixed
from decimal import Decimal


def total(prices: list[Decimal], rate: Decimal) -> Decimal:
    return sum(prices, Decimal(0)) * rate


class Basket:
    def __init__(self, owner: str):
        self.owner = owner

    def rename(self, owner: str) -> None:
        self.owner = owner
```
"""

from fastreview.api import Found, Function, Hit, Project, Severity, check
from fastreview_checks.knowledge.typing.annotations import in_words, incomplete


@check(
    "TYP001",
    dimension="typing",
    level=1,
    gate=True,
    each=Function,
    effort="hours",
    severity=Severity.MINOR,
    per_file=True,
)
def unannotated_function(function: Function, project: Project) -> Found:
    missing = incomplete(project).get(id(function))
    if missing:
        yield Hit(
            function.place,
            f"`{function.name}` does not say the type of {in_words(missing)}, so type checkers cannot follow what it "
            "takes and gives. Annotate it.",
        )
