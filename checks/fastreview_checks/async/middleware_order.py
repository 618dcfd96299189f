"""Middleware in an order that does not work

Middleware wraps the app like the layers of an onion, and the one that is added last is outermost. What stands outside
`CORSMiddleware` and answers by itself (401, 429) sends an answer without CORS headers: browsers report a CORS error instead of
it, and preflight requests, which never carry credentials, are turned away altogether. What logs outside the middleware that
sets the request id logs without it.

## Improve

Add `CORSMiddleware` after all that may answer (or put it before them in `FastAPI(middleware=[...])`), and the request id last of
all, so that it is outermost.

## When not to apply

Order does not matter among middleware that only adds headers or measures.

## Read

- [Starlette: using middleware](https://www.starlette.io/middleware/#using-middleware)
- [FastAPI: CORS](https://fastapi.tiangolo.com/tutorial/cors/)

```python bad
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.middleware.base import RequestResponseEndpoint

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example.com"])


@app.middleware("http")
async def authenticate(request: Request, call_next: RequestResponseEndpoint) -> Response:  # finding
    if "authorization" not in request.headers:
        return JSONResponse({"detail": "Not authenticated"}, status_code=401)
    return await call_next(request)
```

```python fixed
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.middleware.base import RequestResponseEndpoint

app = FastAPI()


@app.middleware("http")
async def authenticate(request: Request, call_next: RequestResponseEndpoint) -> Response:
    if "authorization" not in request.headers:
        return JSONResponse({"detail": "Not authenticated"}, status_code=401)
    return await call_next(request)


app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example.com"])
```

Log lines without the id:

```python bad
import logging

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

logger = logging.getLogger(__name__)
app = FastAPI()
app.add_middleware(CorrelationIdMiddleware)


@app.middleware("http")
async def access_log(request: Request, call_next: RequestResponseEndpoint) -> Response:  # finding
    response = await call_next(request)
    logger.info("%s %s", request.url.path, response.status_code)
    return response
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import (
    App,
    Confidence,
    Found,
    Hit,
    Met,
    Middleware,
    NotApplicable,
    Place,
    Project,
    Rung,
    Unknown,
    check,
)
from fastreview_checks.knowledge.event_loop.stacks import CORS, answers, is_correlation, logs, ordered


@check("ASY013", dimension="async", level=2, credit=2, each=App, effort="minutes")
def middleware_order(app: App, project: Project) -> Found:
    stack = ordered(app, project)
    if stack is None:
        raise Unknown("middleware is added in several functions, and the app was not imported")
    if len(stack) < 2:
        raise NotApplicable("the app has no two middleware whose order could matter")
    seen = Confidence.CERTAIN if app.stack else Confidence.LIKELY
    wrong = False
    cors = next((n for n, m in enumerate(stack) if m.name == CORS), 0)
    for middleware in stack[:cors]:
        how = answers(middleware)
        if how:
            wrong = True
            yield Hit(
                _place(middleware),
                f"`{middleware.name}` stands outside `{CORS}` and may answer by itself ({how}): browsers then see a CORS error "
                "instead. Add `CORSMiddleware` after it, so that it is further out.",
                symbol=f"cors {middleware.name}",
                confidence=seen,
            )
    identified = next((n for n, m in enumerate(stack) if is_correlation(m)), 0)
    for middleware in stack[:identified]:
        if logs(middleware):
            wrong = True
            yield Hit(
                _place(middleware),
                f"`{middleware.name}` logs requests outside `{stack[identified].name}`, so its lines have no request id. Add the "
                "latter last, so that it is outermost.",
                symbol=f"id {middleware.name}",
                confidence=seen,
            )
    if not wrong and any(m.name == CORS for m in stack) and any(answers(m) for m in stack):
        rung = Rung.EXERCISED if app.stack else Rung.CONFIGURED
        yield Met(
            app.place, "The middleware stands in an order that works: " + " > ".join(m.name for m in stack[:8]), rung
        )


def _place(middleware: Middleware) -> Place:
    return middleware.functions[0].place if middleware.function is not None else middleware.place
