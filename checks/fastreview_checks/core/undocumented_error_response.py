"""Error response that is not documented

The OpenAPI document names 200 and 422 unless told otherwise. Generated clients treat a 404 or 409 that is not in it as an
unexpected failure, and their developers find out about it in production.

## Improve

Name the statuses with their model: `responses={404: {"model": Problem}}`, on the router or the app where all of its routes
share them.

## When not to apply

422 is documented by FastAPI itself; errors of the server (5xx) promise nothing. Errors of the domain that a handler turns
into answers are not followed.

## Read

- [Additional responses in OpenAPI](https://fastapi.tiangolo.com/advanced/additional-responses/)

```python bad
from fastapi import FastAPI, HTTPException

app = FastAPI()
ORDERS = {1: "bolts"}


def find(order_id: int) -> str:
    if order_id not in ORDERS:
        raise HTTPException(status_code=404, detail="no such order")
    return ORDERS[order_id]


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> str:  # finding
    return find(order_id)
```

```python fixed
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
ORDERS = {1: "bolts"}


class Problem(BaseModel):
    detail: str


def find(order_id: int) -> str:
    if order_id not in ORDERS:
        raise HTTPException(status_code=404, detail="no such order")
    return ORDERS[order_id]


@app.get("/orders/{order_id}", responses={404: {"model": Problem}})
async def read_order(order_id: int) -> str:
    return find(order_id)
```

```python good
from fastapi import APIRouter, FastAPI, HTTPException

SHARED = {"4XX": {"description": "The request was wrong."}}
router = APIRouter(responses=SHARED)


@router.get("/orders/{order_id}")
async def read_order(order_id: int) -> str:
    raise HTTPException(404)


app = FastAPI()
app.include_router(router)
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
async def list_orders() -> list[str]:
    return []
```
"""

from fastreview.api import Found, Hit, NotApplicable, Project, Related, Route, check
from fastreview_checks.knowledge.core.documented import documented_statuses
from fastreview_checks.knowledge.core.openapi import publishes
from fastreview_checks.knowledge.core.statuses import raising
from fastreview_checks.knowledge.unread_routes import without_endpoint

_DOCUMENTED_ANYWAY = 422


@check("COR022", dimension="core", level=2, credit=2, each=Route, effort="minutes", per_file=True)
def undocumented_error_response(route: Route, project: Project) -> Found:
    if not route.is_api:
        raise NotApplicable("not a route of the API")
    if route.endpoint is None:
        raise without_endpoint(route)
    if route.listed is not None and project.first_routes[id(route.listed.registered)] is not route:
        raise NotApplicable("declared once for several methods or paths, and judged on the first")
    if _is_undocumented(route, project):
        raise NotApplicable("the app publishes no document")
    known = raising(project).get(id(route.endpoint), {})
    raised = {status: place for status, place in known.items() if 400 <= status < 500 and status != _DOCUMENTED_ANYWAY}
    if not raised:
        raise NotApplicable("it raises no error for clients itself")
    documented = documented_statuses(route, project)
    if documented is None or "default" in documented or "4XX" in documented:
        return
    missing = {status: place for status, place in sorted(raised.items()) if str(status) not in documented}
    if missing:
        statuses = ", ".join(map(str, missing))
        yield Hit(
            route.place,
            f"{route.key} can answer {statuses}, which its documentation does not name: generated clients take it for a "
            "failure. Name it in `responses`, on the route or its router.",
            symbol=statuses,
            related=tuple(Related(place, f"{status} is raised here") for status, place in missing.items()),
        )


def _is_undocumented(route: Route, project: Project) -> bool:
    """Whether the app that holds the route has no OpenAPI document."""
    chain = route.listed.chain if route.listed is not None else ()
    owner = next((router for router, _ in reversed(chain) if router.is_app), None)
    return owner is not None and not publishes(owner.call, owner.code, project)
