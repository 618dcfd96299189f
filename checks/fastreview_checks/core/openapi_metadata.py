"""API that does not introduce itself

The documentation page is the first that a client's developer sees. "FastAPI 0.1.0" with sixty untitled routes in one
list tells neither which service answers, nor which version, nor what a route is for; generated clients inherit it.

## Improve

Give `FastAPI(...)` a title, a version and a description, each router its tags, and each endpoint a docstring or a
`summary`.

## When not to apply

Health checks, metrics and routes that are not in the schema are left out; so is an app without a document (`openapi_url=None`).

## Read

- [Metadata and docs URLs](https://fastapi.tiangolo.com/tutorial/metadata/)
- [Path operation configuration](https://fastapi.tiangolo.com/tutorial/path-operation-configuration/)

```python bad
from fastapi import FastAPI

app = FastAPI(title="Orders")  # finding


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> int:
    return order_id
```

```python fixed
from fastapi import FastAPI

app = FastAPI(title="Orders", version="1.4.0", description="What customers ordered.")


@app.get("/orders/{order_id}", tags=["orders"])
async def read_order(order_id: int) -> int:
    \"\"\"One order.\"\"\"
    return order_id
```

Tags may stand on the router or where it is included:

```python good
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/orders")


@router.get("/{order_id}", summary="One order")
async def read_order(order_id: int) -> int:
    return order_id


app = FastAPI(title="Orders", version="1.4.0", description="What customers ordered.")
app.include_router(router, tags=["orders"])
```

```python unknown
from fastapi import FastAPI

from settings import documentation

app = FastAPI(**documentation())


@app.get("/orders/{order_id}", tags=["orders"], summary="One order")
async def read_order(order_id: int) -> int:
    return order_id
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
async def health() -> str:
    return "ok"
```
"""

from fastreview.api import App, Found, Hit, Met, Project, Unknown, check
from fastreview_checks.knowledge.core.openapi import DEFAULTS, document_of, is_described, is_tagged, says
from fastreview_checks.knowledge.unread_routes import without_routes


@check("COR023", dimension="core", level=1, credit=1, each=App, effort="minutes")
def openapi_metadata(app: App, project: Project) -> Found:
    document = document_of(app, project)
    if document is None:
        raise without_routes(project, "no routes of an API, or no document of them")
    routes = document.routes
    said = {word: says(document, word, project) for word in DEFAULTS}
    lacking = [word for word, is_said in said.items() if is_said is False]
    tagged = sum(map(is_tagged, routes))
    if tagged < project.limits["COR023.tagged"] * len(routes):
        lacking.append(f"tags on {len(routes) - tagged} of {len(routes)} routes")
    described = sum(map(is_described, routes))
    if described < project.limits["COR023.described"] * len(routes):
        lacking.append(f"a docstring or summary on {len(routes) - described} of {len(routes)} routes")
    if lacking:
        yield Hit(
            document.place,
            f"The OpenAPI document lacks {', '.join(lacking)}, so its readers and generated clients cannot tell what they "
            "are looking at. Set them where the app, its routers and its endpoints are declared.",
            symbol="metadata",
        )
        return
    if None in said.values():
        raise Unknown("what the arguments of `FastAPI(**...)` are: the app was not imported")
    yield Met(document.place, "The app has a title, a version and a description; its routes have tags and summaries.")
