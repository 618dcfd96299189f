"""Types that say nothing

`Any` switches the checker off for whatever it touches, and a bare `dict` or `list` is a container of `Any`: a misspelt key or a
missing field is found by a user. Where such a type stands in a signature, it spreads to every caller.

## Improve

Say what is inside: a Pydantic model, a `TypedDict` or a dataclass for a `dict` with known keys, `list[Order]` for a list. A
value that really may be anything is an `object`, which nobody can use before looking at it.

## When not to apply

`dict[str, Any]` for JSON whose form is another's business says at least that much. Signatures that somebody else calls -
validators, methods with two underscores, wrappers, `*args` and `**kwargs` - are not judged, and the return type of an
endpoint with a `response_model` neither.

## Read

- [mypy: disallowing Any](https://mypy.readthedocs.io/en/stable/config_file.html#disallow-dynamic-typing)
- [Python: Any and object](https://docs.python.org/3/library/typing.html#the-any-type)
- [PEP 589: TypedDict](https://peps.python.org/pep-0589/)

```python bad
from typing import Any


def total(order: dict) -> int:  # finding
    return order["price"] * order["count"]


def read(raw: bytes) -> Any | None:  # finding
    return raw
```

```python fixed
from typing import TypedDict


class Order(TypedDict):
    price: int
    count: int


def total(order: Order) -> int:
    return order["price"] * order["count"]


def read(raw: bytes) -> bytes | None:
    return raw
```

```python good
from typing import Any

from pydantic import BaseModel, field_validator


class Order(BaseModel):
    count: int

    @field_validator("count", mode="before")
    @classmethod
    def plain(cls, value: Any) -> Any:
        return value


def forward(payload: dict[str, Any], _unused: Any = None, **options: Any) -> None:
    print(payload, options)
```
"""

from fastreview.api import Found, Function, Hit, NotApplicable, Project, Severity, Side, check
from fastreview_checks.knowledge.typing.escapes import escapes

SHOWN = 3


@check(
    "TYP007",
    dimension="typing",
    level=2,
    gate=True,
    each=Function,
    needs=(Side.SOURCE,),
    effort="hours",
    severity=Severity.MINOR,
    per_file=True,
)
def any_escape(function: Function, project: Project) -> Found:
    if not function.facts.returns_annotated and not any(p.annotated for p in function.facts.parameters):
        raise NotApplicable("the function has no annotations")
    found = escapes(project).get(id(function))
    if found:
        listed = [f"`{name}: {written}`" if name else f"the return type `{written}`" for name, written, _ in found]
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        say = "says" if len(found) == 1 else "say"
        yield Hit(
            function.place,
            f"{', '.join(listed[:SHOWN])}{more} of `{function.name}` {say} nothing about what is inside, to no caller and no "
            "checker. Name the type.",
        )
