"""Blocking call on the event loop

The event loop runs one thing at a time. While a function on it waits in a blocking call (a synchronous database session,
`requests`, `time.sleep`), no other request of this worker is answered, and health checks time out with it. The call need
not stand in the endpoint: what counts is every function that an async endpoint, dependency or middleware reaches.

## Improve

Use the async counterpart and await it, hand the call to a thread with `run_in_threadpool` or `asyncio.to_thread`, or
declare the endpoint with plain `def`: FastAPI then runs it in a thread.

## When not to apply

Calls that are off the loop already are not reported: plain `def` endpoints and dependencies, functions handed to a
thread or an executor, code that only runs at import.

## Read

- [Concurrency and async / await](https://fastapi.tiangolo.com/async/)
- [Running blocking code in a thread](https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code)

```python bad app/main.py
import time

from fastapi import Depends, FastAPI

from app.partner import fetch_rates

app = FastAPI()


async def throttled() -> None:
    time.sleep(0.1)  # finding


@app.get("/rates", dependencies=[Depends(throttled)])
async def rates() -> dict[str, float]:
    return fetch_rates()
```

```python bad app/partner.py
import requests


def fetch_rates() -> dict[str, float]:
    return requests.get("https://rates.example.com", timeout=5).json()  # finding
```

```python good app/main.py
import asyncio

import httpx
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from app.report import render

app = FastAPI()


@app.get("/rates")
async def rates() -> dict[str, float]:
    await asyncio.sleep(0.1)
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get("https://rates.example.com")
    return answer.json()


@app.get("/report")
async def report() -> str:
    return await run_in_threadpool(render)
```

```python good app/report.py
import time


def render() -> str:
    time.sleep(0.2)
    return "done"
```

Stubs of gRPC wait for the answer, unless their channel is one of `grpc.aio`:

```python bad app/main.py
from fastapi import FastAPI

from app.orders import Orders

app = FastAPI()
orders = Orders()


@app.get("/orders/{order_id}")
async def order(order_id: str) -> str:
    return orders.state(order_id)
```

```python bad app/orders.py
import grpc

from app.orders_pb2 import StateRequest
from app.orders_pb2_grpc import OrdersStub


class Orders:
    def __init__(self) -> None:
        self.stub = OrdersStub(grpc.insecure_channel("orders:50051"))

    def state(self, order_id: str) -> str:
        return self.stub.State(StateRequest(id=order_id)).state  # finding
```

```python good
import grpc
from fastapi import FastAPI

from app.orders_pb2 import StateRequest
from app.orders_pb2_grpc import OrdersStub

app = FastAPI()


@app.get("/orders/{order_id}")
async def order(order_id: str) -> str:
    async with grpc.aio.insecure_channel("orders:50051") as channel:
        answer = await OrdersStub(channel).State(StateRequest(id=order_id), timeout=2)
    return answer.state
```

A moment, to wait for the next tick of a clock:

```python good
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/id")
async def identify() -> int:
    time.sleep(0.0001)
    return time.time_ns()
```
"""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import (
    CallSite,
    Confidence,
    External,
    Found,
    Hit,
    Instance,
    LoopFunction,
    Place,
    Project,
    Related,
    check,
    syntax,
)
from fastreview_checks.knowledge.blocking import ITERATED, Blocking, blocking, is_moment
from fastreview_checks.knowledge.event_loop.grpc_stubs import GRPC, stub_called
from fastreview_checks.knowledge.event_loop.iterating import iterables
from fastreview_checks.knowledge.once import happens_once


class Wait(NamedTuple):
    place: Place
    name: str
    known: Blocking
    site: CallSite | None = None


@check("ASY001", dimension="async", level=1, gate=True, each=LoopFunction, effort="hours")
def blocking_call(subject: LoopFunction, project: Project) -> Found:
    waits = [*_calls(subject), *_stubs(subject, project), *_iterated(subject, project)]
    if not waits:
        return
    waits.sort(key=lambda wait: wait.place)
    first = waits[0]
    others = f" (and {len(waits) - 1} more here)" if len(waits) > 1 else ""
    way = tuple(Related(step.place, f"calls `{step.call.method}`") for step in subject.steps)
    start = Related(subject.entry.function.place, f"{subject.entry.label} runs on the event loop")
    further = tuple(Related(w.place, f"`{w.name}` waits for {w.known.waits_for}") for w in waits[1:])
    yield Hit(
        first.place,
        f"`{first.name}`{others} waits for {first.known.waits_for} while the event loop stands still{_slowed(subject)}. "
        f"Use {first.known.instead}.",
        symbol=first.name,
        related=(start, *way, *further),
        confidence=_confidence(subject, first),
        others=tuple(wait.place for wait in waits[1:]),
    )


def _confidence(subject: LoopFunction, wait: Wait) -> Confidence:
    # Before the first request and after the last one nobody waits but the deployment.
    if subject.entry.kind == "lifespan" and not subject.routes:
        return Confidence.POSSIBLE
    if happens_once(subject, wait.site):
        return Confidence.POSSIBLE
    return Confidence.CERTAIN if not subject.steps else Confidence.LIKELY


def _calls(subject: LoopFunction) -> Iterator[Wait]:
    told: CallSite | None = None
    for site, target in subject.calls.library:
        known = blocking(target.name)
        if known is None or site.awaited or site is told or is_moment(target.name, site.call):
            continue
        owner, _, method = target.name.removeprefix("builtins.").rpartition(".")
        yield Wait(site.place, f"{owner.rpartition('.')[2]}.{method}".lstrip("."), known, site)
        told = site


def _stubs(subject: LoopFunction, project: Project) -> Iterator[Wait]:
    for site in subject.function.calls:
        name = "" if site.awaited or site.deferred else stub_called(site, project)
        if name:
            yield Wait(site.place, name, GRPC, site)


def _iterated(subject: LoopFunction, project: Project) -> Iterator[Wait]:
    """Loops over cursors and queries, and calls that are handed one and loop over it."""
    function = subject.function
    for iterable, line in iterables(subject, project):
        value = project.values.of(iterable, function)
        if type(value) is Instance and type(value.of) is External and value.of.name in ITERATED:
            known = blocking(ITERATED[value.of.name])
            if known is not None:
                yield Wait(Place(function.module.path, line), syntax.written(iterable, 40), known)


def _slowed(subject: LoopFunction) -> str:
    routes = subject.routes
    if not routes:
        return f", in {subject.entry.label}"
    others = len(routes) - 1
    more = f" and {others} other route{'s' if others > 1 else ''}" if others else ""
    return f", in {routes[0].key}{more}"
