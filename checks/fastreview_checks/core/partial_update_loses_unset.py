"""PATCH that resets what the client left out

A PATCH says what changes. A dict that is made of the whole model holds the defaults of all fields that were not sent,
and storing it sets those columns to null: the client who changes a title deletes the description.

## Improve

Store what was sent: `body.model_dump(exclude_unset=True)`. Where a null has no meaning of its own, `exclude_none=True`
or a test of each field does as well. A route that replaces the whole object is a PUT.

## When not to apply

A body whose fields are all required loses nothing, and neither does one of a single field.

## Read

- [Body: partial updates with PATCH](https://fastapi.tiangolo.com/tutorial/body-updates/#partial-updates-with-patch)
- [Serialization: excluding unset values](https://docs.pydantic.dev/latest/concepts/serialization/)

```python bad
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order:
    title: str = ""
    note: str | None = None


class OrderPatch(BaseModel):
    title: str | None = None
    note: str | None = None


ORDER = Order()


@app.patch("/orders/{order_id}")
async def change_order(order_id: int, body: OrderPatch) -> OrderPatch:
    for name, value in body.model_dump().items():  # finding
        setattr(ORDER, name, value)
    return body
```

```python fixed
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order:
    title: str = ""
    note: str | None = None


class OrderPatch(BaseModel):
    title: str | None = None
    note: str | None = None


ORDER = Order()


@app.patch("/orders/{order_id}")
async def change_order(order_id: int, body: OrderPatch) -> OrderPatch:
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(ORDER, name, value)
    return body
```

The same two calls below the route, and field by field:

```python bad
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    note: Mapped[str | None]


class OrderPatch(BaseModel):
    title: str | None = None
    note: str | None = None


class Orders:
    def __init__(self, session: Session) -> None:
        self.session = session

    def change(self, order_id: int, changes: OrderPatch) -> None:
        self.store(order_id, changes.model_dump())  # finding

    def store(self, order_id: int, values: dict[str, object]) -> None:
        self.session.execute(update(Order).where(Order.id == order_id).values(**values))


@app.patch("/orders/{order_id}")
def change_order(order_id: int, body: OrderPatch) -> None:
    Orders(Session()).change(order_id, body)


@app.patch("/orders/{order_id}/texts")
def change_texts(order_id: int, body: OrderPatch) -> None:
    order = Session().get_one(Order, order_id)
    order.note = body.note  # finding
```

```python good
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order:
    title: str = ""
    note: str | None = None


class OrderPatch(BaseModel):
    title: str | None = None
    note: str | None = None


ORDER = Order()


@app.patch("/orders/{order_id}")
async def change_order(order_id: int, body: OrderPatch) -> OrderPatch:
    if body.title is not None:
        ORDER.title = body.title
    if "note" in body.model_fields_set:
        ORDER.note = body.note
    return body


@app.patch("/orders/{order_id}/present")
async def change_present(order_id: int, body: OrderPatch) -> OrderPatch:
    changes = {name: value for name, value in body.model_dump().items() if value is not None}
    for name, value in changes.items():
        setattr(ORDER, name, value)
    return body
```

```python not-applicable
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class OrderPut(BaseModel):
    title: str
    note: str | None = None


@app.put("/orders/{order_id}")
async def replace_order(order_id: int, body: OrderPut) -> dict[str, str | None]:
    return body.model_dump()
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, Related, Route, check
from fastreview_checks.knowledge.core.partial_updates import KEEPING, losses, partial_bodies
from fastreview_checks.knowledge.unread_routes import without_endpoint


@check("COR025", dimension="core", level=1, gate=True, each=Route, effort="minutes")
def partial_update_loses_unset(route: Route, project: Project) -> Found:
    if route.method != "PATCH" or not route.is_api:
        raise NotApplicable("not a PATCH of the API")
    if route.endpoint is None:
        raise without_endpoint(route)
    if route.listed is not None and project.first_routes[id(route.listed.registered)] is not route:
        raise NotApplicable("declared once for several methods or paths, and judged on the first")
    body = next(partial_bodies(route.inputs, project), None)
    if body is None:
        raise NotApplicable("the body has no fields that may be left out")
    name, cls = body
    lost = next(losses(route.endpoint, name, cls, project), None)
    if lost is None:
        if not KEEPING.isdisjoint(route.endpoint.mentioned):
            yield Met(route.place, f"{route.key} stores only the fields that the client sent.")
        return
    what = f"`{lost.field}`" if lost.field else "every field"
    yield Hit(
        lost.place,
        f"{route.key} stores {what} of `{cls.name}` as it is, so what a client leaves out becomes null. Store what was "
        "sent: `model_dump(exclude_unset=True)`.",
        symbol=lost.field or cls.name,
        related=(Related(route.place, f"{route.key} is answered here"),),
    )
