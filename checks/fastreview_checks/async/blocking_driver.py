"""Synchronous driver under async routes

A synchronous driver waits in the thread that calls it. Under `async def` routes that thread is the event loop: every query
stops the whole worker, and load that a few threads would carry ends in time-outs. One engine or client decides this for
every route that uses it.

## Improve

Create the async counterpart (`create_async_engine`, `AsyncMongoClient`, `redis.asyncio`) and await its calls; or keep the
driver and declare the routes and dependencies that use it with plain `def`, so that FastAPI runs them in threads.

## When not to apply

A synchronous driver that only `def` routes, workers, migrations or threads use is fine.

## Read

- [FastAPI: concurrency and async / await](https://fastapi.tiangolo.com/async/)
- [SQLAlchemy: asyncio extension](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html)

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

The engine has more than one name:

```python bad
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.engine import create_engine
from sqlalchemy.orm import Session

engine = create_engine("postgresql://db/shop")  # finding
app = FastAPI()


@app.get("/products")
async def products() -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(text("select name from product")))
```

One engine, however many branches make it:

```python bad
import os

from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

if os.environ.get("POOL"):
    engine = create_engine("postgresql://db/shop", pool_size=20)  # finding
else:
    engine = create_engine("postgresql://db/shop")
app = FastAPI()


@app.get("/products")
async def products() -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(text("select name from product")))
```

One of two clients, which a function hands out:

```python bad app/main.py
from fastapi import FastAPI

from app.mongo import client

app = FastAPI()
database = client().shop


@app.get("/products")
async def products() -> int:
    return database.products.count_documents({})
```

```python bad app/mongo.py
from pymongo import MongoClient


def client() -> MongoClient:
    found = MongoClient("mongodb://db")  # finding
    return found
```

```python bad app/unused.py
from pymongo import MongoClient

other = MongoClient("mongodb://db")
```

From `def` routes only:

```python good
from fastapi import FastAPI
from pymongo import MongoClient

client = MongoClient("mongodb://db")
app = FastAPI()


@app.get("/products")
def products() -> int:
    return client.shop.products.count_documents({})
```
"""

from fastreview.api import (
    CallSite,
    Confidence,
    External,
    Found,
    Hit,
    LoopFunction,
    Met,
    NotApplicable,
    Project,
    Related,
    check,
)
from fastreview_checks.knowledge.blocking import blocking
from fastreview_checks.knowledge.drivers import ASYNC_DRIVERS, SYNC_DRIVERS, Driver
from fastreview_checks.knowledge.event_loop.used_drivers import serves
from fastreview_checks.knowledge.once import happens_once

_LAST_WORDS = frozenset(name.rpartition(".")[2] for name in (*SYNC_DRIVERS, *ASYNC_DRIVERS))


@check("ASY002", dimension="async", level=1, gate=True, effort="days")
def blocking_driver(project: Project) -> Found:
    created = _created(project)
    if not created:
        raise NotApplicable("no database engine or service client is created")
    used = _waiting_calls(project)
    reported: set[tuple[str, str]] = set()
    for site, name in created:
        driver = SYNC_DRIVERS.get(name)
        # A module that makes an engine in each of several branches uses one of them.
        if driver is None or (site.place.path, driver.family[0]) in reported:
            continue
        users = [(s, f) for s, call, f in used if call.startswith(driver.family)]
        rivals = [d for _, n in created if (d := SYNC_DRIVERS.get(n)) is not None and d.family[0] == driver.family[0]]
        if users and (len(rivals) == 1 or serves(site, driver, users, project)):
            reported.add((site.place.path, driver.family[0]))
            yield _hit(site, name, driver, users, project)
    # The database says more than a cache or an HTTP client beside it.
    in_loop = sorted(((s, n) for s, n in created if n in ASYNC_DRIVERS), key=lambda one: "engine" not in one[1].lower())
    if in_loop:
        site, name = in_loop[0]
        yield Met(site.place, f"`{name}` is an async driver.")


def _hit(
    site: CallSite, name: str, driver: Driver, users: list[tuple[CallSite, LoopFunction]], project: Project
) -> Hit:
    routes = list(dict.fromkeys(route.key for _, function in users for route in function.routes))
    more = len(routes) - 1
    others = f" and {more} other route{'s' if more > 1 else ''}" if more > 0 else ""
    where = f"{routes[0]}{others}" if routes else users[0][1].entry.label
    verb = "use" if more > 0 else "uses"
    return Hit(
        site.place,
        f"`{name.rpartition('.')[2]}` makes a synchronous driver, and {where} {verb} it on the event loop. "
        f"{_advice(driver, project)}.",
        symbol=name,
        related=tuple(Related(s.place, f"used on the event loop by `{f.function.name}`") for s, f in users[:5]),
        confidence=Confidence.LIKELY,
    )


def _advice(driver: Driver, project: Project) -> str:
    served = [route for route in project.routes if route.is_api and route.endpoint is not None]
    if sum(not route.is_async for route in served) * 2 > len(served):
        return "Declare the routes and dependencies that use it with plain `def`, as most are"
    return f"Use {driver.instead}, or plain `def` routes"


def _created(project: Project) -> list[tuple[CallSite, str]]:
    found = []
    for site in project.calls(*_LAST_WORDS):
        if any(i.module.partition(".")[0] == "alembic" for i in site.code.module.facts.imports):
            continue
        target = project.values.target(site)
        if isinstance(target, External) and (target.name in SYNC_DRIVERS or target.name in ASYNC_DRIVERS):
            found.append((site, target.name))
    return found


def _waiting_calls(project: Project) -> list[tuple[CallSite, str, LoopFunction]]:
    """Calls that wait on the loop while requests are served, more than once."""
    return [
        (site, target.name, function)
        for function in project.loop_functions
        if function.entry.kind != "lifespan"
        for site, target in function.calls.library
        if blocking(target.name) is not None and not site.awaited and not happens_once(function, site)
    ]
