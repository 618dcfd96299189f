"""Business code that speaks HTTP

A service that raises `HTTPException` or takes a `Request` can only be used by a route: a job, a command or a test has to
catch status codes and build requests to ask it anything. The status of a refusal is then decided in two layers.

## Improve

Raise errors of the domain (`OrderMissing`) and turn them into answers in one place: an exception handler, or the route.
Give the service the values it needs, not the request that they came in.

## When not to apply

Dependencies, middleware, exception handlers and security schemes are part of HTTP. So is a function that only they call, and a
module that is private to a package of routes (`routes/_shared.py`).

## Read

- [Handling errors: custom exception handlers](https://fastapi.tiangolo.com/tutorial/handling-errors/#install-custom-exception-handlers)

```python bad app/main.py
from fastapi import FastAPI

from app.orders import Orders

app = FastAPI()


@app.post("/orders/{order_id}/cancel")
def cancel(order_id: int) -> int:
    Orders({}).cancel(order_id)
    return order_id
```

```python bad app/orders.py
from fastapi import HTTPException


class Orders:
    def __init__(self, status: dict[int, str]) -> None:
        self.status = status

    def find(self, order_id: int) -> str | None:
        return self.status.get(order_id)

    def cancel(self, order_id: int) -> None:
        if order_id not in self.status:
            raise HTTPException(404)  # finding
        self.status[order_id] = "cancelled"

    def count(self) -> int:
        return len(self.status)
```

```python fixed app/main.py
from fastapi import FastAPI, HTTPException

from app.orders import OrderMissing, Orders

app = FastAPI()


@app.post("/orders/{order_id}/cancel")
def cancel(order_id: int) -> int:
    try:
        Orders({}).cancel(order_id)
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

    def find(self, order_id: int) -> str | None:
        return self.status.get(order_id)

    def cancel(self, order_id: int) -> None:
        if order_id not in self.status:
            raise OrderMissing(order_id)
        self.status[order_id] = "cancelled"

    def count(self) -> int:
        return len(self.status)
```

```python not-applicable app/main.py
from fastapi import FastAPI

from app.routes import orders

app = FastAPI()
app.include_router(orders.router)
```

```python not-applicable app/routes/orders.py
from fastapi import APIRouter
from sqlalchemy.orm import Session

from app.routes._shared import order_or_404

router = APIRouter()


@router.get("/orders/{order_id}")
def order(order_id: int) -> int:
    return order_or_404(Session(), order_id)
```

```python not-applicable app/routes/_shared.py
from fastapi import HTTPException
from sqlalchemy import text
from sqlalchemy.orm import Session


def order_or_404(session: Session, order_id: int) -> int:
    found = session.execute(text("SELECT id FROM orders WHERE id = :id"), {"id": order_id}).scalar()
    if found is None:
        raise HTTPException(404)
    return found
```
"""

from fastreview.api import Found, Hit, Module, NotApplicable, Project, Related, Unknown, check
from fastreview_checks.knowledge.architecture.layering import (
    guards,
    http_errors,
    layering,
    raises_http,
    serves_only_dependencies,
    takes_http,
)


@check("ARC006", dimension="architecture", level=2, gate=True, each=Module, effort="days")
def http_in_domain(module: Module, project: Project) -> Found:
    layers = layering(project)
    if module.path in layers.free:
        if module.path not in layers.asked:
            raise NotApplicable("no route or dependency calls the module, so no HTTP comes near it")
        return
    if module.path not in layers.bound:
        raise NotApplicable("the module holds no business code, or the routes themselves")
    if project.maker_of_routes:
        raise Unknown(f"which functions `{project.maker_of_routes}` makes routes of: let fastreview import the app")
    own = http_errors(project)
    for function in layers.functions(module):
        if guards(function):
            continue
        found = (*raises_http(function, project, own), *takes_http(function, project))
        if found and not serves_only_dependencies(function, project, layers):
            yield Hit(
                found[0].place,
                f"`{function.qualname}` is business code, but {found[0].what}: a job or command that calls it has to speak HTTP. "
                "Raise an error of the domain or take plain values, and translate where the routes are.",
                symbol=function.qualname,
                related=tuple(Related(one.place, one.what) for one in found[1:]),
            )
