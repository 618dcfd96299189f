"""Route that no test calls

A route without a test breaks unnoticed: a renamed field, a dependency that now raises, a changed status reach callers
before they reach the team. FastAPI resolves paths, parameters and dependencies at run time, so only a request proves that
they fit together.

## Improve

Write one test per route that sends a request and asserts status and content. Begin with the routes that write. The review
with `--run-tests` counts what the tests really called; without it their code is read.

## When not to apply

Health checks, documentation and routes outside the OpenAPI document are left out. Calls of the endpoint function count.

## Read

- [Testing](https://fastapi.tiangolo.com/tutorial/testing/)
- [Async tests](https://fastapi.tiangolo.com/advanced/async-tests/)
- [How to parametrize tests](https://docs.pytest.org/en/stable/how-to/parametrize.html)

```python bad app/main.py
from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/items")


@router.get("/{item_id}")
def read(item_id: int) -> str:
    return "lamp"


@router.delete("/{item_id}")
def remove(item_id: int) -> None:  # finding
    return None


app.include_router(router, prefix="/v1")
```

```python bad tests/test_items.py
from fastapi.testclient import TestClient

from app.main import app


def test_read() -> None:
    assert TestClient(app).get("/v1/items/1").json() == "lamp"
```

```python fixed app/main.py
from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/items")


@router.get("/{item_id}")
def read(item_id: int) -> str:
    return "lamp"


@router.delete("/{item_id}")
def remove(item_id: int) -> None:
    return None


app.include_router(router, prefix="/v1")
```

```python fixed tests/test_items.py
import pytest
from fastapi.testclient import TestClient

from app.main import app

ITEMS = "/v1/items"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_items(method: str) -> None:
    assert TestClient(app).request(method, f"{ITEMS}/{1}").is_success
```

URLs that are made at run time do not tell which routes they reach:

```python unknown app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```

```python unknown tests/test_recorded.py
from fastapi.testclient import TestClient

from app.main import app
from tests.recording import recorded


def test_recorded() -> None:
    for exchange in recorded():
        assert TestClient(app).get(exchange.url).json() == exchange.answer
```
"""

from fastreview.api import Found, Project, Route, check
from fastreview_checks.knowledge.testing.route_tests import untested


@check("TST002", dimension="testing", level=1, gate=True, each=Route, effort="hours", per_file=True)
def untested_route(route: Route, project: Project) -> Found:
    hit = untested(route, project)
    if hit is not None:
        yield hit
