"""Async app tested through a client that hides the loop or the lifespan

`TestClient` runs the app in a thread with an event loop of its own: an async session or client that a fixture opened
belongs to another loop and fails in strange ways, so tests end up mocking it. And without its lifespan the app is not the
one that is deployed: pools, caches and settings that are made at start are missing.

## Improve

Test async apps with `httpx.AsyncClient(transport=ASGITransport(app))` inside `LifespanManager(app)`. Where `TestClient` is
used, enter it: `with TestClient(app) as client`.

## When not to apply

A service of plain `def` endpoints is well served by `TestClient`; without a lifespan there is nothing to enter.

## Read

- [Async tests](https://fastapi.tiangolo.com/advanced/async-tests/)
- [Testing events: lifespan](https://fastapi.tiangolo.com/advanced/testing-events/)
- [asgi-lifespan](https://github.com/florimondmanca/asgi-lifespan)

```python bad app/main.py
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/items")
async def items() -> list[str]:
    return []
```

```python bad tests/test_items.py
import pytest
from httpx import ASGITransport, AsyncClient

from app.main import app


@pytest.mark.anyio
async def test_items() -> None:
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:  # finding
        assert (await client.get("/items")).json() == []
```

```python fixed app/main.py
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/items")
async def items() -> list[str]:
    return []
```

```python fixed tests/test_items.py
import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient

from app.main import app


@pytest.mark.anyio
async def test_items() -> None:
    async with (
        LifespanManager(app),
        AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client,
    ):
        assert (await client.get("/items")).json() == []
```

A client with canned answers calls no app, so it starts none:

```python good app/main.py
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/items")
def items() -> list[str]:
    return []
```

```python good tests/test_items.py
import httpx
from fastapi.testclient import TestClient

from app.main import app


def supplier() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(200)))


def test_items() -> None:
    with TestClient(app) as client:
        assert client.get("/items").json() == []
```

A small app that the tests make for one part has no lifespan to enter:

```python good app/main.py
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/items")
def items() -> list[str]:
    return []
```

```python good tests/test_items.py
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import app


def small_app() -> FastAPI:
    small = FastAPI()
    small.get("/one")(lambda: "1")
    return small


def test_all() -> None:
    with TestClient(app) as client:
        assert client.get("/items").json() == []


def test_one() -> None:
    small = small_app()
    assert TestClient(small).get("/one").json() == "1"
    assert TestClient(small_app()).get("/one").json() == "1"
```

Plain endpoints without a lifespan:

```python good app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```

```python good tests/test_items.py
from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_items() -> None:
    assert client.get("/items").json() == []
```
"""

from fastreview.api import Found, Hit, Met, Project, Related, check
from fastreview_checks.knowledge.testing.test_clients import clients, has_lifespan, starts_lifespan
from fastreview_checks.knowledge.unread_routes import without_routes


@check("TST007", dimension="testing", level=2, credit=2, effort="hours", sharpens="TST001")
def async_client(project: Project) -> Found:
    if not project.endpoints:
        raise without_routes(project, "the project has no endpoints")
    found = list(clients(project))
    if not found:
        said = "The tests never call" if project.tests else "There are no tests that call"
        yield Hit(
            project.tests[0].place if project.tests else project.place,
            f"{said} the app in their own process: routing, validation and status codes are unproven. Use "
            "`httpx.AsyncClient` with `ASGITransport`.",
        )
        return
    is_async = sum(e.function.is_async for e in project.endpoints) * 2 > len(project.endpoints)
    in_loop = [c for c in found if c.is_async]
    if is_async and not in_loop:
        yield Hit(
            found[0].site.place,
            "Most endpoints are async, and the tests call them only through `TestClient`, which runs the app in another "
            "thread and loop: what async fixtures open cannot be shared with it. Use `httpx.AsyncClient` with `ASGITransport`.",
        )
    if any(has_lifespan(app) for app in project.apps):
        started = starts_lifespan(project)
        cold = [c for c in found if not (started if c.is_async and not c.starts_alone else c.entered)]
        if cold:
            way = (
                "Wrap it in `LifespanManager(app)`."
                if cold[0].is_async
                else "Enter it: `with TestClient(app) as client`."
            )
            who = "This client does" if len(cold) == 1 else f"{len(cold)} clients do"
            yield Hit(
                cold[0].site.place,
                f"{who} not run the app's lifespan, so the tests see an app that was never started. {way}",
                symbol="lifespan",
                related=tuple(Related(c.site.place, "nor does this one") for c in cold[1:]),
            )
    best = in_loop[0] if in_loop else found[0]
    yield Met(best.site.place, "Tests call the app in their own process, started as in production.")
