"""Types that repeat what generics would say once

Five repositories with the same three methods, decorators that lose the signature of what they wrap, identifiers that are all
plain `int`: the finer tools of typing remove the copies and casts, and let the checker catch an order's id where a user's is
meant.

## Improve

Write the repeated class once, generic over what it holds. Keep signatures through decorators with `ParamSpec`, give
identifiers a `NewType`, answer with `Self` from fluent methods, and use `Literal` for the few words that are allowed.

## When not to apply

None of it is a goal in itself: a small service may have neither copies nor casts.

## Read

- [Python: user-defined generic types](https://docs.python.org/3/library/typing.html#user-defined-generic-types)
- [PEP 612: ParamSpec](https://peps.python.org/pep-0612/)
- [mypy: generics](https://mypy.readthedocs.io/en/stable/generics.html)

```python bad
from fastapi import FastAPI

app = FastAPI()


class Orders:
    def get(self, number: int) -> str:
        return str(number)


@app.get("/orders/{number}")
def read(number: int) -> str:
    return Orders().get(number)
```

```python fixed
from typing import Generic, NewType, TypeVar

from fastapi import FastAPI

app = FastAPI()
T = TypeVar("T")
OrderId = NewType("OrderId", int)


class Repository(Generic[T]):
    def __init__(self, rows: dict[int, T]) -> None:
        self.rows = rows

    def get(self, number: int) -> T:
        return self.rows[number]


class Orders(Repository[str]):
    pass


@app.get("/orders/{number}")
def read(number: int) -> str:
    return Orders({1: "a"}).get(OrderId(number))
```
"""

from fastreview.api import Found, Hit, Met, Project, Related, Side, check
from fastreview_checks.knowledge.typing.type_tools import STRUCTURAL, tools_used
from fastreview_checks.knowledge.unread_routes import without_routes


@check("TYP011", dimension="typing", level=3, credit=2, needs=(Side.SOURCE,), effort="days")
def generic_dependency(project: Project) -> Found:
    if not project.routes:
        raise without_routes(project, "the service has no routes")
    found = tools_used(project)
    wanted = int(project.limits["TYP011.tools"])
    structural = sorted(STRUCTURAL & found.keys())
    if len(found) >= wanted and structural:
        first = "generics" if "generics" in found else structural[0]
        yield Met(found[first], f"Finer tools of typing are in use: {', '.join(sorted(found))}.")
        return
    place = next(iter(found.values()), project.place)
    only = " and ".join(sorted(found))
    said = f"Of the finer tools of typing only {only} can be seen" if found else "No finer tool of typing is in use"
    yield Hit(
        place,
        f"{said}: what several classes or decorators have in common is repeated or cast. Write it once, generic, with "
        "`ParamSpec` for decorators, `NewType` for identifiers, `Self` and `Literal`.",
        related=tuple(Related(at, name) for name, at in sorted(found.items())),
    )
