"""No request id in log lines and responses

A user reports an error at 14:03. Without an id that is in every log line of a request and in its response, nobody finds
the lines that belong to it among those of a hundred concurrent requests, let alone across services.

## Improve

Take `X-Request-ID` from the caller or make one in the outermost middleware, keep it in a context variable, add it to every
log line with a filter or processor, and return it in the response. `asgi-correlation-id` does all but the log format.

## Read

- [asgi-correlation-id](https://github.com/snok/asgi-correlation-id)
- [Context variables in structlog](https://www.structlog.org/en/stable/contextvars.html)
- [Adding contextual information to logs](https://docs.python.org/3/howto/logging-cookbook.html#use-of-contextvars)

```python bad
from fastapi import FastAPI

app = FastAPI()  # finding


@app.get("/items")
def items() -> list[str]:
    return []
```

The id is answered, and no log line has it:

```python bad
from uuid import uuid4

from fastapi import FastAPI, Request, Response

app = FastAPI()


@app.middleware("http")
async def request_id(request: Request, call_next) -> Response:  # finding
    request_id = request.headers.get("X-Request-ID") or str(uuid4())
    request.state.request_id = request_id
    response = await call_next(request)
    response.headers["X-Request-ID"] = request_id
    return response


@app.get("/items")
def items() -> list[str]:
    return []
```

```python fixed
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, Response

app = FastAPI()


@app.middleware("http")
async def request_id(request: Request, call_next) -> Response:
    request_id = request.headers.get("X-Request-ID") or str(uuid4())
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        response = await call_next(request)
    response.headers["X-Request-ID"] = request_id
    return response


@app.get("/items")
def items() -> list[str]:
    return []
```

```python good app/main.py
import logging

from asgi_correlation_id import CorrelationIdFilter, CorrelationIdMiddleware
from fastapi import FastAPI

handler = logging.StreamHandler()
handler.addFilter(CorrelationIdFilter())
logging.basicConfig(handlers=[handler], format="%(levelname)s %(correlation_id)s %(message)s")

app = FastAPI()
app.add_middleware(CorrelationIdMiddleware)


@app.get("/items")
def items() -> list[str]:
    return []
```

Middleware that a function of another package adds:

```python unknown
from acme_shared.logging import add_logging_middleware
from fastapi import FastAPI

app = FastAPI()
add_logging_middleware(app, service="items")


@app.get("/items")
def items() -> list[str]:
    return []
```
"""

from fastreview.api import App, Found, Hit, Met, NotApplicable, Project, Rung, Unknown, check
from fastreview_checks.knowledge.correlation import ID_NAME, added_elsewhere, parts_of
from fastreview_checks.knowledge.health import stands_beside
from fastreview_checks.knowledge.unread_routes import without_routes


@check("PRD005", dimension="production", level=2, gate=True, each=App, effort="hours")
def no_correlation_id(app: App, project: Project) -> Found:
    if not app.routes:
        raise without_routes(project, "the app has no routes")
    if stands_beside(app, project):
        raise NotApplicable("a small app beside the service's own")
    partial: Hit | None = None
    own = [m for m in project.middleware if m.app is app]
    # Others may use the id: where one is named after it, that is the one to judge.
    for middleware in [m for m in own if ID_NAME.search(m.name)] or own:
        parts = parts_of(middleware, project)
        if parts is None:
            continue
        place = middleware.functions[0].place if middleware.functions else middleware.place
        if not parts.missing:
            seen = app.http.returns_request_ids if app.http else middleware.facts is not None
            rung = Rung.EXERCISED if seen else Rung.CONFIGURED
            yield Met(place, f"`{middleware.name}` gives every request an id, in log lines and response.", rung)
            return
        partial = partial or Hit(
            place,
            f"`{middleware.name}` handles a request id, but it {parts.missing}. Only an id that client, log lines and "
            "response share leads from a report to its log lines.",
        )
    if partial is None and app.http.returns_request_ids:
        raise Unknown("answers carry a request id, and the code does not show whether log lines do")
    if partial is None and (elsewhere := added_elsewhere(project)):
        raise Unknown(f"what `{elsewhere}`, of another package, adds to the app")
    yield partial or Hit(
        app.place,
        "Requests have no id, so the log lines of one request cannot be told from those of the others. Add middleware that "
        "takes or makes `X-Request-ID`, puts it into every log line and returns it.",
    )
