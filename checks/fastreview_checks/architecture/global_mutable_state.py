"""Requests change a global of a module

Each worker process has its own copy of a module's globals, and loses it when it restarts. What one request writes there is
seen by some later requests and not by others, two requests that change it at once get in each other's way, and tests
depend on their order.

## Improve

Keep what outlives a request in a database, Redis or another store that all workers share. What belongs to one request
travels as an argument, or in a context variable. What belongs to the process is made in the lifespan and injected.

## When not to apply

Constants, registries that are filled on import, clients and locks are no state of requests. A cache that can be lost at
any time is only pointed out (possible), as long as it is bounded.

## Read

- [Server workers: each has its own memory](https://fastapi.tiangolo.com/deployment/server-workers/)
- [Deployment concepts: memory per process](https://fastapi.tiangolo.com/deployment/concepts/#memory-per-process)

```python bad
from fastapi import FastAPI

app = FastAPI()
orders: dict[int, str] = {}  # finding


@app.post("/orders/{order_id}")
def create(order_id: int, name: str) -> int:
    orders[order_id] = name
    return order_id
```

A counter that is assigned anew, in a function that the endpoint calls:

```python bad app/main.py
from fastapi import FastAPI

from app.visits import count_visit

app = FastAPI()


@app.get("/page")
def page() -> int:
    return count_visit()
```

```python bad app/visits.py
visits = 0  # finding


def count_visit() -> int:
    global visits
    visits += 1
    return visits
```

```python fixed
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.database import Order, get_session

app = FastAPI()


@app.post("/orders")
def create(order_id: int, name: str, session: Annotated[Session, Depends(get_session)]) -> int:
    session.add(Order(id=order_id, name=name))
    return order_id
```

An object that all requests share, and what belongs to one of them:

```python bad
from fastapi import FastAPI


class Context:
    user = ""


app = FastAPI()
context = Context()  # finding


@app.get("/orders")
def orders(user: str) -> str:
    context.user = user
    return context.user
```

```python good
from threading import local

from fastapi import FastAPI


class Context(local):
    user = ""


class Model:
    name = ""


app = FastAPI()
context = Context()
model = Model()


@app.get("/orders")
def orders(user: str) -> str:
    context.user = user
    model.name = "default"
    return context.user
```

Open WebSockets that one process holds, with a message for all of them:

```python bad app/main.py
from fastapi import FastAPI, WebSocket

from app.sockets import manager

app = FastAPI()


@app.websocket("/rooms/{room}")
async def join(websocket: WebSocket, room: str) -> None:
    await manager.connect(websocket, room)
    while True:
        await manager.broadcast(room, await websocket.receive_text())
```

```python bad app/sockets.py
from fastapi import WebSocket


class Manager:
    def __init__(self) -> None:
        self.rooms: dict[str, set[WebSocket]] = {}

    async def connect(self, websocket: WebSocket, room: str) -> None:
        await websocket.accept()
        if room not in self.rooms:
            self.rooms[room] = set()
        self.rooms[room].add(websocket)

    async def broadcast(self, room: str, text: str) -> None:
        for websocket in self.rooms[room]:
            await websocket.send_text(text)


manager = Manager()  # finding
```

What is filled while modules are imported, and never by a request, is a constant:

```python good
from fastapi import FastAPI

app = FastAPI()
LABELS = {"new": "New", "paid": "Paid"}
handlers: list[str] = []


def register(name: str) -> None:
    handlers.append(name)


register("orders")


@app.get("/labels/{state}")
def label(state: str) -> str:
    return LABELS.get(state, state)
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.architecture.connections import kept_connections
from fastreview_checks.knowledge.architecture.shared_objects import changed_objects
from fastreview_checks.knowledge.architecture.shared_state import (
    CACHE,
    answering,
    changed_globals,
    is_kept_for_the_process,
    is_technical,
    run_by_request,
)


@check("ARC008", dimension="architecture", level=1, gate=True, effort="days")
def global_mutable_state(project: Project) -> Found:
    entries = answering(project)
    if not entries:
        raise NotApplicable("nothing in the code answers requests")
    endpoints = {id(endpoint.function) for endpoint in project.endpoints}
    for change in (*changed_globals(project), *changed_objects(project)):
        if any(map(is_technical, change.name.split("."))):
            continue
        reached = run_by_request(change.function, project, entries)
        if reached is None:
            continue
        entry, calls = reached
        kept = bool(CACHE.search(change.name) or CACHE.search(change.function.name))
        in_endpoint = calls == 0 and id(entry) in endpoints
        kept = kept or calls > 2 or is_kept_for_the_process(change, in_endpoint=in_endpoint)
        told = "differs between worker processes and is lost with them"
        way = () if entry is change.function else (Related(entry.place, f"reached from `{entry.name}`"),)
        yield Hit(
            change.made,
            f"`{change.name}` is a global of the module that requests change (in `{change.function.name}`), so what it holds "
            f"{told}. Keep it in a store that all workers share, or inject it.",
            symbol=f"{change.module.name}.{change.name}",
            related=(Related(change.at, "changed here"), *way),
            confidence=Confidence.POSSIBLE if kept else Confidence.LIKELY,
        )
    for held in kept_connections(project):
        yield Hit(
            held.made,
            f"`{held.name}` keeps the open WebSockets of its own process: what it sends does not reach the clients of other "
            "workers. Relay messages between them, for example with Redis, or run one worker on purpose.",
            symbol=f"{held.module.name}.{held.name}",
            related=(Related(held.kept, "a socket is kept here"), Related(held.sent, "all are sent to here")),
        )
