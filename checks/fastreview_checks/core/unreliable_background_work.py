"""Work that must not be lost, left to the web process

A background task lives in the process that answered. A deployment, a crash or the worker that is recycled ends it in the
middle, nobody tries again and nobody learns of it: the mail is not sent, the payment is not captured. Heavy work there takes
the processor from requests.

## Improve

Write down what is to be done in the transaction of the request, and let a worker do it: a queue (Celery, arq, dramatiq,
taskiq, RQ), or an outbox table with a loop that repeats what failed. Make what runs safe to repeat.

## When not to apply

Small work that may be lost: a counter, a cache that is warmed, a line in a log.

## Read

- [Background tasks: caveat](https://fastapi.tiangolo.com/tutorial/background-tasks/#caveat)
- [Celery: first steps](https://docs.celeryq.dev/en/stable/getting-started/first-steps-with-celery.html)

```python bad
import asyncio
import smtplib

import httpx
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def send_receipt(address: str) -> None:
    with smtplib.SMTP("localhost") as server:
        server.sendmail("shop@example.com", address, "Thank you")


async def announce(sku: str) -> None:
    async with httpx.AsyncClient(timeout=5) as client:
        await client.post("https://partner.example.com/orders", json={"sku": sku})


@app.post("/orders/{sku}")
async def create(sku: str, address: str, later: BackgroundTasks) -> str:
    later.add_task(send_receipt, address)  # finding
    asyncio.create_task(announce(sku))  # finding
    return sku
```

```python good
from celery import Celery
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()
queue = Celery("shop")
visits: dict[str, int] = {}


@queue.task
def send_receipt(address: str) -> None: ...


def count(sku: str) -> None:
    visits[sku] = visits.get(sku, 0) + 1


@app.post("/orders/{sku}")
async def create(sku: str, address: str, later: BackgroundTasks) -> str:
    send_receipt.delay(address)
    later.add_task(count, sku)
    return sku
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.core.background import Left, function_of, left_behind
from fastreview_checks.knowledge.core.lasting_work import Lasting, by_name, dispatched, lasting


@check("COR019", dimension="core", level=2, gate=True, effort="days")
def unreliable_background_work(project: Project) -> Found:
    work = list(left_behind(project))
    queued = next(dispatched(project), None)
    if not work and queued is None:
        raise NotApplicable("no request leaves work behind")
    lost = False
    for left in work:
        function = function_of(left, project)
        found = lasting(function, project) if function is not None else by_name(left.name)
        if found is not None:
            lost = True
            yield _hit(left, found, "" if function is None else function.key, project)
    if queued is not None and not lost:
        yield Met(queued, "Work that must not be lost goes to a queue.")


def _hit(left: Left, found: Lasting, key: str, project: Project) -> Hit:
    function = function_of(left, project)
    kind = "a background task of the response" if left.after_response else "a task that nobody waits for"
    shown = f" (`{found.name}`)" if found.name and not found.name.startswith(left.name) else ""
    return Hit(
        left.site.place,
        f"`{left.name}` {found.does}{shown} in {kind}: when the process stops, it is lost, and nothing tries again. Hand it to a "
        "queue or an outbox that a worker repeats until it is done.",
        symbol=f"{left.site.code.qualname}.{key or left.name}",
        related=(Related(function.place, "runs in the web process"),) if function is not None else (),
    )
