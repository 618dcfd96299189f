"""Sessions without one life and one owner

A session is a conversation about one request. Kept in a module it is shared by all requests: one user's error rolls back another
one's work. Opened anew in each function it splits a request into parts that do not see one another. And where endpoints commit
and what they call commits too, nobody can say what belongs together.

## Improve

Open one session per request in a dependency with `yield`, or in a unit of work, and commit in one place: there, or in the
services, but not in both.

## When not to apply

Workers, start-up code and scripts open sessions of their own.

## Read

- [SQLAlchemy: session basics](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#when-do-i-construct-a-session-when-do-i-commit-it-and-when-do-i-close-it)
- [FastAPI: dependencies with yield](https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/)

```python bad
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))
session = SessionLocal()  # finding
app = FastAPI()


@app.get("/orders")
def orders() -> list[int]:
    return list(session.scalars(text("select id from orders")))
```

```python bad
from fastapi import FastAPI

from app.orders import names, totals

app = FastAPI()


@app.get("/orders")
def orders() -> list[int]:
    return [*names(), *totals()]
```

```python bad app/orders.py
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


def names() -> list[int]:
    with SessionLocal() as session:  # finding
        return list(session.scalars(text("select id from orders")))


def totals() -> list[int]:
    with SessionLocal() as session:
        return list(session.scalars(text("select total from orders")))
```

Endpoints commit, and so does what they call:

```python bad
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.orders import Order, add, get_session

app = FastAPI()


@app.post("/orders")
def create(session: Session = Depends(get_session)) -> None:
    add(session)


@app.delete("/orders/{order_id}")
def delete(order_id: int, session: Session = Depends(get_session)) -> None:
    session.delete(session.get(Order, order_id))
    session.commit()  # finding
```

```python bad app/orders.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


def get_session():
    with SessionLocal() as session:
        yield session


def add(session: Session) -> None:
    session.add(Order())
    session.commit()
```

```python good
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))
app = FastAPI()


def get_session():
    with SessionLocal() as session:
        yield session


@app.post("/orders")
def create(session: Session = Depends(get_session)) -> None:
    session.execute(text("insert into orders values (1)"))
    session.commit()
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from collections.abc import Iterator

from fastreview.api import CallSite, Confidence, Found, Hit, Met, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.session_lives import Owner, held_by_module, opened, owners, per_call


@check("DAT003", dimension="data", level=1, gate=True, effort="days")
def session_lifecycle(project: Project) -> Found:
    sites = tuple(opened(project))
    committed = owners(project)
    if not sites and not committed:
        raise NotApplicable("no sessions of SQLAlchemy are opened")
    found = [*_global(sites), *_scattered(project, sites), *_two_owners(committed, project)]
    yield from found
    providers = [site for site in sites if getattr(site.code.facts, "yields", False)]
    if providers and not found:
        yield Met(
            providers[0].place, f"`{providers[0].code.qualname}` opens one session for each request and closes it."
        )


def _global(sites: tuple[CallSite, ...]) -> Iterator[Hit]:
    for site in sites:
        if held_by_module(site) and "scoped" not in site.call.method:
            yield Hit(
                site.place,
                "This session is opened when the module is imported and shared by all requests: the error of one rolls back the "
                "work of others. Open one per request in a dependency with `yield`.",
                symbol="global",
            )


def _scattered(project: Project, sites: tuple[CallSite, ...]) -> Iterator[Hit]:
    alone = list(per_call(project, sites))
    if len(alone) >= project.limits["DAT003.places"]:
        site, route = alone[0]
        yield Hit(
            site.place,
            f"{len(alone)} places open a session of their own while a request is answered (here for {route.key}): its parts "
            "do not share a transaction. Open one session per request in a dependency with `yield`, and hand it on.",
            symbol="per call",
            related=tuple(Related(other.place, f"another one, in `{other.code.qualname}`") for other, _ in alone[1:]),
        )


def _two_owners(committed: tuple[Owner, ...], project: Project) -> Iterator[Hit]:
    total = sum(len(owner.sites) for owner in committed)
    many = [
        o for o in committed if len(o.sites) > project.limits["DAT003.share"] * total or o.who.startswith("the dep")
    ]
    if len(many) > 1:
        first, second = many[0], many[1]
        yield Hit(
            first.sites[0].place,
            f"Commits have more than one owner: {first.who} ({len(first.sites)}) and {second.who} ({len(second.sites)}), so what "
            "belongs to one transaction depends on who calls whom. Commit in one layer only.",
            symbol="owners",
            related=tuple(Related(owner.sites[0].place, f"commit of {owner.who}") for owner in many[1:]),
            confidence=Confidence.LIKELY,
        )
