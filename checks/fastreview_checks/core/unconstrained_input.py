"""Input without a bound

A string or list of any length is parsed, checked, stored and logged at any length: a title of 50 MB reaches the database,
and a list of a million ids becomes a query.

## Improve

Say what is sensible where the value is declared: `Field(max_length=200)`, an enum, a `Literal`, a type of its own
(`EmailStr`, `UUID`). One alias per kind of value keeps that short: `Title = Annotated[str, Field(max_length=200)]`.

## When not to apply

Fields with a validator of their own count as bounded; so does everything under `str_max_length`. The length of
an address bounds values in the path and the query; sizes of pages have a check of their own (DAT006).

## Read

- [Fields: string constraints](https://docs.pydantic.dev/latest/concepts/fields/#string-constraints)
- [Body: fields](https://fastapi.tiangolo.com/tutorial/body-fields/)
- [OWASP API4:2023](https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/)

```python bad
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    title: str  # finding
    lines: list[int]


@app.post("/orders")
async def place(order: Order) -> int:
    return len(order.lines)
```

```python fixed
from typing import Annotated, Literal
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()
Title = Annotated[str, Field(max_length=80)]


class Order(BaseModel):
    title: Title
    note: Title | None = None
    kind: Literal["new", "used"] = "new"
    lines: Annotated[list[UUID], Field(max_length=100)]


@app.post("/orders")
async def place(order: Order) -> int:
    return len(order.lines)


@app.get("/orders")
async def list_orders(text: str = "") -> str:
    return text
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id}")
async def read_order(order_id: str) -> str:
    return order_id
```
"""

from fastreview.api import Found, Hit, NotApplicable, Project, Related, Route, check
from fastreview_checks.knowledge.core.bounds import is_unbounded, judged

_SHOWN = 3


@check("COR011", dimension="core", level=2, credit=3, each=Route, effort="hours", per_file=True)
def unconstrained_input(route: Route, project: Project) -> Found:
    if not route.is_api:
        raise NotApplicable("not a route of the API")
    if route.listed is not None and project.first_routes[id(route.listed.registered)] is not route:
        raise NotApplicable("declared once for several methods or paths, and judged on the first")
    inputs = judged(route, project)
    if not inputs:
        raise NotApplicable("it takes no body that is known")
    unbounded = [given for given in inputs if is_unbounded(given, project)]
    if unbounded:
        names = ", ".join(f"`{given.name}`" for given in unbounded[:_SHOWN])
        more = f" and {len(unbounded) - _SHOWN} more" if len(unbounded) > _SHOWN else ""
        yield Hit(
            unbounded[0].place,
            f"{route.key} takes {names}{more} without a limit: whatever fits into a request is checked and "
            "passed on. Bound them where they are declared: `Field(max_length=...)`, an enum, a type.",
            symbol=unbounded[0].name,
            related=(Related(route.place, f"{route.key} is answered here"),),
        )
