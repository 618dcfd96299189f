"""Most tests go through HTTP

Tests through HTTP prove that routing, validation, dependencies and storage fit together; they are slow, and when one fails
it does not say where. Where nearly every test is of that kind, the cases of the business logic are too expensive to test,
so only the happy ones are, and often because there is no service layer that could be called without a request.

## Improve

Test business rules by calling services directly with fakes or a session, one test per outcome. Keep a few tests per route
through HTTP: success, refusal, not found, invalid input.

## When not to apply

A thin service that only stores and returns rows has little to test below its routes; this is a credit, not a gate.

## Read

- [Testing](https://fastapi.tiangolo.com/tutorial/testing/)
- [Anatomy of a test](https://docs.pytest.org/en/stable/explanation/anatomy.html)

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/price")
def price(quantity: int) -> int:
    return quantity * (9 if quantity > 10 else 10)
```

```python bad tests/test_price.py
from fastapi.testclient import TestClient

from app.main import app


def test_single() -> None:  # finding
    assert TestClient(app).get("/price?quantity=1").json() == 10


def test_many() -> None:
    assert TestClient(app).get("/price?quantity=20").json() == 180
```

```python fixed app/main.py
from fastapi import FastAPI

from app.prices import price

app = FastAPI()


@app.get("/price")
def read_price(quantity: int) -> int:
    return price(quantity)
```

```python fixed app/prices.py
def price(quantity: int) -> int:
    return quantity * (9 if quantity > 10 else 10)
```

```python fixed tests/test_price.py
from fastapi.testclient import TestClient

from app.main import app
from app.prices import price


def test_single() -> None:
    assert price(1) == 10


def test_many() -> None:
    assert price(20) == 180


def test_route() -> None:
    assert TestClient(app).get("/price?quantity=1").json() == 10
```
"""

from fastreview.api import Found, Hit, Met, Project, Test, Unknown, check
from fastreview_checks.knowledge.testing.route_tests import RUN
from fastreview_checks.knowledge.unread_routes import without_routes


@check("TST005", dimension="testing", level=2, credit=3, effort="days", sharpens="TST001")
def test_shape(project: Project) -> Found:
    if not project.routes:
        raise without_routes(project, "the project has no routes")
    if not project.tests:
        yield Hit(project.place, "There are no tests, so there is none of business logic. Begin with its services.")
        return
    run = project.test_run
    if run and run.is_complete:
        shape = run.shape
        through, direct = len(shape["endpoint"]), len(shape["service"]) + len(shape["unit"])
        margin, place = 0.0, project.tests[0].place
        first = place
    else:
        if project.exercise.library is not None:
            raise Unknown(f"the tests call the API through a client library ({RUN})")
        sending = [t for t in project.tests if project.exercise.sends(t)]
        calling = _calling(project, sending)
        through, direct = len(sending), len(calling)
        margin = project.limits["TST005.margin"]
        place, first = ((some[0] if some else project.tests[0]).place for some in (sending, calling))
    total = through + direct
    if not total:
        raise Unknown(f"the code of the tests does not say what they call ({RUN})")
    share, most = through / total, project.limits["TST005.share"]
    if abs(share - most) <= margin and through != direct:
        raise Unknown(f"{through} tests go through HTTP and {direct} do not: too close to tell by their code ({RUN})")
    if share > most:
        yield Hit(
            place,
            f"{through} of {total} tests go through HTTP, so cases of the business logic cost a request each and stay few. "
            "Call services directly for these, and keep some requests per route.",
        )
    else:
        yield Met(first, f"{direct} of {total} tests call the code directly, {through} go through HTTP.")


def _calling(project: Project, sending: list[Test]) -> list[Test]:
    through = {id(test) for test in sending}
    return [test for test in project.tests if id(test) not in through and project.exercise.runs_service(test)]
