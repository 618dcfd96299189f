"""ORM class as request body or response model

The API then has the shape of the table: each new column is published, a client can send `is_admin` or `id`, and a
column cannot be renamed without breaking somebody. Loading relations while the answer is written adds queries nobody
sees.

## Improve

Give each direction a schema of its own (`OrderCreate`, `OrderPublic`), and make it from the row with
`from_attributes=True`. With SQLModel: share a base, and keep `table=True` for the class that routes never mention.

## When not to apply

An ORM class that annotates a dependency (`user: User = Depends(current_user)`) is not sent by anyone.

## Read

- [Multiple models with FastAPI](https://sqlmodel.tiangolo.com/tutorial/fastapi/multiple-models/)
- [Extra models](https://fastapi.tiangolo.com/tutorial/extra-models/)

```python bad
from fastapi import FastAPI
from sqlmodel import Field, SQLModel

app = FastAPI()


class Order(SQLModel, table=True):  # finding
    id: int | None = Field(default=None, primary_key=True)
    paid: bool = False


@app.post("/orders")
async def create(order: Order) -> Order:
    return order
```

```python fixed
from fastapi import Depends, FastAPI
from sqlmodel import Field, SQLModel

app = FastAPI()


class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    paid: bool = False


class OrderPublic(SQLModel):
    id: int
    paid: bool


def first_order() -> Order:
    return Order(id=1)


@app.get("/orders/first", response_model=OrderPublic)
async def read_first(order: Order = Depends(first_order)):
    return order
```
"""

from fastreview.api import Confidence, Found, Hit, Project, Related, Table, check


@check("COR007", dimension="core", level=1, gate=True, each=Table, effort="hours")
def persistence_model_exposed(table: Table, project: Project) -> Found:
    uses = project.contract_uses.get(id(table.cls), ())
    if not uses:
        return
    first = uses[0][0]
    more = f" and {len(uses) - 1} more" if len(uses) > 1 else ""
    yield Hit(
        table.place,
        f"The table `{table.name}` is {uses[0][1]} of {first.key}{more}: its columns are the public API, and each new "
        "one is published. Give the routes schemas of their own.",
        related=tuple(Related(route.place, f"{how} of {route.key}") for route, how in uses),
        confidence=Confidence.LIKELY,
    )
