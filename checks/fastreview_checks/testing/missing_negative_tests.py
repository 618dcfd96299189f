"""Refusals, absences and invalid input are not tested

The most expensive mistakes of an API are answers it should have refused: a stranger reads another's order, a missing row is
a 500, a negative amount is accepted. Tests of the happy path pass all the while. They also pass when somebody removes the
dependency that checks the caller.

## Improve

For each router: one test without credentials or rights (401, 403), one of what does not exist (404), one of invalid input
(422). A parametrised test over the routes of a router is enough for the first.

## When not to apply

What a router cannot answer is not asked of it: 401 and 403 of routers without authentication, 404 of those without a path
parameter or that only compute with it, 422 of those without typed input.

## Read

- [Handling errors](https://fastapi.tiangolo.com/tutorial/handling-errors/)
- [Testing: error cases](https://fastapi.tiangolo.com/tutorial/testing/#extended-testing-file)
- [How to parametrize tests](https://docs.pytest.org/en/stable/how-to/parametrize.html)

```python bad app/main.py
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
router = APIRouter(prefix="/items")  # finding


class Item(BaseModel):
    price: int


@router.get("/{item_id}")
def read(item_id: int) -> Item:
    if item_id > 9:
        raise HTTPException(404)
    return Item(price=1)


@router.post("")
def add(item: Item) -> Item:
    return item


app.include_router(router)
```

```python bad tests/test_items.py
from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_read() -> None:
    assert client.get("/items/1").status_code == 200


def test_missing() -> None:
    response = client.get("/items/10")
    assert response.status_code == 404


def test_add() -> None:
    assert client.post("/items", json={"price": 1}).status_code == 200
```

```python fixed app/main.py
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
router = APIRouter(prefix="/items")


class Item(BaseModel):
    price: int


@router.get("/{item_id}")
def read(item_id: int) -> Item:
    if item_id > 9:
        raise HTTPException(404)
    return Item(price=1)


@router.post("")
def add(item: Item) -> Item:
    return item


app.include_router(router)
```

```python fixed tests/test_items.py
import pytest
from fastapi import status
from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def _refused(response, expected: int) -> None:
    assert response.status_code == expected


def test_missing() -> None:
    _refused(client.get("/items/10"), 404)


@pytest.mark.parametrize(("body", "expected"), [({}, 422), ({"price": "x"}, status.HTTP_422_UNPROCESSABLE_CONTENT)])
def test_invalid(body: dict[str, str], expected: int) -> None:
    response = client.post("/items", json=body)
    assert response.status_code == expected
```

```python not-applicable
import random

from fastapi import FastAPI

app = FastAPI()


@app.get("/news")
def news() -> list[str]:
    return []


@app.get("/dice/{sides}")
def roll(sides: int) -> int:
    return random.randint(1, sides)
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, RouteGroup, check
from fastreview_checks.knowledge.testing.refusals import expected, wanted
from fastreview_checks.knowledge.testing.route_tests import app_place, require_readable


@check("TST011", dimension="testing", level=2, gate=True, each=RouteGroup, effort="days", per_file=True)
def missing_negative_tests(group: RouteGroup, project: Project) -> Found:
    asked = wanted(group, project)
    if not asked:
        raise NotApplicable("its routes refuse nothing: no authentication, path parameter or typed input")
    if not project.tests:
        place = app_place(project)
        yield Hit(
            place, f"No test asks what `{group.prefix}` refuses, as there are no tests. Begin with one.", "no tests"
        )
        return
    found = expected(group, project)
    missing = [word for word, statuses in asked.items() if found.isdisjoint(statuses)]
    if not missing:
        yield Met(group.place, f"The tests of `{group.prefix}` expect {', '.join(asked)}.")
        return
    run = project.test_run
    if not (run and run.is_complete):
        require_readable(project)
    yield Hit(
        group.place,
        f"No test of this router (`{group.prefix}`) expects {', '.join(missing)}, so nothing notices when it answers what it "
        "should refuse. Add one for each.",
    )
