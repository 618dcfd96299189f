"""Thread pool that many routes share at its default size

Plain `def` routes and dependencies run in one pool of 40 threads for the whole worker. Where many routes wait in it for
databases and partners, forty slow requests fill it, and the forty-first waits although the machine is idle. Each plain `def`
dependency takes a thread of its own too, even one that only returns a value.

## Improve

Size the pool in the lifespan for what the database pool and the partners bear
(`anyio.to_thread.current_default_thread_limiter().total_tokens = 100`), and declare dependencies that do not wait `async def`.

## When not to apply

A handful of `def` routes, or a service with little traffic, never fills the pool.

## Read

- [Starlette: thread pool](https://www.starlette.io/threadpool/)
- [FastAPI: concurrency and async / await](https://fastapi.tiangolo.com/async/#very-technical-details)

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def page_size() -> int:  # finding
    return 50


Size = Annotated[int, Depends(page_size)]


@app.get("/a")
async def a(size: Size) -> int:
    return size


@app.get("/b")
async def b(size: Size) -> int:
    return size


@app.get("/c")
async def c(size: Size) -> int:
    return size


@app.get("/d")
async def d(size: Size) -> int:
    return size


@app.get("/e")
async def e(size: Size) -> int:
    return size


@app.get("/f")
async def f(size: Size) -> int:
    return size


@app.get("/g")
async def g(size: Size) -> int:
    return size


@app.get("/h")
async def h(size: Size) -> int:
    return size


@app.get("/i")
async def i(size: Size) -> int:
    return size


@app.get("/j")
async def j(size: Size) -> int:
    return size
```

```python good
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = 100
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/a")
def a() -> int:
    return 1
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/a")
async def a() -> int:
    return 1
```
"""

from fastreview.api import (
    App,
    Class,
    Confidence,
    Dependency,
    External,
    Found,
    Function,
    Hit,
    Met,
    NotApplicable,
    Project,
    check,
    syntax,
)

_PLAIN = frozenset(
    {"builtins.getattr", "builtins.int", "builtins.str", "builtins.dict", "builtins.isinstance", "builtins.bool"}
)
_SHOWN = 5


@check("ASY016", dimension="async", level=3, credit=2, each=App, effort="minutes")
def threadpool_exhaustion(app: App, project: Project) -> Found:
    routes = [r for r in app.routes if r.is_api and r.endpoint is not None]
    in_threads = [r for r in routes if not r.is_async]
    trivial = _trivial(app, project)
    if not in_threads and not trivial:
        raise NotApplicable("nothing of the app runs in the thread pool for long")
    sized = next(iter(project.calls("current_default_thread_limiter")), None)
    if sized is not None:
        yield Met(sized.place, "The thread pool has a size that somebody chose.")
    elif len(in_threads) >= project.limits["ASY016.routes"]:
        yield Hit(
            app.place,
            f"{len(in_threads)} of {len(routes)} routes run in the thread pool, and it has its default size of 40 threads for "
            "the whole worker. Set `total_tokens` of the limiter in the lifespan, to fit what they wait for.",
            symbol="pool",
            confidence=Confidence.LIKELY,
        )
    for dependency, number in trivial[:_SHOWN]:
        yield Hit(
            dependency.place,
            f"`{dependency.function.name}` waits for nothing, and as a plain `def` it takes a thread for each request to "
            f"{number} async routes. Declare it `async def`.",
            symbol=dependency.function.name,
        )


def _trivial(app: App, project: Project) -> list[tuple[Dependency, int]]:
    """Plain dependencies that wait for nothing, with the number of async routes that they are resolved for."""
    users: dict[int, int] = {}
    for route in app.routes:
        if route.is_async:
            for key in {id(i.function) for i in route.dependency_tree if isinstance(i.provider, Function)}:
                users[key] = users.get(key, 0) + 1
    found = [
        (d, users.get(id(d.function), 0))
        for d in project.dependencies
        if users.get(id(d.function), 0) >= project.limits["ASY016.dependents"] and _is_trivial(d.function, project)
    ]
    return sorted(found, key=lambda one: -one[1])


def _is_trivial(function: Function, project: Project) -> bool:
    if function.is_async or function.facts.yields or function.facts.statements > 3 or function.owner is not None:
        return False
    if any(isinstance(stmt, syntax.Raise) for stmt in function.statements):
        return False
    for site in function.calls:
        match project.values.target(site):
            case Class() as cls if _only_keeps(cls, project):
                continue
            case External(name=name) if name in _PLAIN:
                continue
            case _:
                return False
    return True


def _only_keeps(cls: Class, project: Project) -> bool:
    """Whether making an instance does no more than keep what it is given."""
    made = cls.method("__init__")
    return made is None or all(isinstance(project.values.target(site), Class) for site in made.calls)
