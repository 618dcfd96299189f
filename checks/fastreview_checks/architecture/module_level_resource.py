"""Engine or client made when a module is imported

An engine, pool or client at the top of a module belongs to the import, not to the app: it is configured by whatever the
settings were at that moment, shared by every test, carried into forked workers, bound to no event loop, and closed by
nobody.

## Improve

Make it in the lifespan, keep it in the state that the lifespan yields, and hand it to endpoints through a dependency. A
test then gives the app another one without patching.

## When not to apply

A session factory or a table of queries holds no connection. What a factory of apps makes belongs to the app it returns.
Task apps (Celery, dramatiq) are imported by their workers and stand at the top of a module by design.

## Read

- [Lifespan events](https://fastapi.tiangolo.com/advanced/events/)
- [Lifespan state](https://starlette.dev/lifespan/#lifespan-state)

```python bad app/main.py
from fastapi import FastAPI

from app import database

app = FastAPI()
```

```python bad app/database.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("postgresql+asyncpg://localhost/orders")  # finding
Session = async_sessionmaker(engine)
```

```python good
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI


class State(TypedDict):
    client: httpx.AsyncClient


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    async with httpx.AsyncClient(timeout=5) as client:
        yield State(client=client)


app = FastAPI(lifespan=lifespan)
```

A function or class that is called at the top of a module makes it on import too:

```python bad app/main.py
from fastapi import FastAPI

from app import rates

app = FastAPI()
```

```python bad app/rates.py
import httpx


class Rates:
    def __init__(self) -> None:
        self.client = httpx.AsyncClient(timeout=5)


rates = Rates()  # finding
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, check
from fastreview_checks.knowledge.resources import made_resources


@check("ARC009", dimension="architecture", level=2, gate=True, effort="hours")
def module_level_resource(project: Project) -> Found:
    if not project.apps:
        raise NotApplicable("the project creates no app")
    made = list(made_resources(project))
    if not made:
        raise NotApplicable("the code makes no engine, pool or client that the review knows")
    early = {(one.place.path, one.place.line): one for one in reversed(made) if one.on_import}
    for one in sorted(early.values(), key=lambda one: one.place):
        yield Hit(
            one.place,
            f"Importing this module makes {one.what}, which every app and test of the process then shares and none owns. "
            "Make it in the lifespan and hand it on through a dependency.",
            related=one.related,
        )
    if not early:
        yield Met(made[0].place, f"Importing the service makes no resource: {made[0].what} is made where the app runs")
