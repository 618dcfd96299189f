"""Blocking work that is never handed to a thread

A service on the event loop that uses blocking libraries needs a way off the loop. One that has none pays with its latency for
every such call, and the habit spreads: the next library is called the same way.

## Improve

Call blocking functions with `await run_in_threadpool(function, ...)` or `await asyncio.to_thread(function, ...)`, or move them
to plain `def` endpoints; put long jobs into a queue.

## When not to apply

A service whose libraries are all async has nothing to hand over, and one whose routes are plain `def` leaves it to FastAPI.

## Read

- [FastAPI: concurrency and async / await](https://fastapi.tiangolo.com/async/)
- [asyncio: running in threads](https://docs.python.org/3/library/asyncio-task.html#running-in-threads)

```python bad
import requests
from fastapi import FastAPI

app = FastAPI()


@app.get("/rates")
async def rates() -> dict[str, float]:
    return requests.get("https://rates.example.com", timeout=5).json()  # finding
```

```python fixed
import requests
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

app = FastAPI()


def fetch() -> dict[str, float]:
    return requests.get("https://rates.example.com", timeout=5).json()


@app.get("/rates")
async def rates() -> dict[str, float]:
    return await run_in_threadpool(fetch)
```

Sleeping needs no thread:

```python not-applicable
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def root() -> str:
    time.sleep(1)
    return "hello"
```

```python not-applicable
import httpx
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def root() -> str:
    return "hello"
```
"""

from fastreview.api import CallSite, External, Found, Hit, Met, NotApplicable, Project, check
from fastreview_checks.knowledge.blocking import BLOCKING, blocking
from fastreview_checks.knowledge.cpu_bound import BY_NAME, METHODS

_HANDS_OVER = ("run_in_threadpool", "to_thread", "run_in_executor", "run_sync", "sync_to_async", "asyncify")
# What sleeps needs `asyncio.sleep`, not a thread.
_LAST_WORDS = METHODS | {name.rpartition(".")[2] for group in BLOCKING for name in group.calls} - {"*", "sleep"}


@check("ASY017", dimension="async", level=2, credit=2, effort="hours")
def offload_used(project: Project) -> Found:
    if not any(function.is_async for function in project.functions):
        raise NotApplicable("nothing is async")
    shown = 0
    for site in project.calls(*_HANDS_OVER):
        names = [t.name for t in project.targets(site) if isinstance(t, External)]
        if not any(_is_thread(name) for name in names) and (names or site.call.method != "run_in_executor"):
            continue
        shown += 1
        if shown <= 3:
            yield Met(site.place, f"Blocking work is handed to a thread with `{site.call.method}`.")
    if shown:
        return
    found = _first_wait(project)
    if found is None:
        raise NotApplicable("nothing on the event loop blocks it")
    routes = [route for route in project.routes if route.is_api and route.endpoint is not None]
    if sum(not route.is_async for route in routes) * 2 > len(routes):
        raise NotApplicable("most routes are plain `def`, which FastAPI runs in threads")
    site, name = found
    yield Hit(
        site.place,
        f"Nothing in the service hands work to a thread, and `{name}` is one of the calls that block the event loop. Call it "
        "with `await run_in_threadpool(...)`, and others like it.",
        symbol="",
    )


def _is_thread(name: str) -> bool:
    """SQLAlchemy's ``AsyncConnection.run_sync`` is none: it stays on the loop."""
    return not name.endswith(".run_sync") or name.startswith("anyio.to_thread.")


def _first_wait(project: Project) -> tuple[CallSite, str] | None:
    for function in project.loop_functions:
        if function.entry.kind == "lifespan" or _LAST_WORDS.isdisjoint(function.function.called):
            continue
        for site, target in function.calls.library:
            if (
                (blocking(target.name) or target.name in BY_NAME)
                and site.call.method in _LAST_WORDS
                and not site.awaited
            ):
                return site, target.name
    return None
