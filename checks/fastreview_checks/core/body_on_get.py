"""GET route that takes a body

The meaning of a body in GET and HEAD is not defined: clients refuse to send it (`fetch` in browsers does), proxies and caches
drop it or answer from a cache that does not look at it. OpenAPI 3.0 has no place for it, so generated clients leave it out.

## Improve

Take single values as query parameters, or a model of them with `Annotated[Filters, Query()]`. A search whose criteria do not
fit into an address is a POST.

## When not to apply

A page that shows a form on GET and takes it on POST, with one function for both.

## Read

- [Query parameter models](https://fastapi.tiangolo.com/tutorial/query-param-models/)
- [Request body](https://fastapi.tiangolo.com/tutorial/body/)
- [HTTP semantics: GET](https://www.rfc-editor.org/rfc/rfc9110.html#name-get)

```python bad
from fastapi import Body, FastAPI
from pydantic import BaseModel

app = FastAPI()


class Filters(BaseModel):
    status: str | None = None


@app.get("/orders")
async def list_orders(filters: Filters) -> list[str]:  # finding
    return [filters.status or ""]


@app.get("/shipments")
async def list_shipments(ids: list[int] = Body()) -> list[int]:  # finding
    return ids
```

```python fixed
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel

app = FastAPI()


class Filters(BaseModel):
    status: str | None = None


@app.get("/orders")
async def list_orders(filters: Annotated[Filters, Query()]) -> list[str]:
    return [filters.status or ""]


@app.get("/shipments")
async def list_shipments(ids: Annotated[list[int], Query()]) -> list[int]:
    return ids
```

```python good
from fastapi import Depends, FastAPI
from pydantic import BaseModel

app = FastAPI()


class Filters(BaseModel):
    status: str | None = None


@app.get("/orders")
async def list_orders(filters: Filters = Depends()) -> list[str]:
    return [filters.status or ""]
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Place, Project, Related, Route, check
from fastreview_checks.knowledge.core.bodies import body_inputs
from fastreview_checks.knowledge.unread_routes import without_endpoint


@check("COR030", dimension="core", level=1, gate=True, each=Route, effort="hours")
def body_on_get(route: Route, project: Project) -> Found:
    if route.method not in ("GET", "HEAD"):
        raise NotApplicable("not a GET or HEAD route")
    if not route.is_api:
        raise NotApplicable("not a route of the API")
    if route.endpoint is None and route.facts is None:
        raise without_endpoint(route)
    if route.facts is not None:
        shown = [p.name for p in route.facts.parameters if p.where in ("body", "form")]
        names = shown + [name for name in route.facts.body_models if not shown]
    else:
        names = []
    written = body_inputs(route)
    if not names and not (written and route.facts is None):
        return
    if any(other.mutates and other.endpoint is route.endpoint for other in route.app.routes):
        raise NotApplicable("the endpoint answers POST too, which is what the body is for")
    name = written[0].name if written else names[0]
    yield Hit(
        route.place,
        f"{route.key} takes `{name}` from a request body, which browsers do not send with {route.method} and caches and proxies "
        "ignore. Take query parameters, `Annotated[..., Query()]` for a model of them, or make it a POST.",
        symbol=name,
        related=tuple(
            Related(Place(given.place.path, given.line), f"`{given.name}` comes from the body") for given in written
        ),
        confidence=Confidence.CERTAIN if names and written else Confidence.LIKELY,
    )
