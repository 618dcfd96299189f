"""Endpoint that is not thin

Where nearly every endpoint is thin, the web layer can be read as a table of contents: what is called, and what comes
back. Each one that touches the session or decides something itself has to be read, and tested through HTTP, on its
own.

## Improve

One call of a service for each endpoint. The session is opened and committed by a dependency or a unit of work;
branches on the state of the data belong to the service, and its errors are translated by exception handlers.

## When not to apply

Turning a request away (`if order is None: raise HTTPException(404)`) is translation and is not counted. Websockets
and health checks are left out.

## Read

- [Bigger applications](https://fastapi.tiangolo.com/tutorial/bigger-applications/)
- [Handling errors](https://fastapi.tiangolo.com/tutorial/handling-errors/#install-custom-exception-handlers)

```python bad
from fastapi import FastAPI

from app.orders import book, cancel, notify, reserve

app = FastAPI()


@app.post("/orders/{order_id}")
async def place(order_id: int, express: bool, gift: bool) -> int:  # finding
    if express:
        await book(order_id)
    else:
        await reserve(order_id)
    if gift:
        await notify(order_id)
    for part in range(order_id):
        await cancel(part)
    return order_id
```

```python bad app/orders.py
async def book(order_id: int) -> None: ...


async def reserve(order_id: int) -> None: ...


async def notify(order_id: int) -> None: ...


async def cancel(order_id: int) -> None: ...
```

```python fixed
from fastapi import FastAPI

from app.orders import place_order

app = FastAPI()


@app.post("/orders/{order_id}")
async def place(order_id: int, express: bool, gift: bool) -> int:
    return await place_order(order_id, express=express, gift=gift)
```

```python fixed app/orders.py
async def place_order(order_id: int, *, express: bool, gift: bool) -> int:
    return order_id + express + gift
```

Values for what was left out decide nothing:

```python good
from fastapi import FastAPI
from pydantic import BaseModel

from app.tasks import create

app = FastAPI()


class Wish(BaseModel):
    goal: str
    tasks: list[str] | None = None
    last: str | None = None
    result: str | None = None
    done: list[str] | None = None


@app.post("/tasks")
async def create_tasks(wish: Wish) -> list[str]:
    return await create(wish.goal, wish.tasks or [], wish.last or "", wish.result or "", wish.done or [])
```

```python good app/tasks.py
async def create(goal: str, tasks: list[str], last: str, result: str, done: list[str]) -> list[str]:
    return [goal, *tasks, last, result, *done]
```

Where the transaction ends may stand there as well:

```python good
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.orders import cancel, get_session

app = FastAPI()


@app.post("/orders/{order_id}/cancel")
def cancel_order(order_id: int, session: Session = Depends(get_session)) -> int:
    cancel(session, order_id)
    session.commit()
    return order_id
```

```python good app/orders.py
from collections.abc import Iterator

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session


def get_session() -> Iterator[Session]:
    with Session(create_engine("sqlite://")) as session:
        yield session


def cancel(session: Session, order_id: int) -> None:
    session.execute(text("UPDATE orders SET status = 'cancelled' WHERE id = :id"), {"id": order_id})
```

Errors of the domain that become errors of HTTP decide nothing either:

```python good
from fastapi import FastAPI, HTTPException

from app.tasks import Done, Missing, Started, start

app = FastAPI()


@app.post("/tasks/{task_id}/start")
async def start_task(task_id: int) -> int:
    try:
        return await start(task_id)
    except Missing as error:
        raise HTTPException(404) from error
    except Started as error:
        raise HTTPException(409) from error
    except Done as error:
        raise HTTPException(409) from error
    except Exception as error:
        raise HTTPException(500) from error
```

```python good app/tasks.py
class Missing(Exception):
    pass


class Started(Exception):
    pass


class Done(Exception):
    pass


async def start(task_id: int) -> int:
    return task_id
```
"""

from fastreview.api import Confidence, Endpoint, Found, Hit, NotApplicable, Project, Severity, check
from fastreview_checks.knowledge.answers import is_operational
from fastreview_checks.knowledge.architecture.fatness import Budget, reasons


@check("ARC003", dimension="architecture", level=2, gate=True, each=Endpoint, effort="days", sharpens="ARC002")
def thin_endpoints_everywhere(endpoint: Endpoint, project: Project) -> Found:
    if all(route.is_websocket for route in endpoint.routes):
        raise NotApplicable("a websocket: its loop stands in the endpoint")
    if all(is_operational(route) for route in endpoint.routes):
        raise NotApplicable("the root page, a health check or the like")
    limits = project.limits
    budget = Budget(
        int(limits["ARC003.complexity"]),
        int(limits["ARC003.statements"]),
        int(limits["ARC003.decisions"]),
        storage=True,
    )
    found = list(reasons(endpoint, project, budget))
    if found:
        yield Hit(
            endpoint.place,
            f"`{endpoint.function.name}` is not thin: for {endpoint.key} it {' and '.join(w for w, _ in found)}. "
            "Leave one call of a service in the endpoint.",
            related=tuple(related for _, related in found if related is not None),
            confidence=Confidence.LIKELY,
            # A few lines over the budget are a blemish; a session in the endpoint is a missing layer.
            severity=Severity.MAJOR if any(related is not None for _, related in found) else Severity.MINOR,
        )
