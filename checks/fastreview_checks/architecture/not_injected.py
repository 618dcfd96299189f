"""Collaborator that is not injected

An endpoint that makes its own session or client, or uses one that a module holds, decides for every caller and every test
where its data comes from. It cannot be given a fake, and what it opened is closed, retried and configured nowhere else.

## Improve

Let the session, repository, client and settings arrive as parameters: `Annotated[Session, Depends(get_session)]` in an
endpoint, constructor arguments in a service. Tests then replace the provider with `app.dependency_overrides`.

## When not to apply

Values, schemas and functions without state need no injection; loggers and constants neither. What is made of the request's
own credentials can be made nowhere else, and a websocket opens a session for each message rather than hold one.

## Read

- [Dependencies](https://fastapi.tiangolo.com/tutorial/dependencies/)
- [Testing dependencies with overrides](https://fastapi.tiangolo.com/advanced/testing-dependencies/)

```python bad
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))
app = FastAPI()


@app.get("/orders")
def orders() -> int:
    with SessionLocal() as session:  # finding
        return session.execute(text("SELECT count(*) FROM orders")).scalar_one()
```

```python fixed
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))
app = FastAPI()


def get_session() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session


@app.get("/orders")
def orders(session: Annotated[Session, Depends(get_session)]) -> int:
    return session.execute(text("SELECT count(*) FROM orders")).scalar_one()
```

An object that another module holds:

```python bad app/main.py
from fastapi import FastAPI

from app.rates import rates

app = FastAPI()


@app.get("/rates/{currency}")
def rate(currency: str) -> float:
    return rates.of(currency)  # finding
```

```python bad app/rates.py
import httpx


class Rates:
    def __init__(self) -> None:
        self.client = httpx.Client(timeout=5)

    def of(self, currency: str) -> float:
        return self.client.get(f"https://rates.example.com/{currency}").json()


rates = Rates()
```
"""

from fastreview.api import Endpoint, Found, Hit, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.answers import is_operational
from fastreview_checks.knowledge.architecture.collaborators import collaborators


@check("ARC010", dimension="architecture", level=2, gate=True, each=Endpoint, effort="hours")
def not_injected(endpoint: Endpoint, project: Project) -> Found:
    if all(is_operational(route) for route in endpoint.routes):
        raise NotApplicable("the root page, a health check or the like")
    if all(route.is_websocket for route in endpoint.routes):
        raise NotApplicable("a websocket, which would hold what is injected for as long as it is open")
    found = {(one.what, one.name): one for one in reversed(list(collaborators(endpoint.function, project)))}
    if found:
        first, *others = sorted(found.values(), key=lambda one: one.place)
        yield Hit(
            first.place,
            f"`{endpoint.function.name}` {first.what} `{first.name}`, so a test can give {endpoint.key} another one only by "
            "patching. Let it arrive as a parameter through a dependency.",
            symbol=first.name,
            related=tuple(Related(one.place, f"{one.what} `{one.name}`") for one in others),
        )
