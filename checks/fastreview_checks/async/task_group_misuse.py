"""Task group that does not fit what it holds

A task group waits at its end for the tasks that it started. A file or connection that is opened inside the group is closed
before that: the tasks go on with something that is gone. And a group around a single task, awaited at once, is a longer way
to write `await`.

## Improve

Open what the tasks use outside the group, so that it outlives them. Await a single coroutine directly.

## Read

- [asyncio: task groups](https://docs.python.org/3/library/asyncio-task.html#task-groups)
- [Trio: nurseries and resources](https://trio.readthedocs.io/en/stable/reference-core.html#nurseries-and-spawning)

```python bad
import asyncio

import httpx


async def fetch(client: httpx.AsyncClient, url: str) -> None:
    await client.get(url)


async def fetch_all(urls: list[str]) -> None:
    async with asyncio.TaskGroup() as group:
        async with httpx.AsyncClient() as client:
            for url in urls:
                group.create_task(fetch(client, url))  # finding
```

```python fixed
import asyncio

import httpx


async def fetch(client: httpx.AsyncClient, url: str) -> None:
    await client.get(url)


async def fetch_all(urls: list[str]) -> None:
    async with httpx.AsyncClient() as client:
        async with asyncio.TaskGroup() as group:
            for url in urls:
                group.create_task(fetch(client, url))
```

```python bad
import asyncio


async def index(order: int) -> None:
    await asyncio.sleep(1)


async def place(order: int) -> None:
    async with asyncio.TaskGroup() as group:  # finding
        group.create_task(index(order))
```

```python good
import asyncio


async def index(order: int) -> None:
    await asyncio.sleep(1)


async def place(orders: list[int]) -> None:
    async with asyncio.TaskGroup() as group:
        for order in orders:
            group.create_task(index(order))
```
"""

from collections.abc import Iterator

from fastreview.api import Code, Found, Hit, NotApplicable, Place, Project, check, syntax
from fastreview_checks.knowledge.event_loop.task_groups import GROUPS, STARTS, opened, starts


@check("ASY019", dimension="async", level=2, gate=True, effort="minutes")
def task_group_misuse(project: Project) -> Found:
    groups = list(opened(project, GROUPS))
    if not groups:
        raise NotApplicable("the service opens no task groups")
    for code, stmt, position, _ in groups:
        target = stmt.items[position].target
        if not isinstance(target, syntax.Ref):
            continue
        if _is_single(stmt, position, target.name):
            yield Hit(
                Place(code.module.path, stmt.line),
                "This task group holds a single task and waits for it at once. Await the coroutine itself.",
                symbol=f"{code.qualname} single",
            )
        yield from _outlived(code, stmt, position, target.name)


def _is_single(stmt: syntax.With, position: int, group: str) -> bool:
    match stmt.body:
        case (syntax.Do(value=syntax.Call() as call),) if position == len(stmt.items) - 1:
            return call.method in STARTS - {"start"} and call.name.rpartition(".")[0] == group
    return False


def _outlived(code: Code, group: syntax.With, position: int, name: str) -> Iterator[Hit]:
    """Resources that are opened inside the group and given to its tasks."""
    inner = [(item.target, group.body) for item in group.items[position + 1 :]]
    for stmt in syntax.statements(group.body):
        if isinstance(stmt, syntax.With):
            inner += [(item.target, stmt.body) for item in stmt.items]
    for target, body in inner:
        if not isinstance(target, syntax.Ref):
            continue
        for call in starts(body, name):
            given = (*call.args, *(k.value for k in call.keywords))
            if any(isinstance(n, syntax.Ref) and n.root == target.name for g in given for n in syntax.walk(g)):
                yield Hit(
                    Place(code.module.path, call.line, call.end_line),
                    f"This task uses `{target.name}`, which is closed before the group `{name}` waits for the task. Open "
                    f"`{target.name}` outside the group.",
                    symbol=f"{code.qualname} {target.name}",
                )
                break
