"""Test that asserts nothing

A test without an assertion passes whatever the service answers: a 500 with an HTML page is as good as the right order. It
costs run time, raises the coverage figure, and proves only that nothing was raised.

## Improve

Assert the status code and what the caller relies on in the body, or what changed in storage. For code that must not raise,
say so in the name of the test.

## When not to apply

Helpers that assert, `pytest.raises`, mocks' `assert_called_with`, snapshots, property-based tests and tests that are
skipped are understood. So are tests that say in their name that nothing is raised.

## Read

- [How to write and report assertions](https://docs.pytest.org/en/stable/how-to/assert.html)
- [Testing](https://fastapi.tiangolo.com/tutorial/testing/)
- [Assertions of mocks](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.Mock.assert_called_once_with)

```python bad tests/test_products.py
from unittest.mock import Mock

from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_list_products() -> None:  # finding
    response = client.get("/products")
    print(response.json())


def test_mail_is_sent() -> None:  # finding
    mailer = Mock()
    mailer.send("ann@example.com")
    assert mailer.send.called_once_with("bob@example.com")
```

```python fixed tests/test_products.py
from unittest.mock import Mock

from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_list_products() -> None:
    response = client.get("/products")
    assert response.status_code == 200
    assert response.json() == []


def test_mail_is_sent() -> None:
    mailer = Mock()
    mailer.send("ann@example.com")
    mailer.send.assert_called_once_with("ann@example.com")
```

```python good tests/conftest.py
from collections.abc import Callable

import pytest


@pytest.fixture
def refused() -> Callable[[object], None]:
    def check(response: object) -> None:
        assert response.status_code == 403

    return check
```

```python good tests/test_orders.py
import pytest

from tests.steps import Shop


def expect_ok(response) -> None:
    if response.status_code != 200:
        raise AssertionError(response.text)


def test_root(client) -> None:
    expect_ok(client.get("/"))


def test_customers_are_refused(client, refused) -> None:
    refused(client.delete("/orders/1"))


def test_negative_quantity() -> None:
    with pytest.raises(ValueError):
        int("-")


def test_shipping(shop: Shop) -> None:
    shop.ships(1)


def test_closing_twice_does_not_raise(client) -> None:
    client.close()
    client.close()


@pytest.mark.skip(reason="needs the carrier's sandbox")
def test_carrier(client) -> None:
    client.post("/ship")
```

```python good tests/steps.py
class Shop:
    def ships(self, order: int) -> None:
        self._state(order, "shipped")

    def _state(self, order: int, wanted: str) -> None:
        assert self.client.get(f"/orders/{order}").json()["state"] == wanted
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Project, Test, check
from fastreview_checks.knowledge.testing.assertions import asserting, never_judged


@check("TST006", dimension="testing", level=1, gate=True, each=Test, effort="minutes")
def assertion_free_test(test: Test, project: Project) -> Found:
    reason = never_judged(test.function)
    if reason:
        raise NotApplicable(reason)
    index = asserting(project)
    if index.asserts(test.function):
        return
    vacuous = index.vacuous(test.function)
    if vacuous is not None:
        yield Hit(
            test.place,
            f"Every assertion here is true whatever happens: `{vacuous}` is not a method of mocks but a new mock, and mocks "
            "are truthy. Call the mock's `assert_called_once_with`, and assert the response.",
            symbol=test.function.qualname,
            confidence=Confidence.CERTAIN,
        )
    else:
        yield Hit(
            test.place,
            f"`{test.function.name}` asserts nothing, so it passes whatever the code answers. Assert the status and the "
            "content that callers rely on.",
            symbol=test.function.qualname,
            # What is called for its effect may be there to raise: that it does not is a result.
            confidence=Confidence.POSSIBLE if index.runs_something(test.function) else Confidence.LIKELY,
        )
