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

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def home() -> str:
    return "nothing is stored"
```
"""

import re
from collections.abc import Iterator

from fastreview.api import (
    CallSite,
    Code,
    Confidence,
    Found,
    Function,
    Hit,
    Met,
    Module,
    NotApplicable,
    Place,
    Project,
    Related,
    Rung,
    Unknown,
    check,
    syntax,
)

_RELATIONAL = frozenset(
    {"sqlalchemy", "sqlmodel", "tortoise", "peewee", "ormar", "piccolo", "gino", "pony", "advanced_alchemy"}
)
_HOOK = re.compile(r"lifespan|startup|on_event")
"""In the name of a decorator: the function runs when the service starts."""
_CREATING = frozenset({"create_all", "generate_schemas", "create_tables"})


@check("DAT004", dimension="data", level=1, gate=True, effort="hours")
def no_migrations(project: Project) -> Found:
    tables = [table for table in project.tables if table.orm in _RELATIONAL]
    first = tables[0].place if tables else _core_table(project)
    if first is None:
        raise NotApplicable("no relational tables are defined")
    creating = sorted(_serving(project), key=lambda site: site.place)
    kept = [m for m in project.facts.files.migrations if m.revisions]
    related = tuple(Related(site.place, f"`{site.call.method}` makes the tables") for site in creating)
    if not kept and not creating and project.facts.scope.repository not in ("", "."):
        raise Unknown("who makes the tables: nothing in this folder does, and the repository has others")
    if not kept:
        how = "no revision of them stands in the repository"
        if creating:
            how = f"`{_word(creating[0])}` makes them when the service starts"
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
            f"`{_word(creating[0])}` runs in the service although there are migrations: what it makes is in no "
            "revision, and the two disagree. Leave the schema to the migrations.",
            symbol="create_all",
            related=related[1:],
        )
    count = sum(len(m.revisions) for m in kept)
    yield Met(
        Place(kept[0].revisions[0].path), f"{count} revisions ({kept[0].tool}) lead to the schema", Rung.CONFIGURED
    )


def _word(site: CallSite) -> str:
    words = {name for expr in (site.call.func, *site.call.args) for name in _names(expr)}
    return min(words & _CREATING, default=site.call.method)


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


def _serving(project: Project) -> Iterator[CallSite]:
    """Calls that make tables and run when the service is imported, started, or asked."""
    entries = _entries(project)
    for module in project.service_modules:
        for code in module.codes():
            for site in code.calls:
                makes = any(not _CREATING.isdisjoint(_names(e)) for e in (site.call.func, *site.call.args))
                if makes and not _guarded(site) and not _stamps(code, project) and _runs(code, project, entries, set()):
                    yield site


def _names(expr: syntax.Expr) -> frozenset[str]:
    match expr:
        case syntax.Ref():
            return frozenset({expr.last}) if "." in expr.name else frozenset()
        case syntax.Attribute(attr=attr):
            return frozenset({attr})
        case _:
            return frozenset()


def _guarded(site: CallSite) -> bool:
    """Whether it stands under a condition: ``if __name__ == "__main__"``, ``if settings.testing``."""
    for stmt in site.code.statements:
        if isinstance(stmt, syntax.If):
            last = max((inner.line for inner in syntax.statements(stmt.body)), default=0)
            if stmt.line < site.call.line <= last:
                return True
    return False


def _stamps(code: Code, project: Project) -> bool:
    """Whether the new tables are put under version control at once: ``stamp`` for the schema of a new tenant."""
    called = [code, *(t for site in code.calls for t in project.targets(site) if isinstance(t, Function))]
    return any(site.call.method in ("stamp", "upgrade") for one in called for site in one.calls)


def _entries(project: Project) -> frozenset[int]:
    """Functions that the framework runs: endpoints, dependencies, lifespan, event handlers."""
    found: list[Function] = [e.function for e in project.endpoints] + [d.function for d in project.dependencies]
    for app in project.apps:
        given = app.keyword("lifespan")
        if app.router is not None:
            if not isinstance(given, syntax.Missing):
                value = project.values.of(given, app.router.code)
                found += [value] if isinstance(value, Function) else []
            found += [code for _, code, _ in app.router.events if isinstance(code, Function)]
            for site in app.router.code.calls:
                if site.call.method == "add_event_handler" and len(site.call.args) > 1:
                    handler = project.values.of(site.call.args[1], site.code)
                    found += [handler] if isinstance(handler, Function) else []
            found += [app.router.code] if isinstance(app.router.code, Function) else []
    return frozenset(id(function) for function in found)


def _runs(code: Code, project: Project, entries: frozenset[int], seen: set[int]) -> bool:
    if isinstance(code, Module):
        return True
    if not isinstance(code, Function) or id(code) in seen:
        return False
    seen.add(id(code))
    if id(code) in entries or any(_HOOK.search(name) for name in code.decorator_names):
        return True
    return any(
        site.code.module.kind == "service" and not _guarded(site) and _runs(site.code, project, entries, seen)
        for site in project.callers(code)
    )
