"""Session of the request handed to background work

What a dependency yields belongs to the request. A task that goes on after it finds a closed session, or brings the
connection back to the pool twice; a task that runs beside it shares a session that is made for one at a time. Where FastAPI
keeps it open until background tasks are done (from 0.118 on), each task holds a connection that others wait for.

## Improve

Hand over identifiers and plain values, and let the task open a session of its own from the session factory.

## When not to apply

What lives as long as the app (a client or a pool that the lifespan opens) may be handed over.

## Read

- [Dependencies with yield](https://fastapi.tiangolo.com/advanced/advanced-dependencies/#dependencies-with-yield-httpexception-except-and-background-tasks)
- [Background tasks](https://fastapi.tiangolo.com/tutorial/background-tasks/)
- [Is the Session thread-safe?](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks)

```python bad
import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

app = FastAPI()
engine = create_async_engine("postgresql+asyncpg://localhost/orders")


async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as session:
        yield session


async def recount(session: AsyncSession, sku: str) -> None:
    await session.commit()


@app.post("/orders/{sku}")
async def create(sku: str, session: Annotated[AsyncSession, Depends(get_session)], later: BackgroundTasks) -> str:
    later.add_task(recount, session, sku)  # finding
    asyncio.create_task(recount(session, sku))  # finding
    return sku
```

A function that is defined inside takes it along, and a queue of the process runs it just as late:

```python bad
import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from graph import Graph

app = FastAPI()
jobs: asyncio.Queue = asyncio.Queue()


async def get_graph() -> AsyncIterator[Graph]:
    graph = Graph()
    try:
        yield graph
    finally:
        await graph.close()


@app.post("/notes")
async def add(text: str, graph: Annotated[Graph, Depends(get_graph)]) -> None:
    async def write() -> None:
        await graph.add(text)

    await jobs.put(write)  # finding
```

```python fixed
from typing import Annotated

from fastapi import BackgroundTasks, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

app = FastAPI()
engine = create_async_engine("postgresql+asyncpg://localhost/orders")


async def recount(sku: str) -> None:
    async with AsyncSession(engine) as session:
        await session.commit()


@app.post("/orders/{sku}")
async def create(sku: str, later: BackgroundTasks) -> str:
    later.add_task(recount, sku)
    return sku
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Project, check, syntax
from fastreview_checks.knowledge.core.background import Left, function_of, left_behind, queued
from fastreview_checks.knowledge.core.request_scope import Held, held, held_by


@check("COR020", dimension="core", level=2, gate=True, effort="hours")
def request_scoped_resource_in_background(project: Project) -> Found:
    work = [*left_behind(project), *queued(project)]
    if not work:
        raise NotApplicable("no request leaves work behind")
    for left in work:
        found = _handed(left, project)
        if found is not None:
            yield _hit(left, found)


def _handed(left: Left, project: Project) -> Held | None:
    for given in left.given:
        found = held(given, left.site.code, project)
        if found is not None:
            return found
    function = function_of(left, project)
    if function is not None and function.parent is left.site.code:
        inner = {*function.parameters, *function.bindings}
        for name in sorted({*function.mentioned} - inner):
            found = held(syntax.Ref(name), left.site.code, project)
            if found is not None:
                return found
    if function is None or type(left.work) is not syntax.Ref or "." not in left.work.name:
        return None
    return held_by(function, syntax.Ref(left.work.root), left.site.code, project)


def _hit(left: Left, found: Held) -> Hit:
    does = f"`{found.name}` belongs to the request ({found.ended_by}), and `{left.name}` goes on with it"
    if left.site.call.method in ("put", "put_nowait"):
        why = "when the queue comes to it, and the request that closes it may be over"
    elif not left.after_response:
        why = "beside and after the request, in a session that is made for one at a time and closed meanwhile"
    elif found.before_tasks is False:
        why = "after the answer, so the request's connection is held until the task is done"
    else:
        why = f"after the answer, when it {'is closed already' if found.before_tasks else 'may be closed'}"
    return Hit(
        left.site.place,
        f"{does} {why}. Hand over identifiers, and let the task open its own.",
        symbol=f"{left.site.code.qualname}.{left.name}",
        confidence=_confidence(left, found),
    )


def _confidence(left: Left, found: Held) -> Confidence:
    if not left.after_response or found.before_tasks is not False:
        return Confidence.LIKELY
    return Confidence.POSSIBLE
