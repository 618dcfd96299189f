"""Lock or session that concurrent tasks hurt themselves with

A `threading.Lock` that is held over an `await` stops more than its own task: the next task that wants it blocks the whole
event loop, and the one that holds it can never go on to release it. That is a deadlock of the worker. And an `AsyncSession`
is one connection with one transaction: coroutines that share it under `gather` interleave their statements and fail with
`IllegalStateChangeError` under load.

## Improve

Use `asyncio.Lock` with `async with`, or give up the thread lock before the `await`. Give every concurrent coroutine a session
of its own, or run them one after the other.

## When not to apply

A thread lock around a few lines without `await` is fine on the loop, as long as no thread holds it for long.

## Read

- [asyncio: synchronisation primitives](https://docs.python.org/3/library/asyncio-sync.html)
- [SQLAlchemy: AsyncSession and concurrent tasks](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#using-asyncsession-with-concurrent-tasks)

```python bad
import asyncio
import threading

lock = threading.Lock()


async def refresh() -> None:
    with lock:  # finding
        await asyncio.sleep(1)
```

```python fixed
import asyncio

lock = asyncio.Lock()


async def refresh() -> None:
    async with lock:
        await asyncio.sleep(1)
```

```python bad
import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def count(session: AsyncSession, table: str) -> int:
    return (await session.execute(text(f"select count(*) from {table}"))).scalar_one()


async def totals(session: AsyncSession) -> list[int]:
    return await asyncio.gather(count(session, "orders"), count(session, "users"))  # finding
```

```python good
import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


async def count(sessions: async_sessionmaker[AsyncSession], table: str) -> int:
    async with sessions() as session:
        return (await session.execute(text(f"select count(*) from {table}"))).scalar_one()


async def totals(sessions: async_sessionmaker[AsyncSession]) -> list[int]:
    return await asyncio.gather(count(sessions, "orders"), count(sessions, "users"))
```

Behind a repository:

```python bad
import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class Orders:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def count(self, status: str) -> int:
        return (await self.session.execute(text("select 1"))).scalar_one()


async def totals(orders: Orders) -> list[int]:
    return await asyncio.gather(*(orders.count(status) for status in ("new", "paid")))  # finding
```
"""

from collections.abc import Iterator

from fastreview.api import (
    CallSite,
    External,
    Found,
    Function,
    Hit,
    Instance,
    NotApplicable,
    Place,
    Project,
    check,
    syntax,
)
from fastreview_checks.knowledge.event_loop.shared_sessions import shared_session

_LOCKS = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition")


@check("ASY011", dimension="async", level=2, gate=True, effort="hours")
def thread_lock_across_await(project: Project) -> Found:
    if not any(function.is_async for function in project.functions):
        raise NotApplicable("nothing is async")
    yield from _locks(project)
    for site in project.calls("gather"):
        if any(isinstance(t, External) and t.name == "asyncio.gather" for t in project.targets(site)):
            shared = shared_session(site, project)
            if shared:
                yield Hit(
                    site.place,
                    f"The coroutines in this `gather` share the session of `{shared}`, which serves one task at a time: a second "
                    "statement while the first one waits is an error. Await them in turn, or give each a session of its own.",
                    symbol=f"gather {shared}",
                )


def _locks(project: Project) -> Iterator[Hit]:
    names = {name for site in project.calls(*_LOCKS) if _is_thread_lock(site, project) for name in _bound_to(site)}
    for code in project.mentions(*names) if names else ():
        if not isinstance(code, Function) or not code.is_async:
            continue
        for stmt in code.statements:
            if not isinstance(stmt, syntax.With) or stmt.is_async or not _waits(stmt.body):
                continue
            for item in stmt.items:
                value = project.values.of(item.context, code)
                if isinstance(value, Instance) and isinstance(value.of, External) and value.of.package == "threading":
                    lock = syntax.written(item.context, 60)
                    yield Hit(
                        Place(code.module.path, stmt.line),
                        f"`{lock}` is a thread lock, and `{code.name}` awaits while it holds it: the next task that wants it "
                        "blocks the loop, and then nobody can release it. Use `asyncio.Lock`.",
                        symbol=f"{code.name} {lock}",
                    )


def _is_thread_lock(site: CallSite, project: Project) -> bool:
    return any(isinstance(t, External) and t.package == "threading" for t in project.targets(site))


def _bound_to(site: CallSite) -> Iterator[str]:
    """Names that the lock is kept under; a field of a class is one of its module's."""
    for stmt in site.code.statements:
        if isinstance(stmt, syntax.Assign) and any(node is site.call for node in syntax.walk(stmt.value)):
            yield from (target.last for target in stmt.targets if isinstance(target, syntax.Ref))


def _waits(body: syntax.Body) -> bool:
    for stmt in syntax.statements(body):
        if isinstance(stmt, (syntax.With, syntax.Loop)) and stmt.is_async:
            return True
        if any(isinstance(n, syntax.Await) for e in syntax.expressions(stmt) for n in syntax.walk(e)):
            return True
    return False
