"""Generator that yields inside a task group or a time-out

A generator is suspended at `yield` for as long as its consumer likes, and may be dropped there. A task group or time-out
around the `yield` is then open in the middle of somebody else's code: the time-out cancels the consumer at any `await` of
its own, an error in a task is raised in the wrong task, and a dropped generator leaves the group to the garbage collector.

## Improve

Close the group or time-out before the `yield`: bound the single steps (`async with asyncio.timeout(5): row = await ...`), then
yield. Where a scope must stay open around the caller's block, write a context manager with `@asynccontextmanager`.

## When not to apply

Context manager factories, lifespans and FastAPI's dependencies yield exactly once under the control of one task: there a
scope around the `yield` is what is wanted.

## Read

- [PEP 789: cancellation bugs from yielding in async generators](https://peps.python.org/pep-0789/)
- [AnyIO: avoiding cancel scope stack corruption](https://anyio.readthedocs.io/en/stable/cancellation.html#avoiding-cancel-scope-stack-corruption)

```python bad
import asyncio
from collections.abc import AsyncIterator


async def numbers(queue: asyncio.Queue[int]) -> AsyncIterator[int]:
    async with asyncio.timeout(10):  # finding
        while True:
            yield await queue.get()
```

```python fixed
import asyncio
from collections.abc import AsyncIterator


async def numbers(queue: asyncio.Queue[int]) -> AsyncIterator[int]:
    while True:
        async with asyncio.timeout(10):
            number = await queue.get()
        yield number
```

```python good
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def running() -> AsyncIterator[asyncio.TaskGroup]:
    async with asyncio.TaskGroup() as group:
        yield group
```
"""

from fastreview.api import Found, Function, Hit, NotApplicable, Place, Project, check, syntax
from fastreview_checks.knowledge.event_loop.task_groups import GROUPS, SCOPES, opened


@check("ASY020", dimension="async", level=2, gate=True, effort="hours")
def async_generator_hazard(project: Project) -> Found:
    if not any(function.is_async for function in project.functions):
        raise NotApplicable("nothing is async")
    for code, stmt, _, call in opened(project, GROUPS | SCOPES):
        if isinstance(code, Function) and code.facts.yields and _yields(stmt.body) and not _is_entered(code, project):
            yield Hit(
                Place(code.module.path, stmt.line),
                f"`{code.name}` yields inside `{syntax.written(call.func, 40)}`: while its consumer works, this scope is open "
                "there, and cancels or raises in the consumer's code. Close it before the `yield`.",
                symbol=f"{code.name} {call.method}",
            )


def _yields(body: syntax.Body) -> bool:
    return any(
        isinstance(node, syntax.Yield)
        for stmt in syntax.statements(body)
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
    )


def _is_entered(function: Function, project: Project) -> bool:
    """Whether one task enters and leaves it: a context manager, a fixture, a dependency, a lifespan."""
    if any("contextmanager" in name or name.endswith("fixture") for name in function.decorator_names):
        return True
    if function.decorator_names or function.name in ("lifespan", "__aenter__"):
        return True
    entered = {id(d.function) for d in project.dependencies}
    return id(function) in entered
