"""Synchronous database in an async service

A database that is waited for in the thread that asks limits the whole worker: on the event loop every query stops all
requests, in threads forty of them may wait at once. One stack, decided once, is what makes load predictable; half of each is
the worst of both.

## Improve

Create the engine with `create_async_engine` and an async driver, open `AsyncSession`s, and await every query. Or stay with the
synchronous driver on purpose, and keep every route and dependency that uses it plain `def`.

## When not to apply

A synchronous engine that only plain `def` routes, workers or scripts use is a decision, and passes.

## Read

- [SQLAlchemy: asyncio extension](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html)
- [FastAPI: concurrency and async / await](https://fastapi.tiangolo.com/async/)

```python bad
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("postgresql://db/shop")  # finding
app = FastAPI()


@app.get("/products")
async def products() -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(text("select name from product")))
```

```python fixed
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

engine = create_async_engine("postgresql+asyncpg://db/shop")
app = FastAPI()


@app.get("/products")
async def products() -> list[str]:
    async with AsyncSession(engine) as session:
        return list(await session.scalars(text("select name from product")))
```

```python good
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("postgresql://db/shop")
app = FastAPI()


@app.get("/products")
def products() -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(text("select name from product")))
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import (
    CallSite,
    Confidence,
    Found,
    Function,
    Hit,
    Met,
    NotApplicable,
    Project,
    Related,
    Unknown,
    check,
)
from fastreview_checks.knowledge.blocking import blocking
from fastreview_checks.knowledge.data.engines import ASYNC, SYNC, created
from fastreview_checks.knowledge.drivers import SYNC_DRIVERS

_ASYNC_ORMS = frozenset({"tortoise", "beanie", "odmantic", "ormar", "piccolo", "gino"})


@check("DAT002", dimension="data", level=2, gate=True, effort="days", sharpens="ASY002")
def sync_database(project: Project) -> Found:
    opened = created(project)
    sync = [(site, name) for site, name in opened if name in SYNC]
    # An engine serves more than a file that some function opens.
    sync.sort(key=lambda one: "engine" not in one[1])
    is_async = [(site, name) for site, name in opened if name in ASYNC]
    if not opened:
        in_async = next((table for table in project.tables if table.orm in _ASYNC_ORMS), None)
        if in_async is not None:
            yield Met(in_async.place, f"The ORM ({in_async.orm}) is async as a whole.")
            return
        if project.tables:
            raise Unknown("what opens the database: no engine or client is created in this folder")
        raise NotApplicable("no database is opened")
    families = tuple(f for _, name in sync if name in SYNC_DRIVERS for f in SYNC_DRIVERS[name].family)
    waiting = _waiting(project, families) if sync else []
    if waiting:
        # The repository may hold tools with engines of their own: what waits belongs to the service.
        near = {function.module.path.partition("/")[0] for _, function in waiting}
        sync.sort(key=lambda one: ("engine" not in one[1], one[0].code.module.path.partition("/")[0] not in near))
        site, name = sync[0]
        beside = " beside an async one" if is_async else ""
        functions = len({id(function) for _, function in waiting})
        few = project.limits["DAT002.share"] * len(project.loop_functions)
        count = f"{functions} function{'s' if functions > 1 else ''}"
        yield Hit(
            site.place,
            f"`{name.rpartition('.')[2]}` opens a synchronous database{beside}, and the event loop waits for it in {count}. "
            "Make the stack async as a whole, or the routes and dependencies that use it plain `def`.",
            symbol=name,
            related=tuple(Related(s.place, f"waits in `{f.name}`") for s, f in waiting[:5]),
            confidence=Confidence.POSSIBLE if is_async and functions <= few else Confidence.LIKELY,
        )
        return
    if is_async:
        site, name = is_async[0]
        yield Met(site.place, f"The database is async as a whole (`{name.rpartition('.')[2]}`).")
    else:
        site, name = sync[0]
        yield Met(
            site.place, f"`{name.rpartition('.')[2]}` is synchronous, and nothing on the event loop waits for it."
        )


def _waiting(project: Project, families: tuple[str, ...]) -> list[tuple[CallSite, Function]]:
    return [
        (site, one.function)
        for one in project.loop_functions
        if one.entry.kind != "lifespan" or one.routes
        for site, target in one.calls.library
        if target.name.startswith(families) and blocking(target.name) is not None and not site.awaited
    ]
