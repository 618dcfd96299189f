"""Route that does not say what it answers

Without a response model or a return type, the documentation shows an empty schema, generated clients get `any`, and
nothing filters what is sent: a column that is added to a table tomorrow is in the answer tomorrow.

## Improve

Declare the answer as the return type, `-> Order`, or as `response_model=Order` where the function returns something
that FastAPI turns into it. `dict` and `Any` promise nothing: name the fields in a model.

## When not to apply

Redirects, files, streams, pages and other `Response` objects, answers without a body (204), websockets and health
checks are left out.

## Read

- [Response model: return type](https://fastapi.tiangolo.com/tutorial/response-model/)

```python bad
from typing import Any

from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
async def list_orders():  # finding
    return [{"id": 1}]


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> dict[str, Any]:  # finding
    return {"id": order_id}
```

```python good
from fastapi import FastAPI
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    id: int


@app.get("/orders")
async def list_orders() -> list[Order]:
    return [Order(id=1)]


@app.get("/orders/{order_id}", response_model=Order)
async def read_order(order_id: int):
    return {"id": order_id}


@app.delete("/orders/{order_id}", status_code=204)
async def delete_order(order_id: int):
    pass


@app.get("/old")
async def old():
    return RedirectResponse("/orders")


@app.get("/export")
async def export():
    return StreamingResponse(iter([b"id"]))
```

Switched off because one of the answers is a `Response`; a model may stand there all the same:

```python bad
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    id: int


@app.get("/orders/{order_id}", response_model=None)
async def read_order(order_id: int) -> Order | JSONResponse:  # finding
    if order_id < 1:
        return JSONResponse({"error": "no such order"}, 404)
    return Order(id=order_id)


@app.get("/invoices/{order_id}", response_model=Order)
async def read_invoice(order_id: int) -> Order | JSONResponse:
    if order_id < 1:
        return JSONResponse({"error": "no such order"}, 404)
    return Order(id=order_id)
```

A route that two prefixes share is one contract, and one finding:

```python bad
from fastapi import APIRouter, FastAPI

router = APIRouter()


@router.api_route("/userinfo", methods=["GET", "POST"])
async def userinfo():  # finding
    return {"sub": "1"}


app = FastAPI()
app.include_router(router)
app.include_router(router, prefix="/{tenant}")
```
"""

from fastreview.api import Confidence, Found, Function, Hit, NotApplicable, Project, Route, check, syntax
from fastreview_checks.knowledge.answers import NO_BODY, is_json_class, is_operational, is_response, vague
from fastreview_checks.knowledge.unread_routes import without_endpoint

_NOT_JSON = frozenset(
    {
        "FileResponse", "StreamingResponse", "HTMLResponse", "RedirectResponse", "TemplateResponse", "get_swagger_ui_html",
        "get_redoc_html", "get_swagger_ui_oauth2_redirect_html",
    }
)  # fmt: skip


@check("COR002", dimension="core", level=1, gate=True, each=Route, effort="minutes")
def missing_response_contract(route: Route, project: Project) -> Found:
    if not route.is_api or route.method == "HEAD":
        raise NotApplicable("not a route of the API")
    if is_operational(route):
        raise NotApplicable("the root page, a health check or the like")
    if _status(route) in NO_BODY:
        raise NotApplicable("the answer has no body")
    if _other_class(route, project):
        raise NotApplicable("the answer is not JSON")
    if route.endpoint is None:
        raise without_endpoint(route)
    if _judged_before(route, project):
        raise NotApplicable("declared once for several methods or paths, and judged on the first")
    declared = route.answers
    if declared is not None and is_response(project.values.annotated(declared.expr, declared.code)):
        raise NotApplicable("the endpoint returns a Response of its own")
    if declared is not None and not vague(declared, project):
        return
    if declared is None and route.facts is not None and route.facts.response_model:
        return
    if _answers_by_hand(route.endpoint, project):
        raise NotApplicable("the endpoint returns a Response of its own, or nothing")
    remedy = f"Give `{route.endpoint.name}` a return type or a `response_model` that names them."
    if declared is not None:
        what = f"promises only `{syntax.written(declared.expr, 60)}`"
    elif route.option("response_model") is None:
        what = "switches its response model off"
        remedy = "Name the model in `response_model`: a `Response` that is returned is still sent as it is."
    else:
        what = "does not say what it answers"
    yield Hit(
        route.endpoint.place,
        f"{route.key} {what}: clients and the documentation see an empty schema, and nothing filters the fields. {remedy}",
        confidence=Confidence.CERTAIN if len(route.seen) > 1 else Confidence.LIKELY,
    )


def _judged_before(route: Route, project: Project) -> bool:
    """Whether an earlier route comes from the same decorator: its router is included twice, or it names two methods."""
    if route.listed is None:
        return False
    return project.first_routes[id(route.listed.registered)] is not route


def _status(route: Route) -> int:
    if route.facts is not None and route.facts.status_code:
        return route.facts.status_code
    given = route.option("status_code")
    if isinstance(given, int):
        return given
    digits = "".join(c for c in syntax.written(given) if c.isdigit()) if isinstance(given, syntax.Ref) else ""
    if isinstance(given, syntax.Ref) and given.last == "NO_CONTENT":
        return 204
    return int(digits) if len(digits) == 3 else 0


def _other_class(route: Route, project: Project) -> bool:
    """Whether the route, a router above it, or the app sends something else than JSON by default."""
    if route.listed is None:
        return route.facts is not None and route.facts.response_class not in ("", "JSONResponse", "DefaultPlaceholder")
    registered = route.listed.registered
    given = [(route.option("response_class"), registered.code)]
    for router, included in reversed(route.listed.chain):
        given += [(router.call.keyword("default_response_class"), router.code)]
        if included is not None:
            given.append((included.call.keyword("default_response_class"), included.code))
    for expr, code in given:
        if not isinstance(expr, syntax.Missing):
            return is_json_class(expr, code, project) is False
    return False


def _answers_by_hand(function: Function, project: Project) -> bool:
    """Whether every return gives a Response, or nothing is returned at all."""
    if function.facts.yields:
        return True
    given = [stmt.value for stmt in function.statements if isinstance(stmt, syntax.Return) and stmt.value is not None]
    if any(isinstance(v, syntax.Call) and v.method in _NOT_JSON for v in given):
        # A file or a page, and something else when that is not to be had.
        return True
    return all(is_response(project.values.of(value, function)) or _looks_like_one(value) for value in given)


def _looks_like_one(value: syntax.Expr) -> bool:
    call = value.value if isinstance(value, syntax.Await) else value
    return isinstance(call, syntax.Call) and call.method.endswith("Response")
