"""No tests

Nobody knows whether the service works after a change until somebody uses it. Every upgrade of FastAPI or Pydantic and
every refactoring is a gamble, so they do not happen.

## Improve

Start with one test per route: `TestClient` for plain endpoints, `httpx.AsyncClient` with `ASGITransport` for async ones.
Name the files `test_*.py`, put them into `tests/`, and run `pytest`.

## Read

- [Testing](https://fastapi.tiangolo.com/tutorial/testing/)
- [Conventions for test discovery](https://docs.pytest.org/en/stable/explanation/goodpractices.html#conventions-for-python-test-discovery)

```python bad
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return ["lamp"]
```

Functions that pytest does not collect are no tests:

```python bad tests/conftest.py
import pytest


@pytest.fixture
def test_user() -> str:
    return "ann"
```

```python fixed
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return ["lamp"]
```

```python fixed tests/test_items.py
from fastapi.testclient import TestClient

from app.main import app


def test_items() -> None:
    assert TestClient(app).get("/items").json() == ["lamp"]
```
"""

from fastreview.api import Found, Hit, Met, Project, Rung, Side, Unknown, check


@check("TST001", dimension="testing", level=1, gate=True, needs=(Side.SOURCE,), effort="days")
def no_tests(project: Project) -> Found:
    if project.tests:
        files = len({test.place.path for test in project.tests})
        # A test that lies beside the code it is about may be an old one; the folder of the tests is what they are kept in.
        kept = (test for test in project.tests if "tests" in test.place.path.split("/")[:-1])
        yield Met(
            next(kept, project.tests[0]).place,
            f"{len(project.tests)} tests in {files} file{'s' if files > 1 else ''}.",
            Rung.CONFIGURED,
        )
        return
    if any(module.kind == "test" for module in project.modules if module.facts.parser == "none"):
        raise Unknown("the files of the tests could not be read")
    yield Hit(
        project.place,
        "There are no tests that pytest or unittest would collect, so no change to this service is ever proven. Begin with "
        "one test per route, in tests/test_*.py.",
    )
