"""Sessions without one life and one owner

A session is a conversation about one request. Kept in a module it is shared by all requests: one user's error rolls back another
one's work. Opened anew in each function it splits a request into parts that do not see one another. And where endpoints commit
and what they call commits too, nobody can say what belongs together.

## Improve

Open one session per request in a dependency with `yield`, or in a unit of work, and commit in one place: there, or in the
services, but not in both.

## When not to apply

Workers, background tasks, start-up code and scripts open sessions of their own. A single place that does while a request is
answered is not reported, and a commit now and then outside the layer that commits is shown as a question.

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

from fastreview.api import Found, Hit, Met, Project, check
from fastreview_checks.knowledge.data.session_uses import SessionUse


@check("DAT003", dimension="data", level=1, gate=True, each=SessionUse, effort="days")
def session_lifecycle(use: SessionUse, project: Project) -> Found:
    if use.fault is not None:
        yield Hit(
            use.place,
            use.fault.text,
            symbol=use.fault.symbol,
            related=use.fault.related,
            confidence=use.fault.confidence,
        )
    elif use.shown:
        yield Met(use.place, f"`{use.site.code.qualname}` opens one session for each request and closes it.")
