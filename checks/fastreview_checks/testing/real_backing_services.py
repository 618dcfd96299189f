"""Storage is not tested on the engine of production

SQLite accepts what PostgreSQL refuses and the other way round: types, constraints, time zones, locking, JSON, upserts,
`ON CONFLICT`, isolation. A mocked session accepts everything. Such tests pass for years while the query they are about has
never run on the database that serves customers.

## Improve

Start the engine for the tests: a service container in CI, testcontainers or pytest-postgresql everywhere. Create the schema
once by its migrations, and roll each test back.

## When not to apply

A service whose production engine is SQLite is tested on it. A service without a database has nothing to test there.

## Read

- [Testcontainers for Python](https://testcontainers-python.readthedocs.io/en/latest/)
- [GitHub: PostgreSQL service containers](https://docs.github.com/en/actions/tutorials/use-containerized-services/create-postgresql-service-containers)
- [Joining a session into an external transaction](https://docs.sqlalchemy.org/en/20/orm/session_transaction.html#joining-a-session-into-an-external-transaction-such-as-for-test-suites)

```toml bad
[project]
name = "shop"
dependencies = ["asyncpg", "fastapi", "sqlalchemy"]
```

```python bad app/database.py
from sqlalchemy.ext.asyncio import create_async_engine


def engine(url: str = "postgresql+asyncpg://db/shop") -> object:
    return create_async_engine(url)
```

```python bad tests/conftest.py
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


@pytest.fixture
def engine() -> AsyncEngine:
    return create_async_engine("sqlite+aiosqlite://")  # finding
```

```python bad tests/test_orders.py
def test_orders(engine: object) -> None:
    assert engine
```

```toml fixed
[project]
name = "shop"
dependencies = ["asyncpg", "fastapi", "sqlalchemy"]
```

```python fixed app/database.py
from sqlalchemy.ext.asyncio import create_async_engine


def engine(url: str = "postgresql+asyncpg://db/shop") -> object:
    return create_async_engine(url)
```

```python fixed tests/conftest.py
from collections.abc import Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from testcontainers.postgres import PostgresContainer


@pytest.fixture(scope="session")
def engine() -> Iterator[AsyncEngine]:
    with PostgresContainer("postgres:17") as postgres:
        yield create_async_engine(postgres.get_connection_url())
```

```python fixed tests/test_orders.py
def test_orders(engine: object) -> None:
    assert engine
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, Unknown, check
from fastreview_checks.knowledge.testing.backing import production, provided, reached, replaced


@check("TST009", dimension="testing", level=2, credit=2, effort="days", sharpens="TST001")
def real_backing_services(project: Project) -> Found:
    engines = production(project)
    if not engines:
        raise NotApplicable("the service uses no database server")
    word = " or ".join(sorted(engines))
    if not project.tests:
        yield Hit(project.place, f"There are no tests, so nothing ran against {word} before production does.")
        return
    real = next(provided(project, engines), None)
    if real is not None:
        place, what, rung = real
        yield Met(place, f"Storage is tested on the engine of production: {what}.", rung)
        return
    instead = next(replaced(project), None)
    if instead is not None:
        yield Hit(
            instead[0],
            f"The tests run on {instead[1]} in place of {word}: types, constraints and locking differ, so what passes here "
            f"may fail there. Start {word} for the tests, by testcontainers or a service container.",
        )
        return
    if reached(project):
        raise Unknown("which engine the tests connect to is set outside the code")
    yield Hit(
        project.tests[0].place,
        f"No test reaches a database: {word} is mocked or left out, so no query is ever run before production runs it. Start "
        "it for the tests, by testcontainers or a service container.",
    )
