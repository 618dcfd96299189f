"""Event loop inside a running event loop

`asyncio.run` and `run_until_complete` start a loop and wait for it. In a thread that already runs one they raise
`RuntimeError: asyncio.run() cannot be called from a running event loop`, so the path fails whenever a request takes it.
`nest_asyncio` makes the error go away by patching the loop: requests then run inside one another, in an order nobody planned.

## Improve

Make the function `async def` and await the coroutine. Where a library calls a plain function of yours, hand that call to a
thread and come back with `anyio.from_thread.run`.

## When not to apply

Scripts, command lines and functions that only threads run may start a loop of their own.

## Read

- [asyncio.run](https://docs.python.org/3/library/asyncio-runner.html#asyncio.run)
- [AnyIO: threads](https://anyio.readthedocs.io/en/stable/threads.html)

```python bad
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def fetch() -> int:
    await asyncio.sleep(1)
    return 1


def total() -> int:
    return asyncio.run(fetch())  # finding


@app.get("/total")
async def show() -> int:
    return total()
```

```python fixed
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def fetch() -> int:
    await asyncio.sleep(1)
    return 1


@app.get("/total")
async def show() -> int:
    return await fetch()
```

```python bad
import nest_asyncio
from fastapi import FastAPI

nest_asyncio.apply()  # finding
app = FastAPI()
```

In a thread, and where the code asks first:

```python good
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def fetch() -> int:
    await asyncio.sleep(1)
    return 1


@app.get("/total")
def total() -> int:
    return asyncio.run(fetch())


def anywhere() -> int:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(fetch())
    raise RuntimeError("await fetch() instead")
```
"""

from fastreview.api import CallSite, Confidence, External, Found, Hit, NotApplicable, Project, Related, check, syntax

_STARTS = frozenset(
    {"asyncio.run", "asyncio.AbstractEventLoop.run_until_complete", "asyncio.AbstractEventLoop.run_forever", "uvloop.run",
     "anyio.run", "trio.run", "asyncio.runners.run", "asyncio.Runner.run", "asgiref.sync.async_to_sync"}
)  # fmt: skip
_ASKS = frozenset({"get_running_loop", "is_running", "_get_running_loop", "current_async_library", "new_event_loop"})


@check("ASY010", dimension="async", level=1, gate=True, effort="hours")
def nested_event_loop(project: Project) -> Found:
    for site in project.calls("apply"):
        if any(isinstance(t, External) and t.name == "nest_asyncio.apply" for t in project.targets(site)):
            yield Hit(
                site.place,
                "`nest_asyncio` patches the event loop so that it can be entered again: requests then run inside one another. "
                "Await what is run, and leave the loop alone.",
                symbol="nest_asyncio",
            )
    if not any(function.is_async for function in project.functions):
        raise NotApplicable("nothing is async")
    on_loop = {id(f.function): f for f in project.loop_functions}
    for site in project.calls("run", "run_until_complete", "run_forever"):
        function = on_loop.get(id(site.code))
        if function is None or site.deferred or not _ASKS.isdisjoint(site.code.called):
            continue
        name = next((t.name for t in project.targets(site) if isinstance(t, External) and t.name in _STARTS), "")
        if (name or site.call.method == "run_until_complete") and not _is_expected_to_fail(site):
            where = function.routes[0].key if function.routes else function.entry.label
            yield Hit(
                site.place,
                f"`{name or site.call.name}` starts an event loop where one runs already, in {where}: it raises `RuntimeError`. "
                "Make the functions on the way async, and await.",
                symbol=name or site.call.method,
                related=tuple(Related(step.place, f"calls `{step.call.method}`") for step in function.steps),
                confidence=Confidence.LIKELY if function.steps else Confidence.CERTAIN,
            )


def _is_expected_to_fail(site: CallSite) -> bool:
    """Whether a handler of ``RuntimeError`` around it knows another way."""
    tries = (stmt for stmt in site.code.statements if isinstance(stmt, syntax.Try))
    return any(
        any("RuntimeError" in syntax.written(handler.type) for handler in stmt.handlers)
        and any(
            node is site.call
            for s in syntax.statements(stmt.body)
            for e in syntax.expressions(s)
            for node in syntax.walk(e)
        )
        for stmt in tries
    )
