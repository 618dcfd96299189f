"""Dependencies are not overridden in tests

`app.dependency_overrides` replaces a database session, a clock or the current user without patching modules. Without it
tests patch internals or share a real database. And an override that is never cleared leaks into every test after it: the
result depends on the order.

## Improve

Override in a fixture, and clear after the `yield`.

## When not to apply

An app that every test builds anew needs no clearing. Where nothing is injected there is nothing to override.

## Read

- [Testing dependencies with overrides](https://fastapi.tiangolo.com/advanced/testing-dependencies/)
- [Fixture teardown](https://docs.pytest.org/en/stable/how-to/fixtures.html#teardown-cleanup-aka-fixture-finalization)

```python bad app/main.py
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def get_stock() -> Iterator[dict[str, int]]:
    yield {}


@app.get("/stock")
def stock(stock: Annotated[dict[str, int], Depends(get_stock)]) -> dict[str, int]:
    return stock
```

```python bad tests/test_stock.py
from fastapi.testclient import TestClient

from app.main import app, get_stock

app.dependency_overrides[get_stock] = lambda: {"lamp": 1}  # finding


def test_stock() -> None:
    assert TestClient(app).get("/stock").json() == {"lamp": 1}
```

```python fixed app/main.py
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def get_stock() -> Iterator[dict[str, int]]:
    yield {}


@app.get("/stock")
def stock(stock: Annotated[dict[str, int], Depends(get_stock)]) -> dict[str, int]:
    return stock
```

```python fixed tests/test_stock.py
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import app, get_stock


@pytest.fixture
def client() -> Iterator[TestClient]:
    app.dependency_overrides[get_stock] = lambda: {"lamp": 1}
    yield TestClient(app)
    app.dependency_overrides.clear()


def test_stock(client: TestClient) -> None:
    assert client.get("/stock").json() == {"lamp": 1}
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```
"""

from fastreview.api import Found, Hit, Met, Project, check
from fastreview_checks.knowledge.testing.overrides import overrides
from fastreview_checks.knowledge.unread_routes import without_routes


@check("TST008", dimension="testing", level=2, credit=2, effort="hours", sharpens="TST001")
def no_dependency_overrides(project: Project) -> Found:
    if not project.dependencies:
        raise without_routes(project, "no route has a dependency")
    found = overrides(project)
    if not found:
        said = "No test overrides a dependency" if project.tests else "There are no tests that override a dependency"
        yield Hit(
            project.tests[0].place if project.tests else project.place,
            f"{said}, so they run on the real ones or patch internals. Replace what they need with `app.dependency_overrides`.",
        )
        return
    kept = [one for one in found if not one.cleared]
    for one in kept[:1]:
        yield Hit(
            one.place,
            "This override is never cleared, so every later test runs with it and the result depends on the order. Set it in "
            "a fixture and clear `dependency_overrides` after the `yield`.",
        )
    if not kept:
        yield Met(found[0].place, "Dependencies are overridden in tests and restored after.")
