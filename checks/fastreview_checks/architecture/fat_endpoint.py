"""Endpoint that does the work itself

An endpoint that builds queries and makes business decisions can only be reached through HTTP: no job, command or
other endpoint can use the rule, and each test of it needs a client, a database and a logged-in user.

## Improve

Let the endpoint translate: take what the request holds, call one function of a service, turn the result or the error
into an answer. The query goes into a repository, the rule into the service.

## When not to apply

Turning a request away (`if order is None: raise HTTPException(404)`) is translation and is not counted. Websockets
and health checks are left out.

## Read

- [Bigger applications](https://fastapi.tiangolo.com/tutorial/bigger-applications/)
- [Testing](https://fastapi.tiangolo.com/tutorial/testing/)

```python bad
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.orm import Session

from app.database import Order, get_session

app = FastAPI()


@app.post("/orders/{order_id}/cancel")
def cancel(order_id: int, session: Session = Depends(get_session)) -> int:  # finding
    order = session.query(Order).filter(Order.id == order_id).first()
    if order is None:
        raise HTTPException(404)
    order.status = "cancelled"
    session.commit()
    return order_id
```

```python bad app/database.py
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]


def get_session() -> Iterator[Session]:
    with Session(create_engine("sqlite://")) as session:
        yield session
```

```python fixed
from fastapi import Depends, FastAPI, HTTPException

from app.orders import OrderMissing, Orders, get_orders

app = FastAPI()


@app.post("/orders/{order_id}/cancel")
def cancel(order_id: int, orders: Orders = Depends(get_orders)) -> int:
    try:
        orders.cancel(order_id)
    except OrderMissing as error:
        raise HTTPException(404) from error
    return order_id
```

```python fixed app/orders.py
class OrderMissing(Exception):
    pass


class Orders:
    def __init__(self, status: dict[int, str]) -> None:
        self.status = status

    def cancel(self, order_id: int) -> None:
        if order_id not in self.status:
            raise OrderMissing(order_id)
        self.status[order_id] = "cancelled"


def get_orders() -> Orders:
    return Orders({})
```

Saving one record builds no query:

```python good
from beanie import Document
from fastapi import Depends, FastAPI

app = FastAPI()


class User(Document):
    key: str = ""


async def get_user() -> User:
    return User()


@app.post("/key")
async def new_key(user: User = Depends(get_user)) -> str:
    user.key = "new"
    await user.save_changes()
    return user.key
```
"""

from fastreview.api import Confidence, Endpoint, Found, Hit, NotApplicable, Project, check
from fastreview_checks.knowledge.answers import is_operational
from fastreview_checks.knowledge.architecture.fatness import Budget, reasons


@check("ARC002", dimension="architecture", level=1, gate=True, each=Endpoint, effort="days")
def fat_endpoint(endpoint: Endpoint, project: Project) -> Found:
    if all(route.is_websocket for route in endpoint.routes):
        raise NotApplicable("a websocket: its loop stands in the endpoint")
    if all(is_operational(route) for route in endpoint.routes):
        raise NotApplicable("the root page, a health check or the like")
    limits = project.limits
    budget = Budget(int(limits["ARC002.complexity"]), int(limits["ARC002.statements"]), int(limits["ARC002.decisions"]))
    found = list(reasons(endpoint, project, budget))
    if found:
        yield Hit(
            endpoint.place,
            f"`{endpoint.function.name}` does more than translate {endpoint.key}: "
            f"it {' and '.join(w for w, _ in found)}. "
            "Move that into a service that the endpoint calls.",
            related=tuple(related for _, related in found if related is not None),
            confidence=Confidence.LIKELY,
        )
