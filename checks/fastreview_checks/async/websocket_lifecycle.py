"""WebSocket without an end or an entrance check

A client that goes away raises `WebSocketDisconnect` in the next `receive` or `send`. Where nothing catches it, what follows is
skipped: the connection stays in the list of those to send to, the room still counts its member, and each disconnect is a
traceback in the log. And a WebSocket route that authenticates nobody is open to any page a user visits, since browsers apply
no same-origin rule to it.

## Improve

Receive in `try ... except WebSocketDisconnect` with the clean-up in `finally`, or iterate with `async for text in
websocket.iter_text()`, which ends with the connection. Authenticate before `accept()` with a dependency. Give queues between
tasks a `maxsize`.

## Read

- [FastAPI: WebSockets](https://fastapi.tiangolo.com/advanced/websockets/#handling-disconnections-and-multiple-clients)
- [Starlette: WebSockets](https://www.starlette.io/websockets/)

```python bad
from fastapi import FastAPI, WebSocket

app = FastAPI()
connected: set[WebSocket] = set()


@app.websocket("/feed")
async def feed(websocket: WebSocket) -> None:  # finding
    await websocket.accept()
    connected.add(websocket)
    while True:
        await websocket.send_text(await websocket.receive_text())
```

```python fixed
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
connected: set[WebSocket] = set()


@app.websocket("/feed")
async def feed(websocket: WebSocket) -> None:
    await websocket.accept()
    connected.add(websocket)
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass
    finally:
        connected.discard(websocket)
```

```python good
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)
```

Protected elsewhere, but not here:

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI, WebSocket
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="token")


@app.get("/orders")
async def orders(token: Annotated[str, Depends(scheme)]) -> list[str]:
    return []


@app.websocket("/orders/live")
async def live(websocket: WebSocket) -> None:  # finding
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root() -> str:
    return "hello"
```
"""

import re

from fastreview.api import (
    CallSite,
    Confidence,
    External,
    Found,
    Function,
    Hit,
    NotApplicable,
    Project,
    Route,
    check,
    syntax,
)
from fastreview_checks.knowledge.reached import reached

_RECEIVES = frozenset({"receive", "receive_text", "receive_json", "receive_bytes"})
_ENDS = frozenset({"iter_text", "iter_json", "iter_bytes"})
_CATCHES = re.compile(r"WebSocketDisconnect|WebSocketException|RuntimeError|ConnectionClosed|Exception$")
_CHECKS = re.compile(
    r"auth|token|credential|user|session|api_?key|ticket|jwt|permission|secret|verif|principal", re.IGNORECASE
)


@check("ASY018", dimension="async", level=2, gate=True, each=Route, effort="hours")
def websocket_lifecycle(route: Route, project: Project) -> Found:
    if not route.is_websocket or route.endpoint is None:
        raise NotApplicable("the route is no WebSocket")
    used = _used(route.endpoint, project)
    if any(not _RECEIVES.isdisjoint(f.called) for f in used) and not any(_handles(f) for f in used):
        yield Hit(
            route.endpoint.place,
            f"Nothing in {route.key} handles the client's going away: `WebSocketDisconnect` ends it with a traceback, and what "
            "should be cleaned up is not. Catch it, and clean up in `finally`.",
            symbol="disconnect",
        )
    if route.app.authenticates and not route.security and not any(_checks(f) for f in used):
        yield Hit(
            route.endpoint.place,
            f"{route.key} accepts anybody, and browsers let any page connect to it. Authenticate with a dependency before "
            "`accept()`, as other routes do.",
            symbol="authentication",
        )
    for function in used:
        for site in function.calls:
            if _is_unbounded_queue(site, project):
                yield Hit(
                    site.place,
                    f"This queue of {route.key} has no bound: a client that reads slowly lets it grow until memory is gone. "
                    "Give it a `maxsize`, and decide what happens when it is full.",
                    symbol="queue",
                    confidence=Confidence.LIKELY if function.module is route.endpoint.module else Confidence.POSSIBLE,
                )


def _is_unbounded_queue(site: CallSite, project: Project) -> bool:
    if site.call.method != "Queue" or site.call.args or site.call.keywords:
        return False
    return any(isinstance(t, External) and t.name == "asyncio.Queue" for t in project.targets(site))


def _used(endpoint: Function, project: Project) -> tuple[Function, ...]:
    """The endpoint, functions inside it, and what it calls closely."""
    found = reached(endpoint, project, 2)
    inside = tuple(f for f in endpoint.module.functions if f.parent is not None and any(f.parent is g for g in found))
    return (*found, *inside)


def _handles(function: Function) -> bool:
    if not _ENDS.isdisjoint(function.called):
        return True
    return any(
        handler.type is None or _CATCHES.search(syntax.written(part))
        for stmt in function.statements
        if isinstance(stmt, syntax.Try)
        for handler in stmt.handlers
        for part in (handler.type.values if isinstance(handler.type, syntax.Items) else (handler.type,))
    )


def _checks(function: Function) -> bool:
    words = (*function.called, *function.mentioned, *(p.name for p in function.facts.parameters))
    return any(_CHECKS.search(word) for word in words)
