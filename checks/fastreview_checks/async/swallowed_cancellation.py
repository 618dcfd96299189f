"""Cancellation that is swallowed

Time-outs, task groups, client disconnects and shut-down all end a task by raising `CancelledError` in it. A handler that
does not raise it again turns the stop into a go: the time-out never takes effect, the task group waits, and shut-down hangs
until it is killed.

## Improve

Clean up in `finally`, or end the handler with a bare `raise`. Catch `Exception` instead of `BaseException`: it does not
include `CancelledError`.

## When not to apply

The one who cancelled a task may await it and ignore its `CancelledError`. That is not reported.

## Read

- [asyncio: task cancellation](https://docs.python.org/3/library/asyncio-task.html#task-cancellation)

```python bad
import asyncio


async def poll() -> None:
    while True:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:  # finding
            print("still here")
```

```python fixed
import asyncio


async def poll() -> None:
    while True:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            print("stopping")
            raise
```

```python bad
import asyncio


async def consume(queue: asyncio.Queue[int]) -> None:
    while True:
        try:
            print(await queue.get())
        except BaseException as error:  # finding
            print(error)
```

```python good
import asyncio
from contextlib import suppress


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass


async def consume(queue: asyncio.Queue[int]) -> None:
    while True:
        try:
            print(await queue.get())
        except Exception as error:
            print(error)
```
"""

from collections.abc import Iterator

from fastreview.api import Confidence, Found, Function, Hit, LoopFunction, NotApplicable, Place, Project, check, syntax

_CATCHES = frozenset({"CancelledError", "BaseException"})
_HANDS_ON = frozenset({"cancel", "uncancel", "cancelling", "set_exception", "cancelled", "current_task"})
_ENDS = (syntax.Return, syntax.Raise)


@check("ASY012", dimension="async", level=2, gate=True, effort="minutes")
def swallowed_cancellation(project: Project) -> Found:
    if not any(function.is_async for function in project.functions):
        raise NotApplicable("nothing is async")
    serving = {id(f.function): f for f in project.loop_functions if f.routes}
    for code in project.mentions(*_CATCHES):
        if not isinstance(code, Function) or not code.is_async or not _HANDS_ON.isdisjoint(code.mentioned):
            continue
        for handler, goes_on, in_loop in _handlers(code.body, in_loop=False):
            caught = _caught(handler)
            # A loop of its own that ends on cancellation has stopped, which is what was asked for.
            if not caught or _raises(handler.body) or (in_loop and not goes_on) or _kept(handler, code):
                continue
            where = "the loop goes on" if goes_on else "its caller takes that for a normal end"
            yield Hit(
                Place(code.module.path, handler.line),
                f"`{code.name}` catches `{caught}` and does not raise it again, so cancelling it does not stop it: {where}. "
                "Clean up in `finally`, or end the handler with `raise`.",
                symbol=f"{code.name} {caught}",
                confidence=Confidence.LIKELY if goes_on or _is_awaited(code, serving) else Confidence.POSSIBLE,
            )


def _handlers(body: syntax.Body, *, in_loop: bool) -> Iterator[tuple[syntax.Handler, bool, bool]]:
    """Handlers of statements that wait, whether a loop around them goes on after them, and whether there is one."""
    for stmt in body:
        if isinstance(stmt, syntax.Try) and _waits(stmt.body) and (in_loop or not _holds_loop(stmt)):
            for handler in stmt.handlers:
                yield handler, in_loop and not _leaves(handler.body), in_loop
                if _caught(handler):
                    break
        inside = in_loop or (isinstance(stmt, syntax.Loop))
        for block in syntax.blocks(stmt):
            yield from _handlers(block, in_loop=inside)


def _holds_loop(stmt: syntax.Try) -> bool:
    """A loop inside the ``try`` has ended when its handler runs."""
    return any(isinstance(inner, syntax.Loop) and inner.kind == "while" for inner in syntax.statements(stmt.body))


def _waits(body: syntax.Body) -> bool:
    for stmt in syntax.statements(body):
        if isinstance(stmt, (syntax.With, syntax.Loop)) and stmt.is_async:
            return True
        if any(isinstance(n, syntax.Await) for e in syntax.expressions(stmt) for n in syntax.walk(e)):
            return True
    return False


def _caught(handler: syntax.Handler) -> str:
    parts = handler.type.values if isinstance(handler.type, syntax.Items) else (handler.type,)
    return next((p.last for p in parts if isinstance(p, syntax.Ref) and p.last in _CATCHES), "")


def _raises(body: syntax.Body) -> bool:
    return any(isinstance(stmt, syntax.Raise) for stmt in syntax.statements(body))


def _kept(handler: syntax.Handler, code: Function) -> bool:
    """Whether it keeps the error under a name that the function raises later: ``errors.append(error)``."""
    if not handler.name:
        return False
    names: set[str] = set()
    for stmt in syntax.statements(handler.body):
        if isinstance(stmt, syntax.Assign) and _mentions(stmt.value, {handler.name}):
            names.update(t.root for t in stmt.targets if isinstance(t, syntax.Ref))
        elif isinstance(stmt, syntax.Do) and isinstance(stmt.value, syntax.Call) and stmt.value.method == "append":
            given = (stmt.value.name.partition(".")[0] for arg in stmt.value.args if _mentions(arg, {handler.name}))
            names.update(given)
    return any(_mentions(stmt.exception, names) for stmt in code.statements_of(syntax.Raise))


def _mentions(expr: syntax.Expr, names: set[str]) -> bool:
    return any(isinstance(node, syntax.Ref) and node.root in names for node in syntax.walk(expr))


def _leaves(body: syntax.Body) -> bool:
    return any(
        isinstance(stmt, _ENDS) or (isinstance(stmt, syntax.Word) and stmt.word == "break")
        for stmt in syntax.statements(body)
    )


def _is_awaited(code: Function, serving: dict[int, LoopFunction]) -> bool:
    """Whether a request waits for it: the body of a task that ends on cancellation does what it was told."""
    served = serving.get(id(code))
    return served is not None and (not served.steps or served.steps[-1].awaited)
