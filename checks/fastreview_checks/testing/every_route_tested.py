"""Routes without a test remain

Tests of the main routes catch most mistakes; the ones that reach production are in the routes nobody thought of: the
delete, the export, the admin page. From nine out of ten tested routes on, a change can be merged because the tests pass,
not because somebody clicked through the service.

## Improve

List what is left (`fastreview --select every-route-tested`), and add a test to each route. A parametrised test over all
routes that expects 401 without credentials is a good beginning, not the end: assert what each answers when it succeeds.
That tests call a route has to be seen at this level, in a run of them (`--run-tests`) or in a fresh coverage file: a call
that is only written down may never be made.

## When not to apply

Health checks, documentation and routes outside the OpenAPI document are left out.

## Read

- [Testing](https://fastapi.tiangolo.com/tutorial/testing/)
- [Schemathesis: a test for every operation of the OpenAPI document](https://schemathesis.readthedocs.io/en/stable/)

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
def orders() -> list[str]:
    return []


@app.post("/orders")
def place() -> str:  # finding
    return "placed"
```

```python bad tests/test_orders.py
from fastapi.testclient import TestClient

from app.main import app


def test_orders() -> None:
    assert TestClient(app).get("/orders").json() == []
```

```python fixed app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
def orders() -> list[str]:
    return []


@app.post("/orders")
def place() -> str:
    return "placed"
```

```python fixed tests/test_orders.py
from fastapi.testclient import TestClient

from app.main import app


def _place(client: TestClient, path: str) -> str:
    return client.post(path).json()


def test_orders() -> None:
    client = TestClient(app)
    assert client.get(app.url_path_for("orders")).json() == []
    assert _place(client, "/orders") == "placed"
```

```json fixed facts/tests.json
{
  "ran": true,
  "tests": [{"id": "tests/test_orders.py::test_orders", "outcome": "passed",
             "requests": [{"method": "GET", "route": "/orders", "status": 200},
                          {"method": "POST", "route": "/orders", "status": 200}]}]
}
```

Tests that are made from the OpenAPI document call every route of it:

```python good app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
def orders() -> list[str]:
    return []
```

```python good tests/test_contract.py
import schemathesis

from app.main import app

schema = schemathesis.openapi.from_asgi("/openapi.json", app)


@schema.parametrize()
def test_contract(case: schemathesis.Case) -> None:
    case.call_and_validate()
```

```json good facts/tests.json
{
  "ran": true,
  "tests": [{"id": "tests/test_contract.py::test_contract[GET /orders]", "outcome": "passed",
             "requests": [{"method": "GET", "route": "/orders", "status": 200}]}]
}
```

Without a run the code of the tests tells that they call it, not that they do:

```python unknown app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
def orders() -> list[str]:
    return []
```

```python unknown tests/test_orders.py
from fastapi.testclient import TestClient

from app.main import app


def test_orders() -> None:
    assert TestClient(app).get("/orders").json() == []
```
"""

from fastreview.api import Found, Project, Route, check
from fastreview_checks.knowledge.testing.route_tests import require_exercised, untested


@check(
    "TST003",
    dimension="testing",
    level=2,
    gate=True,
    each=Route,
    effort="days",
    sharpens="TST002",
    per_file=True,
)
def every_route_tested(route: Route, project: Project) -> Found:
    hit = untested(route, project)
    if hit is not None:
        yield hit
        return
    require_exercised(route, project)
