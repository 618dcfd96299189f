"""Path parameter that nothing takes

FastAPI joins path and function by name. Where `{item_id}` stands in the path and the function takes `id`, the value
from the address is dropped without a word and `id` becomes a required query parameter: every call answers 422, or the
wrong object is used.

## Improve

Give the parameter the name that the path uses, or name it with `Path(alias="item_id")`. A dependency may take it too.

## When not to apply

A value that is read from `request.path_params`, in a dependency or middleware too, counts as taken. A `GET` route that takes
nothing and ends in `{rest:path}`, or answers with a template, gives all paths the same page: a script in it reads the address.

## Read

- [Path parameters](https://fastapi.tiangolo.com/tutorial/path-params/)

```python bad
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id}")
async def read_order(id: int) -> dict[str, int]:  # finding
    return {"id": id}
```

```python not-applicable
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/{full_path:path}")
async def page(request: Request) -> HTMLResponse:
    return HTMLResponse("<p>The web app.</p>")
```

```python not-applicable
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

app = FastAPI()
templates = Jinja2Templates("templates")


@app.get("/share/{slug}")
async def shared(request: Request) -> HTMLResponse:
    return templates.TemplateResponse(request, "share.html")
```

```python fixed
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> dict[str, int]:
    return {"id": order_id}
```

```python good
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path


def tenant(tenant_id: int) -> int:
    return tenant_id


router = APIRouter(dependencies=[Depends(tenant)])


@router.get("/orders/{order-id}")
async def read_order(order: Annotated[int, Path(alias="order-id")]) -> int:
    return order


@router.get("/files/{file_path:path}")
async def read_file(file_path: str) -> str:
    return file_path


app = FastAPI()
app.include_router(router, prefix="/tenants/{tenant_id}")
```
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from fastreview.api import Code, Confidence, Found, Hit, NotApplicable, Project, Route, Unknown, check, syntax
from fastreview_checks.knowledge.core.paths import parameters
from fastreview_checks.knowledge.reached import reached
from fastreview_checks.knowledge.unread_routes import without_endpoint

_DEPTH = 3
_CATCH_ALL = re.compile(r"(?:^|/)\{\w+:path\}$")


@check("COR004", dimension="core", level=1, gate=True, each=Route, effort="minutes")
def path_parameter_mismatch(route: Route, project: Project) -> Found:
    if not parameters(route.path):
        raise NotApplicable("the path has no parameters")
    if not route.is_api and not route.is_websocket:
        raise NotApplicable("not a route of the API")
    if route.facts is not None and route.facts.kind not in ("http", "websocket"):
        raise NotApplicable("not a route of FastAPI: the endpoint takes the request as it is")
    if route.endpoint is None:
        raise without_endpoint(route)
    if _CATCH_ALL.search(route.path) and not route.inputs and route.method == "GET":
        raise NotApplicable("the route catches all paths and answers them alike")
    if route.method == "GET" and not route.inputs and "TemplateResponse" in route.endpoint.called:
        raise NotApplicable("the route answers with one page, whose script may read the address")
    taken = {name for given in route.inputs for name in (given.name, given.alias)}
    if route.facts is not None:
        taken |= {name for p in route.facts.parameters if p.where == "path" for name in (p.name, p.alias)}
    lost = [name for name in dict.fromkeys(parameters(route.path)) if name not in taken]
    if lost:
        read = _read_by_hand(route, project)
        lost = [] if read is None else [name for name in lost if name not in read]
    if not lost:
        return
    if route.facts is None and any(not i.function and not i.scheme for i in route.dependency_tree):
        raise Unknown("the parameters of a dependency that is not in the project")
    for name in lost:
        near = get_close_matches(name, sorted(taken), 1, 0.5) or [n for n in sorted(taken) if n in name.split("_")][:1]
        hint = f" (perhaps `{near[0]}` was meant for it)" if near else ""
        yield Hit(
            route.endpoint.place,
            f"`{{{name}}}` of {route.key} is taken by no parameter of `{route.endpoint.name}` or of its dependencies"
            f"{hint}, so what the client puts there is ignored. Name a parameter `{name}`, or drop it from the path.",
            symbol=name,
            confidence=Confidence.CERTAIN if len(route.seen) > 1 else Confidence.LIKELY,
        )


def _read_by_hand(route: Route, project: Project) -> frozenset[str] | None:
    """Names that the endpoint, its dependencies, middleware or what they call take from ``path_params``; None: all."""
    functions = [i.function for i in route.dependency_tree if i.function is not None]
    functions += [f for m in project.middleware if m.app is route.app for f in m.functions]
    functions += [f for router, _ in (route.listed.chain if route.listed else ()) for f in router.middleware_functions]
    if route.endpoint is not None:
        functions.append(route.endpoint)
    # Whoever reads a name from there by hand may be called by way of a table or a list: permission classes, say.
    names = {name for code in project.mentions("path_params") for name in _literals(code)}
    for function in {id(inner): inner for f in functions for inner in reached(f, project, _DEPTH)}.values():
        if b"path_params" in bytes(function.facts.body):
            read = list(_literals(function))
            if not read:
                return None
            names.update(read)
    return frozenset(names)


def _literals(function: Code) -> Iterator[str]:
    for stmt in function.statements:
        for expr in syntax.expressions(stmt):
            yield from (node for node in syntax.walk(expr) if isinstance(node, str))
