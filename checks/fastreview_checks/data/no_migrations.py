"""Tables without migrations

`create_all` makes tables that are missing and changes none that exist: the first new column works on a fresh laptop
and fails in production. Without revisions nobody can say which schema a database has, or bring it back.

## Improve

Use Alembic, or the migration tool of the ORM, keep one line of revisions in the repository, and run them when
deploying. Leave `create_all` to the tests.

## When not to apply

Services without a relational database, or without tables of their own.

## Read

- [Alembic tutorial](https://alembic.sqlalchemy.org/en/latest/tutorial.html)

```python bad
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


@asynccontextmanager
async def lifespan(app: FastAPI):
    Base.metadata.create_all(create_engine("sqlite://"))  # finding
    yield


app = FastAPI(lifespan=lifespan)
```

```python good
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


app = FastAPI()
```

```ini good alembic.ini
[alembic]
script_location = migrations
```

```python good migrations/env.py
from alembic import context

context.configure(url="sqlite://")
```

```python good migrations/versions/0001_orders.py
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("orders")
```

Migrations of the service's own, which it runs itself, lead there too:

```python good app/main.py
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.migrations import migrate


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


@asynccontextmanager
async def lifespan(app: FastAPI):
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    migrate(engine)
    yield


app = FastAPI(lifespan=lifespan)
```

```python good app/migrations.py
from sqlalchemy import Engine, inspect, text


def migrate(engine: Engine) -> None:
    columns = {column["name"] for column in inspect(engine).get_columns("orders")}
    if "paid" not in columns:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE orders ADD COLUMN paid INTEGER"))
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def home() -> str:
    return "nothing is stored"
```
"""

from fastreview.api import (
    Confidence,
    Found,
    Hit,
    Met,
    NotApplicable,
    Place,
    Project,
    Related,
    Rung,
    Unknown,
    check,
)
from fastreview_checks.knowledge.creating_tables import creating_in_service, creating_word
from fastreview_checks.knowledge.data.revisions import written_by_hand

_RELATIONAL = frozenset(
    {"sqlalchemy", "sqlmodel", "tortoise", "peewee", "ormar", "piccolo", "gino", "pony", "advanced_alchemy"}
)


@check("DAT004", dimension="data", level=1, gate=True, effort="hours")
def no_migrations(project: Project) -> Found:
    tables = [table for table in project.tables if table.orm in _RELATIONAL]
    first = tables[0].place if tables else _core_table(project)
    if first is None:
        raise NotApplicable("no relational tables are defined")
    creating = sorted(creating_in_service(project), key=lambda site: site.place)
    kept = [m for m in project.facts.files.migrations if m.revisions]
    related = tuple(Related(site.place, f"`{site.call.method}` makes the tables") for site in creating)
    if not kept and not creating and project.facts.scope.repository not in ("", "."):
        raise Unknown("who makes the tables: nothing in this folder does, and the repository has others")
    own = None if kept else written_by_hand(project)
    if own is not None:
        yield Met(own, "Migrations of the service's own lead tables that exist to the schema.", Rung.CONFIGURED)
        return
    if not kept:
        how = "no revision of them stands in the repository"
        if creating:
            how = f"`{creating_word(creating[0])}` makes them when the service starts"
        yield Hit(
            creating[0].place if creating else first,
            f"The tables have no migrations: {how}, so a column that is added later never reaches an existing "
            "database. Keep revisions (Alembic, or the tool of the ORM) in the repository and run them when deploying.",
            symbol="revisions",
            related=related[1:] or ((Related(first, "a table"),) if creating else ()),
            confidence=Confidence.CERTAIN if creating else Confidence.LIKELY,
        )
        return
    for migrations in kept:
        if len(migrations.heads) > 1:
            yield Hit(
                Place(migrations.path),
                f"The revisions in `{migrations.path}` end in {len(migrations.heads)} heads, so `upgrade head` "
                "refuses to run. Merge them into one line.",
                symbol="heads",
            )
    if creating:
        yield Hit(
            creating[0].place,
            f"`{creating_word(creating[0])}` runs in the service although there are migrations: what it makes is in no "
            "revision, and the two disagree. Leave the schema to the migrations.",
            symbol="create_all",
            related=related[1:],
        )
    count = sum(len(m.revisions) for m in kept)
    yield Met(
        Place(kept[0].revisions[0].path), f"{count} revisions ({kept[0].tool}) lead to the schema", Rung.CONFIGURED
    )


def _core_table(project: Project) -> Place | None:
    """A table of SQLAlchemy Core, or of SQL text."""
    for module in project.service_modules:
        for code in module.codes():
            for site in code.calls:
                target = project.targets(site)
                if any(getattr(t, "name", "") == "sqlalchemy.Table" for t in target):
                    return site.place
                first = site.call.args[0] if site.call.args else None
                if isinstance(first, str) and "create table" in first.lower():
                    return site.place
    return None
