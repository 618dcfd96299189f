"""Validation by hand in an endpoint

A test of a value in the endpoint is not in the documentation, answers in another form than all other refusals, and is
forgotten in the next endpoint that takes the same value.

## Improve

Say it where the value is declared: `Field(min_length=1)`, `Query(ge=1)`, `Literal["asc", "desc"]`, an enum, a type such
as `EmailStr`; what concerns two fields goes into a `model_validator`. FastAPI then answers 422 and documents it.

## When not to apply

What needs the database, the settings, the caller or another parameter is a rule, not the form of a value. Uploads are
left out.

## Read

- [Query parameters and string validations](https://fastapi.tiangolo.com/tutorial/query-params-str-validations/)
- [Fields](https://docs.pydantic.dev/latest/concepts/fields/)

```python bad
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    title: str
    quantity: int


@app.post("/orders")
async def place(order: Order) -> str:
    if not order.title.strip() or len(order.title) > 80:  # finding
        raise HTTPException(status_code=400, detail="a title of at most 80 characters, please")
    return order.title


@app.get("/orders")
async def list_orders(sort: str = "asc") -> str:
    if sort not in ("asc", "desc"):  # finding
        raise HTTPException(422, "sort must be asc or desc")
    return sort
```

```python fixed
from typing import Annotated, Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Order(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=80)]
    quantity: Annotated[int, Field(ge=1)]


@app.post("/orders")
async def place(order: Order) -> str:
    return order.title


@app.get("/orders")
async def list_orders(sort: Literal["asc", "desc"] = "asc") -> str:
    return sort
```

```python good
from fastapi import FastAPI, HTTPException

app = FastAPI()
ORDERS = {1: "bolts"}


@app.get("/orders/{order_id}")
async def read_order(order_id: int, owner: str | None = None, team: str | None = None) -> str:
    if order_id not in ORDERS.keys():
        raise HTTPException(404, "no such order")
    if owner is not None and team is not None:
        raise HTTPException(400, "either owner or team")
    return ORDERS[order_id]
```
"""

from fastreview.api import Endpoint, Found, Hit, NotApplicable, Place, Project, check
from fastreview_checks.knowledge.core.by_hand import by_hand


@check("COR012", dimension="core", level=2, credit=2, each=Endpoint, effort="minutes")
def hand_rolled_validation(endpoint: Endpoint, project: Project) -> Found:
    if not endpoint.routes[0].inputs:
        raise NotApplicable("it takes nothing from clients")
    for branch, name in by_hand(endpoint):
        yield Hit(
            Place(endpoint.function.module.path, branch.line),
            f"`{endpoint.function.name}` refuses `{name}` by hand: the rule is not in the documentation, and the answer "
            "differs from all other refusals. Say it in the type of the value: a constraint, a `Literal`, a validator.",
            symbol=name,
        )
