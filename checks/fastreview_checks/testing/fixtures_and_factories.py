"""Set-up is copied from test to test

Where every file builds its own client, session and user, a changed constructor is changed in thirty places, one of them is
forgotten, and new tests begin by copying the nearest old one. Shared fixtures and factories let a test say only what is
special about its case.

## Improve

Move fixtures that several files need into `conftest.py`. Give test data one maker each: a factory (factory_boy, polyfactory)
or a plain function with defaults.

## Read

- [conftest.py: sharing fixtures](https://docs.pytest.org/en/stable/reference/fixtures.html#conftest-py-sharing-fixtures-across-multiple-files)
- [polyfactory](https://polyfactory.litestar.dev/latest/)

```python bad tests/test_create.py
import pytest

from app.main import Orders


@pytest.fixture
def orders() -> Orders:
    return Orders(currency="EUR", limit=10)


def test_create(orders: Orders) -> None:
    assert orders.create(1)
```

```python bad tests/test_cancel.py
import pytest

from app.main import Orders


@pytest.fixture
def orders() -> Orders:  # finding
    return Orders(currency="EUR", limit=10)


def test_cancel(orders: Orders) -> None:
    assert orders.cancel(1)
```

```python bad tests/test_ship.py
import pytest

from app.main import Orders


@pytest.fixture
def orders() -> Orders:
    return Orders(currency="EUR", limit=10)


def test_ship(orders: Orders) -> None:
    assert orders.ship(1)
```

```python fixed tests/conftest.py
import pytest

from app.main import Orders


@pytest.fixture
def orders() -> Orders:
    return Orders(currency="EUR", limit=10)
```

```python fixed tests/test_create.py
from app.main import Orders


def test_create(orders: Orders) -> None:
    assert orders.create(1)
```

```python fixed tests/test_cancel.py
from app.main import Orders


def test_cancel(orders: Orders) -> None:
    assert orders.cancel(1)
```

Functions with defaults are factories too:

```python good tests/making.py
def order(quantity: int = 1) -> dict[str, int]:
    return {"quantity": quantity}
```

```python good tests/test_create.py
from tests.making import order


def test_create() -> None:
    assert order()["quantity"] == 1
```

```python good tests/test_cancel.py
from tests.making import order


def test_cancel() -> None:
    assert order(2)["quantity"] == 2
```
"""

from fastreview.api import Found, Hit, Met, Project, Related, Rung, check
from fastreview_checks.knowledge.testing.setting_up import copied, local, shared


@check("TST017", dimension="testing", level=1, credit=1, effort="hours", sharpens="TST001")
def fixtures_and_factories(project: Project) -> Found:
    if not project.tests:
        yield Hit(project.place, "There are no tests that share fixtures or factories.")
        return
    used = shared(project)
    groups = copied(project, int(project.limits["TST017.copies"]))
    if groups and len(groups) >= len(used):
        first = groups[0]
        yield Hit(
            first[0].place,
            f"The fixture `{first[0].name}` is written out in {len(first)} files, and {len(groups)} such fixtures outweigh the "
            f"{len(used)} shared ones: a change of what they build is made in every copy. Move them into `conftest.py`.",
            symbol=first[0].name,
            related=tuple(Related(one.place, "a copy") for one in first[1:]),
        )
    elif used := used or local(project):
        names = ", ".join(f"`{one.name}`" for one in used[:3])
        yield Met(used[0].place, f"Tests share fixtures and makers of test data ({names}).", Rung.CONFIGURED)
    else:
        yield Hit(
            project.tests[0].place,
            "Tests share neither fixtures nor factories, so each prepares everything itself. Move the set-up that they have "
            "in common into fixtures.",
        )
