"""Opened at start and never closed

What the start opens and nothing closes is cut off when the process ends: the database waits for the connection to time out,
a consumer keeps its partitions until the broker gives up on it, and a task dies between two writes.

## Improve

Open it in the lifespan with `async with`, or in a `try` whose `finally` closes it after the `yield`. Stop schedulers and
consumers, cancel tasks and wait for them.

## Read

- [FastAPI: lifespan](https://fastapi.tiangolo.com/advanced/events/)
- [contextlib.AsyncExitStack](https://docs.python.org/3/library/contextlib.html#contextlib.AsyncExitStack)
- [Task cancellation](https://docs.python.org/3/library/asyncio-task.html#task-cancellation)

```python bad
from contextlib import asynccontextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from fastapi import FastAPI
from redis.asyncio import Redis

scheduler = AsyncIOScheduler()


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.redis = Redis(host="cache")  # finding
    scheduler.start()  # finding
    yield


app = FastAPI(lifespan=lifespan)
```

```python fixed
from contextlib import asynccontextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from fastapi import FastAPI
from redis.asyncio import Redis

scheduler = AsyncIOScheduler()


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with Redis(host="cache") as app.state.redis:
        scheduler.start()
        try:
            yield
        finally:
            scheduler.shutdown()


app = FastAPI(lifespan=lifespan)
```

A task that loops for ever ends with the process, half-way:

```python bad
import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def poll() -> None:
    while True:
        await asyncio.sleep(1)


@asynccontextmanager
async def lifespan(app: FastAPI):
    task = asyncio.create_task(poll())  # finding
    yield


app = FastAPI(lifespan=lifespan)
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import App, Found, Hit, Met, NotApplicable, Project, check
from fastreview_checks.knowledge.production.lifespans import Ends, opened


@check("PRD016", dimension="production", level=2, gate=True, each=App, effort="hours")
def shutdown_leak(app: App, project: Project) -> Found:
    found = opened(app, project)
    if not found:
        raise NotApplicable("its start opens nothing that has to be closed")
    ends = Ends(app, project)
    leaking = [one for one in found if not ends.has(one)]
    for one in leaking:
        yield Hit(
            one.place,
            f"{one.what[0].upper()}{one.what[1:]} is opened when the app starts and nothing ends it when the app stops, so it is "
            "cut off in the middle of its work. Close it after the `yield` of the lifespan.",
            symbol=one.names[0] if one.names else one.what,
        )
    if not leaking:
        yield Met(found[0].place, "What the start opens, the end closes.")
