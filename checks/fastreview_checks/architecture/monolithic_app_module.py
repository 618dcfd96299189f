"""All routes in one place

When every route hangs on the app object or stands in one module, every change touches the same file, and there is no
place to say what a group of routes has in common: its prefix, its tags, who may call it.

## Improve

Give each domain a module with an `APIRouter`, and include the routers where the app is built.

## When not to apply

Small services: a handful of routes is well placed in one file. Health checks and pages may stay on the app.

## Read

- [Bigger applications](https://fastapi.tiangolo.com/tutorial/bigger-applications/)

```python bad
from fastapi import FastAPI

app = FastAPI()  # finding


@app.get("/orders")
async def list_orders() -> list[int]:
    return []


@app.post("/orders")
async def create_order() -> int:
    return 1


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> int:
    return order_id


@app.put("/orders/{order_id}")
async def replace_order(order_id: int) -> int:
    return order_id


@app.delete("/orders/{order_id}")
async def delete_order(order_id: int) -> int:
    return order_id


@app.get("/users")
async def list_users() -> list[int]:
    return []


@app.post("/users")
async def create_user() -> int:
    return 1


@app.get("/users/{user_id}")
async def read_user(user_id: int) -> int:
    return user_id


@app.delete("/users/{user_id}")
async def delete_user(user_id: int) -> int:
    return user_id


@app.get("/products")
async def list_products() -> list[int]:
    return []


@app.get("/products/{product_id}")
async def read_product(product_id: int) -> int:
    return product_id
```

```python good
from fastapi import FastAPI

from app import orders

app = FastAPI()
app.include_router(orders.router)
```

```python good app/orders.py
from fastapi import APIRouter

router = APIRouter(prefix="/orders")


@router.get("")
async def list_orders() -> list[int]:
    return []
```
"""

import re
from collections import Counter

from fastreview.api import App, Confidence, Found, Hit, Met, NotApplicable, Project, Route, check
from fastreview_checks.knowledge.answers import is_operational
from fastreview_checks.knowledge.public_routes import names_sign_in

_ABOUT_USERS = re.compile(r"(?:users?|accounts?|me|profiles?|auth|passwords?|change-password)$", re.IGNORECASE)
STRAGGLERS = 2


@check("ARC001", dimension="architecture", level=1, gate=True, each=App, effort="hours")
def monolithic_app_module(app: App, project: Project) -> Found:
    routes = [
        route
        for route in app.routes
        if route.is_api and not is_operational(route) and route.listed is not None and not route.library
    ]
    handful = int(project.limits["ARC001.routes"])
    if not app.routes and any(other.routes for other in project.apps):
        raise NotApplicable("no route is registered on this app")
    if len(routes) <= handful:
        return
    direct = [route for route in routes if _on_app(route)]
    modules = Counter(route.place.path for route in routes)
    path, most = modules.most_common(1)[0]
    if len(direct) > handful and len(direct) > len(routes) * project.limits["ARC001.share"]:
        yield Hit(
            app.place,
            f"{len(direct)} of {len(routes)} routes hang on the app object itself. "
            "Group them by domain on routers of their own modules, and include those.",
            symbol="app",
            confidence=Confidence.CERTAIN,
        )
    elif len(modules) == 1 and _are_many(domains := _domains(routes)):
        yield Hit(
            app.place,
            f"All {most} routes stand in `{path}`, for {len(domains)} different resources. "
            "Give each domain a module with a router.",
            symbol="module",
        )
    elif len(modules) > 1:
        yield Met(app.place, f"{len(routes)} routes stand in {len(modules)} modules, on routers")


def _on_app(route: Route) -> bool:
    return route.listed is not None and route.listed.chain[-1][0].is_app and len(route.listed.chain) == 1


def _domains(routes: list[Route]) -> Counter[str]:
    """How many routes begin with the same word, what all of them share left out; signing in, registering and the like are
    about users."""
    parts = [[p for p in route.path.split("/") if p and not p.startswith("{")] for route in routes]
    while parts and all(parts) and len({p[0] for p in parts}) == 1:
        parts = [p[1:] for p in parts]
    return Counter("users" if _ABOUT_USERS.match(p[0]) or names_sign_in(p[0]) else p[0] for p in parts if p)


def _are_many(domains: Counter[str]) -> bool:
    """Whether more than a straggler or two stands beside the largest."""
    return domains.total() - max(domains.values(), default=0) > STRAGGLERS
