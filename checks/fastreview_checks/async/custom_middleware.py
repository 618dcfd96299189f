"""No own middleware, or none that is tested

What concerns every request (timing, the caller's context, correlation) belongs in one place around all routes. Without
middleware it is repeated in endpoints, and the one that forgets it is found in production. Middleware without a test is the
riskiest code of a service: a mistake in it breaks every route at once.

## Improve

Write a small ASGI middleware for the concern (a class with `__call__(scope, receive, send)`), add it to the app, and assert
its effect through a client: the header that it sets, the log line, the answer that it gives.

## When not to apply

A service whose cross-cutting concerns are all met by libraries may have no need of its own.

## Read

- [FastAPI: middleware](https://fastapi.tiangolo.com/tutorial/middleware/)
- [Starlette: pure ASGI middleware](https://www.starlette.io/middleware/#pure-asgi-middleware)

```python bad
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root() -> str:
    return "hello"
```

```python bad app/main.py
import time

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

app = FastAPI()


@app.middleware("http")
async def timing(request: Request, call_next: RequestResponseEndpoint) -> Response:  # finding
    started = time.perf_counter()
    response = await call_next(request)
    response.headers["X-Process-Time"] = str(time.perf_counter() - started)
    return response


@app.get("/")
def root() -> str:
    return "hello"
```

```python bad tests/test_root.py
from fastapi.testclient import TestClient

from app.main import app


def test_root() -> None:
    assert TestClient(app).get("/").json() == "hello"
```

The same with a test of its effect:

```python fixed app/main.py
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


@app.get("/")
def root() -> str:
    return "hello"
```

```python fixed tests/test_root.py
from fastapi.testclient import TestClient

from app.main import app


def test_root_is_timed() -> None:
    response = TestClient(app).get("/")
    assert float(response.headers["X-Process-Time"]) >= 0
```
"""

from fastreview.api import Found, Hit, Met, Project, check
from fastreview_checks.knowledge.event_loop.middleware_effects import own_middleware, test_of, tested_class
from fastreview_checks.knowledge.unread_routes import without_routes


@check("ASY015", dimension="async", level=2, credit=2, effort="hours")
def custom_middleware(project: Project) -> Found:
    if not project.routes:
        raise without_routes(project, "the service has no routes")
    own = own_middleware(project)
    for middleware in own:
        tested = test_of(middleware, project)
        if tested is not None:
            place = middleware.functions[0].place
            yield Met(
                place, f"`{middleware.name}` is middleware of the service's own, and {tested.path} tests its effect."
            )
            return
    known = tested_class(project)
    if known is not None:
        cls, module = known
        yield Met(cls.place, f"`{cls.name}` is middleware of the service's own, and {module.path} tests its effect.")
    elif own:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(m.name for m in own[:3]))
        yield Hit(
            own[0].functions[0].place,
            f"No test asserts what the service's own middleware ({names}) does, although it runs for every request. Assert its "
            "effect through a client: a header, an answer, a log line.",
        )
    elif project.apps:
        yield Hit(
            project.apps[0].place,
            "The service has no middleware of its own. Where endpoints repeat a concern (timing, the caller's context, "
            "correlation), move it into one, and test its effect.",
        )
