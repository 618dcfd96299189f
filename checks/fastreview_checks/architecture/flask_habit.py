"""Endpoint written as for Flask

FastAPI reads, checks and documents what a signature declares. An endpoint that parses `request.json()` by hand, returns a
tuple with a status, branches on `request.method` or asks a request global gets none of it: no validation, no schema, and
sometimes another answer than its author thinks. A returned tuple is sent as a JSON list, with status 200.

## Improve

Declare a Pydantic model as the body, `status_code=` on the decorator or an `HTTPException` for other statuses, one function
per method, and dependencies for what a request global would hold.

## When not to apply

Webhooks that verify a signature need the raw body, and proxies pass on whatever method and body they get.

## Read

- [Request body](https://fastapi.tiangolo.com/tutorial/body/)
- [Response status code](https://fastapi.tiangolo.com/tutorial/response-status-code/)

```python bad
from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/orders")
async def create(request: Request) -> str:
    data = await request.json()  # finding
    return data["name"]
```

```python bad
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id}")
def read(order_id: int):
    if order_id < 0:
        return {"error": "no such order"}, 404  # finding
    return {"id": order_id}
```

```python bad
from fastapi import FastAPI, Request

app = FastAPI()


@app.api_route("/orders", methods=["GET", "POST"])
async def orders(request: Request) -> str:
    if request.method == "POST":  # finding
        return "created"
    return "listed"
```

```python fixed
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class NewOrder(BaseModel):
    name: str


@app.post("/orders", status_code=201)
async def create(order: NewOrder) -> str:
    return order.name


@app.get("/orders/{order_id}")
def read(order_id: int) -> int:
    if order_id < 0:
        raise HTTPException(404)
    return order_id
```
"""

from collections.abc import Iterator

from fastreview.api import Confidence, Endpoint, Found, Function, Hit, NotApplicable, Place, Project, check, syntax
from fastreview_checks.knowledge.architecture.flask_words import (
    CONTEXT_GLOBALS,
    CONTEXT_LIBRARIES,
    PASSING_ON,
    RAW_BODY,
    is_page,
    is_webhook,
    parsed_bodies,
)


@check("ARC016", dimension="architecture", level=1, gate=True, each=Endpoint, effort="hours")
def flask_habit(endpoint: Endpoint, project: Project) -> Found:
    if all(route.is_websocket for route in endpoint.routes):
        raise NotApplicable("a websocket")
    function = endpoint.function
    yield from _parsed_by_hand(endpoint, project)
    yield from _tuples(function)
    yield from _catch_all(endpoint)
    yield from _globals(function, project)


def _parsed_by_hand(endpoint: Endpoint, project: Project) -> Iterator[Hit]:
    function = endpoint.function
    if "json" not in function.facts.called or is_webhook(endpoint) or not RAW_BODY.isdisjoint(function.facts.called):
        return
    for site, keys in parsed_bodies(function, project):
        some = ", ".join(f"`{key}`" for key in keys[:3])
        yield Hit(
            site.place,
            f"`{function.name}` parses the body of {endpoint.key} by hand and picks {some} out of it: no model "
            "checks it, and the documentation shows no body. Declare a Pydantic model as its parameter.",
            symbol="json",
        )


def _tuples(function: Function) -> Iterator[Hit]:
    """``return body, status``: a list with two items for FastAPI."""
    for stmt in function.statements:
        if type(stmt) is syntax.Return and type(stmt.value) is syntax.Items and stmt.value.kind == "tuple":
            status = stmt.value.values[1] if len(stmt.value.values) == 2 else None
            if type(status) is int and 100 <= status < 600:
                yield Hit(
                    Place(function.module.path, stmt.line),
                    f"This returns a pair, which FastAPI sends as a JSON list with status 200, not as status {status}. "
                    "Raise an `HTTPException`, or declare `status_code`.",
                    symbol="tuple",
                    confidence=Confidence.CERTAIN,
                )


def _catch_all(endpoint: Endpoint) -> Iterator[Hit]:
    """One function for several methods, which asks which one it was."""
    methods = {route.method for route in endpoint.routes} - {"HEAD", "OPTIONS", "WS"}
    function = endpoint.function
    if len(methods) < 2 or is_page(endpoint) or PASSING_ON.search(function.name):
        return
    for stmt in function.statements:
        if type(stmt) is syntax.If and any(
            isinstance(node, syntax.Operation) and node.op in ("==", "in") and _asks_method(node.operands[0])
            for node in syntax.walk(stmt.test)
        ):
            yield Hit(
                Place(function.module.path, stmt.line),
                f"`{function.name}` answers {' and '.join(sorted(methods))} and branches on the method, so all of "
                "them share one signature and one schema. Write a function for each method.",
                symbol="method",
            )
            return


def _asks_method(expr: syntax.Expr) -> bool:
    return isinstance(expr, syntax.Ref) and expr.name.endswith("request.method")


def _globals(function: Function, project: Project) -> Iterator[Hit]:
    if project.imported_packages.isdisjoint(CONTEXT_LIBRARIES):
        return
    for expr, line in function.uses.reads:
        name = expr.name if isinstance(expr, syntax.Ref) else ""
        found = project.names.resolve(function, name) if name else None
        full = getattr(found, "name", "")
        known = next(
            (words for start, words in CONTEXT_GLOBALS.items() if full == start or full.startswith(f"{start}.")), ""
        )
        if known:
            yield Hit(
                Place(function.module.path, line),
                f"`{name}` is {known}: the endpoint's signature does not say that it needs it, and a test cannot pass it. "
                "Ask for it as a parameter or through a dependency.",
                symbol=full,
            )
            return
