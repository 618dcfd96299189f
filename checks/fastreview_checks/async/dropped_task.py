"""Task that nothing keeps

The event loop holds its tasks by weak references only. A task that nobody keeps may be collected in the middle of its work,
and an exception in it is seen by nobody: at best a line "Task exception was never retrieved" appears when it is too late.

## Improve

Await what matters. Start what belongs together in an `asyncio.TaskGroup`. Keep what runs on its own in a set and discard it
when it is done: `tasks.add(task); task.add_done_callback(tasks.discard)`. What must not be lost belongs in a queue.

## Read

- [asyncio: create_task](https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task)
- [asyncio: task groups](https://docs.python.org/3/library/asyncio-task.html#task-groups)

```python bad
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def index(order_id: int) -> None:
    await asyncio.sleep(1)


@app.post("/orders/{order_id}")
async def place(order_id: int) -> None:
    asyncio.create_task(index(order_id))  # finding
```

```python fixed
import asyncio

from fastapi import FastAPI

app = FastAPI()
tasks: set[asyncio.Task[None]] = set()


async def index(order_id: int) -> None:
    await asyncio.sleep(1)


@app.post("/orders/{order_id}")
async def place(order_id: int) -> None:
    task = asyncio.create_task(index(order_id))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
```

A name alone keeps a task as long as the function runs, which here is no time at all:

```python bad
import asyncio


async def index(order_id: int) -> None:
    await asyncio.sleep(1)


async def place(order_id: int) -> None:
    task = asyncio.create_task(index(order_id))  # finding
```

```python good
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def refresh() -> None:
    await asyncio.sleep(60)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    task = asyncio.create_task(refresh())
    yield


async def both() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(refresh())
        group.create_task(refresh())
```
"""

from fastreview.api import CallSite, Confidence, Found, Function, Hit, Project, check, syntax
from fastreview_checks.knowledge.event_loop.started_tasks import StartedTask


@check("ASY008", dimension="async", level=1, gate=True, each=StartedTask, effort="minutes")
def dropped_task(task: StartedTask, _project: Project) -> Found:
    site = task.site
    if site.dropped and not site.deferred:
        yield Hit(
            site.place,
            f"Nothing keeps the task that runs `{task.runs}`: the loop may collect it half-way, and nobody sees its errors. "
            "Keep it until it is done, or use a `TaskGroup`.",
            # Where nothing is left to keep it, the clean-up is a best effort.
            confidence=Confidence.POSSIBLE if site.code.qualname.endswith("__del__") else Confidence.CERTAIN,
        )
    elif _is_forgotten(site):
        yield Hit(
            site.place,
            f"The task that runs `{task.runs}` is only kept by a name that is never used, and the function ends at once: the "
            "loop may collect the task half-way. Keep it until it is done.",
        )


def _is_forgotten(site: CallSite) -> bool:
    """Whether a local name that nothing reads is all that holds it, in a function that does not wait afterwards."""
    code = site.code
    if not isinstance(code, Function):
        return False
    name = ""
    for stmt in code.statements:
        if type(stmt) is syntax.Assign and stmt.value is site.call and len(stmt.targets) == 1:
            target = stmt.targets[0]
            name = target.name if isinstance(target, syntax.Ref) and "." not in target.name else ""
    if not name or any(f.parent is code for f in code.module.functions):
        return False
    if any(isinstance(s, syntax.Names) for s in code.statements):
        return False
    return not any(
        (isinstance(node, syntax.Ref) and node.root == name)
        or (isinstance(node, (syntax.Await, syntax.Yield)) and stmt.line >= site.call.line)
        for stmt in code.statements
        for expr in _read(stmt)
        for node in syntax.walk(expr)
    ) and not any(isinstance(s, (syntax.With, syntax.Loop)) and s.is_async for s in code.statements)


def _read(stmt: syntax.Stmt) -> tuple[syntax.Expr, ...]:
    return (stmt.value,) if isinstance(stmt, syntax.Assign) else syntax.expressions(stmt)
