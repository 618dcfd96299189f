"""BaseHTTPMiddleware where it does harm

`BaseHTTPMiddleware`, which `@app.middleware("http")` uses too, runs the rest of the app in a task of its own and passes the
response on piece by piece. Reading the whole response holds streams and server-sent events back until their end, reading the
request's body loads every upload into memory, and what the endpoint sets in a context variable never comes back.

## Improve

Write pure ASGI middleware: a class with `__call__(self, scope, receive, send)` that wraps `send` or `receive`. It sees the
messages as they pass and shares the context of the request.

## When not to apply

Middleware that looks at the request's headers, measures or adds a header works well on `BaseHTTPMiddleware`.

## Read

- [Starlette: limitations of BaseHTTPMiddleware](https://www.starlette.io/middleware/#basehttpmiddleware)
- [Starlette: pure ASGI middleware](https://www.starlette.io/middleware/#pure-asgi-middleware)

```python bad
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

app = FastAPI()


@app.middleware("http")
async def audit(request: Request, call_next: RequestResponseEndpoint) -> Response:  # finding
    response = await call_next(request)
    body = b"".join([part async for part in response.body_iterator])
    print(len(body))
    return Response(body, response.status_code, dict(response.headers))
```

```python fixed
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Audit:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def counting(message: Message) -> None:
            nonlocal size
            size += len(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, counting)
        print(size)


app = FastAPI()
app.add_middleware(Audit)
```

```python good
import time

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

app = FastAPI()


@app.middleware("http")
async def timing(request: Request, call_next: RequestResponseEndpoint) -> Response:
    started = time.perf_counter()
    response = await call_next(request)
    response.headers["X-Process-Time"] = str(time.perf_counter() - started)
    return response
```
"""

from collections.abc import Iterator

from fastreview.api import CallSite, External, Found, Function, Hit, Met, Middleware, NotApplicable, Project, check
from fastreview_checks.knowledge.event_loop.stacks import is_base
from fastreview_checks.knowledge.reached import reached

_BODY = frozenset({"body", "json", "form"})


@check("ASY014", dimension="async", level=3, credit=2, each=Middleware, effort="hours")
def base_http_middleware(middleware: Middleware, project: Project) -> Found:
    if not middleware.functions:
        raise NotApplicable("the middleware is a library's")
    place = middleware.functions[0].place
    if not is_base(middleware):
        if middleware.cls is not None:
            yield Met(place, f"`{middleware.name}` is pure ASGI middleware.")
        return
    harm = next((harm for f in _own(middleware, project) for harm in _harms(f, project)), "")
    if harm:
        yield Hit(
            place,
            f"`{middleware.name}` stands on `BaseHTTPMiddleware` and {harm}. Write it as pure ASGI middleware, which sees the "
            "messages as they pass.",
            symbol=middleware.name,
        )


def _own(middleware: Middleware, project: Project) -> Iterator[Function]:
    """Its functions and the methods of its own class that they call."""
    for function in middleware.functions:
        for found in reached(function, project, 2):
            if found.owner is function.owner and found.module is function.module:
                yield found


def _harms(function: Function, project: Project) -> Iterator[str]:
    if "body_iterator" in function.mentioned:
        yield "reads the whole response, which holds back streams until their end"
    for site in function.calls:
        if site.awaited and site.call.method in _BODY:
            target = project.values.target(site)
            if isinstance(target, External) and target.name.startswith("fastapi.Request."):
                yield "reads the body of the request, which loads every upload into memory"
    called = next((site.call.line for site in function.calls if site.call.method == "call_next"), 0)
    for site in function.calls if called else ():
        if site.call.line > called and _reads_from_endpoint(site, project):
            yield f"reads `{site.call.name}` after the endpoint ran: what the endpoint set does not come back"


def _reads_from_endpoint(site: CallSite, project: Project) -> bool:
    """Whether a context variable is read that an endpoint or a dependency sets."""
    names = (target.name for target in project.targets(site) if isinstance(target, External))
    if "contextvars.ContextVar.get" not in names:
        return False
    variable = site.call.name.rpartition(".")[0].rpartition(".")[2]
    setting = {
        id(s.code) for s in project.calls("set") if s.call.name.rpartition(".")[0].rpartition(".")[2] == variable
    }
    serving = (f for f in project.loop_functions if f.entry.kind in ("endpoint", "dependency"))
    return any(id(function.function) in setting for function in serving)
