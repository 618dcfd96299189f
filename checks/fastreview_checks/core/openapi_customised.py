"""OpenAPI document as FastAPI makes it

The document is what other teams build on. Without stable operation ids, generated clients have methods called
`read_order_orders__order_id__get`, which change when a path does; without shared error responses and examples, every
client's developer finds out by trying.

## Improve

Set `generate_unique_id_function`, give routers the `responses` that all their routes share, add examples to the fields
of the requests, name the servers, and correct the rest in `app.openapi`.

## When not to apply

A service whose only client is a page in the same repository gains little.

## Read

- [Generating SDKs: custom unique ids](https://fastapi.tiangolo.com/advanced/generate-clients/)
- [Additional responses in OpenAPI](https://fastapi.tiangolo.com/advanced/additional-responses/)
- [Declare request example data](https://fastapi.tiangolo.com/tutorial/schema-extra-example/)

```python bad
from fastapi import FastAPI

app = FastAPI(title="Orders")  # finding


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> int:
    return order_id
```

```python fixed
from fastapi import FastAPI
from fastapi.routing import APIRoute


def operation_id(route: APIRoute) -> str:
    return route.name


app = FastAPI(title="Orders", generate_unique_id_function=operation_id)


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> int:
    return order_id
```

```python good
from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI(title="Orders")


class Order(BaseModel):
    title: str = Field(examples=["Bolts"])


@app.post("/orders")
async def place(order: Order) -> Order:
    return order
```

```python good
from fastapi import FastAPI
from fastapi.routing import APIRoute

app = FastAPI(title="Orders")


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> int:
    return order_id


for route in app.routes:
    if isinstance(route, APIRoute):
        route.operation_id = route.name
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
async def health() -> str:
    return "ok"
```
"""

from fastreview.api import App, Found, Hit, Met, Place, Project, check
from fastreview_checks.knowledge.core.openapi import customisations, document_of
from fastreview_checks.knowledge.unread_routes import without_routes


@check("COR024", dimension="core", level=3, credit=2, each=App, effort="hours")
def openapi_customised(app: App, project: Project) -> Found:
    document = document_of(app, project)
    if document is None:
        raise without_routes(project, "no routes of an API, or no document of them")
    found: dict[str, Place] = {}
    for what, place in customisations(document, project):
        found.setdefault(what, place)
    if not found:
        yield Hit(
            document.place,
            "The OpenAPI document is as FastAPI makes it: no stable operation ids, shared responses, examples or servers, so "
            "generated clients change with paths and function names. Set `generate_unique_id_function` to begin with.",
            symbol="openapi",
        )
        return
    yield Met(next(iter(found.values())), f"The OpenAPI document is looked after: {', '.join(found)}.")
