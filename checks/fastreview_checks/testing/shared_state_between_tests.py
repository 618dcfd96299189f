"""Tests share state

A test that leaves something behind, an override, a row, an environment variable, a filled list, decides about the tests
after it. They pass together and fail alone, or the other way round; they cannot run in parallel or in another order; and
who looks for the cause looks in the wrong test.

## Improve

Let fixtures prepare and take back: `yield`, then clean up; `monkeypatch` for attributes and environment variables; a
transaction that is rolled back, or a fresh schema, for data. Run the suite in a random order now and then, or review with
`--thorough`, which does.

## When not to apply

State that a fixture of the module resets is understood, and what a test takes back by itself.

## Read

- [Flaky tests](https://docs.pytest.org/en/stable/explanation/flaky.html)
- [Fixture teardown](https://docs.pytest.org/en/stable/how-to/fixtures.html#teardown-cleanup-aka-fixture-finalization)
- [How to monkeypatch](https://docs.pytest.org/en/stable/how-to/monkeypatch.html)

```python bad app/main.py
from fastapi import FastAPI

from app.settings import settings

app = FastAPI()


def stock() -> int:
    return 1


@app.get("/open")
def is_open() -> bool:
    return settings.open
```

```python bad app/settings.py
class Settings:
    open = True


settings = Settings()
```

```python bad tests/test_shop.py
import os

from fastapi.testclient import TestClient

from app.main import app, stock
from app.settings import settings

created = {}


def test_create() -> None:
    created["id"] = 7  # finding
    assert created


def test_read() -> None:
    assert created["id"] == 7


def test_closed() -> None:
    settings.open = False  # finding
    assert TestClient(app).get("/open").json() is False


def test_sold_out() -> None:
    app.dependency_overrides[stock] = lambda: 0  # finding
    assert TestClient(app).get("/open").status_code == 200


def test_region() -> None:
    os.environ["REGION"] = "eu"  # finding
    assert TestClient(app).get("/open").status_code == 200
```

```python fixed app/main.py
from fastapi import FastAPI

from app.settings import settings

app = FastAPI()


def stock() -> int:
    return 1


@app.get("/open")
def is_open() -> bool:
    return settings.open
```

```python fixed app/settings.py
class Settings:
    open = True


settings = Settings()
```

```python fixed tests/test_shop.py
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import app, stock
from app.settings import settings


@pytest.fixture
def sold_out() -> Iterator[None]:
    app.dependency_overrides[stock] = lambda: 0
    yield
    app.dependency_overrides.clear()


def test_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "open", False)
    monkeypatch.setenv("REGION", "eu")
    assert TestClient(app).get("/open").json() is False


def test_sold_out(sold_out: None) -> None:
    assert TestClient(app).get("/open").status_code == 200
```

A marker that fixes the order says it itself:

```python bad tests/test_steps.py
import pytest


@pytest.mark.order(1)
def test_first() -> None:  # finding
    assert 1


def test_other() -> None:
    assert 2
```
"""

from fastreview.api import Confidence, Found, Hit, Project, Test, check
from fastreview_checks.knowledge.testing.leaks import leaks


@check("TST014", dimension="testing", level=2, gate=True, each=Test, effort="hours", per_file=True)
def shared_state_between_tests(test: Test, project: Project) -> Found:
    changed = set(project.test_run.order_dependent)
    if changed and any(result.id in changed for result in project.test_run.results_of(test)):
        yield Hit(
            test.place,
            "This test ends differently in another order of the tests: it needs what another leaves behind, or is disturbed "
            "by it. Let it prepare its own state, and take back what it changes.",
            symbol="order",
            confidence=Confidence.CERTAIN,
        )
    yield from leaks(test, project)
