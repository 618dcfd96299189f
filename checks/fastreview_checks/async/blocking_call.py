'''Blocking call on the event loop

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
'''

from fastreview.api import (
    Confidence,
    External,
    Found,
    Hit,
    LoopFunction,
    Project,
    Related,
    check,
)
from fastreview_checks.knowledge.blocking import Blocking, blocking


@check("ASY001", dimension="async", level=1, gate=True, each=LoopFunction, effort="hours")
def blocking_call(subject: LoopFunction, project: Project) -> Found:
    waits: list[tuple[Related, str, Blocking]] = []
    for site in subject.function.calls:
        if site.awaited or site.deferred:
            continue
        for target in project.targets(site):
            known = blocking(target.name) if isinstance(target, External) else None
            if known is not None:
                owner, _, method = target.name.removeprefix("builtins.").rpartition(".")
                short = f"{owner.rpartition('.')[2]}.{method}" if owner else method
                waits.append((Related(site.place, f"`{short}` waits for {known.waits_for}"), short, known))
                break
    if not waits:
        return
    first, name, known = waits[0]
    others = f" (and {len(waits) - 1} more here)" if len(waits) > 1 else ""
    way = tuple(Related(step.place, f"calls `{step.call.method}`") for step in subject.steps)
    start = Related(subject.entry.function.place, f"{subject.entry.label} runs on the event loop")
    yield Hit(
        first.place,
        f"`{name}`{others} waits for {known.waits_for} while the event loop stands still{_slowed(subject)}. "
        f"Use {known.instead}.",
        symbol=name,
        related=(start, *way, *(w[0] for w in waits[1:])),
        confidence=Confidence.CERTAIN if not subject.steps else Confidence.LIKELY,
    )


def _slowed(subject: LoopFunction) -> str:
    routes = subject.routes
    if not routes:
        return f", in {subject.entry.label}"
    others = len(routes) - 1
    more = f" and {others} other route{'s' if others > 1 else ''}" if others else ""
    return f", in {routes[0].key}{more}"
