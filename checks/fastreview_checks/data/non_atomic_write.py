"""One operation in several transactions

Where an operation commits twice, an error in between leaves half of it behind: the order without its lines, the money taken and
nothing booked. Nobody sees it in tests, as nothing fails there; in production every deploy and every time-out is an occasion.

## Improve

Flush where an id is needed early, and commit once, where the operation ends: in the dependency that opens the session or in a
unit of work. Let repositories add and flush only.

## When not to apply

Two commits with a call to another system between them may be meant: the first records what is about to happen. Batches that
commit each part are left alone.

## Read

- [SQLAlchemy: when do I construct a session, when do I commit it](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#session-faq-whentocreate)

```python bad
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.database import Line, Order, get_session
from app.stock import reserve

app = FastAPI()


@app.post("/orders", status_code=201)
def place(quantity: int, session: Session = Depends(get_session)) -> int:
    order = Order()
    session.add(order)
    session.commit()
    session.add(Line(order_id=order.id, quantity=quantity))
    session.commit()  # finding
    return order.id


@app.post("/orders/{order_id}/pay")
def pay(order_id: int, session: Session = Depends(get_session)) -> None:
    order = session.get_one(Order, order_id)
    order.paid = True
    session.commit()
    reserve(session, order_id)  # finding
```

```python bad app/stock.py
from sqlalchemy.orm import Session

from app.database import Line


def reserve(session: Session, order_id: int) -> None:
    session.add(Line(order_id=order_id, quantity=1))
    session.commit()
```

```python bad app/database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    paid: Mapped[bool]


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int]
    quantity: Mapped[int]


def get_session():
    with Session(create_engine("sqlite://")) as session:
        yield session
```

```python good
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.database import Order, get_session

app = FastAPI()


@app.post("/orders", status_code=201)
def place(gift: bool, session: Session = Depends(get_session)) -> int:
    order = Order()
    session.add(order)
    session.flush()
    if gift:
        if not order.paid:
            session.commit()
            return order.id
        order.paid = False
    order.paid = True
    session.commit()
    return order.id
```

```python good app/database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    paid: Mapped[bool]


def get_session():
    with Session(create_engine("sqlite://")) as session:
        yield session
```

Where one of several implementations commits, another one may run; and a task is an operation of its own:

```python good
import asyncio
from abc import ABC, abstractmethod

from fastapi import Depends, FastAPI, Request
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Entry(Base):
    __tablename__ = "entries"
    key: Mapped[str] = mapped_column(primary_key=True)


def get_session():
    with Session(create_engine("sqlite://")) as session:
        yield session


class Cache(ABC):
    @abstractmethod
    def keep(self, key: str, session: Session) -> None:
        raise NotImplementedError


class Memory(Cache):
    kept: set[str] = set()

    def keep(self, key: str, session: Session) -> None:
        self.kept.add(key)


class Rows(Cache):
    def keep(self, key: str, session: Session) -> None:
        session.add(Entry(key=key))
        session.commit()


def get_cache(request: Request) -> Cache:
    return request.app.state.cache


async def index(session: Session) -> None:
    session.add(Entry(key="index"))
    session.commit()


@app.post("/entries/{key}")
async def create(key: str, session: Session = Depends(get_session), cache: Cache = Depends(get_cache)) -> None:
    cache.keep(key, session)
    session.add(Entry(key=key))
    session.commit()
    app.state.task = asyncio.create_task(index(session))
```
"""

from fastreview.api import Confidence, Found, Function, Hit, Met, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.data.commits import Commit, changing, committing, owns_transactions
from fastreview_checks.knowledge.data.external_calls import calls_outside
from fastreview_checks.knowledge.data.queries import queries_in
from fastreview_checks.knowledge.served import served


@check("DAT014", dimension="data", level=2, gate=True, each=Function, effort="hours")
def non_atomic_write(function: Function, project: Project) -> Found:
    if function.facts.yields and owns_transactions(function, project):
        own = next((site for site, kind in queries_in(function, project) if kind == "commit"), None)
        if own is not None:
            yield Met(own.place, f"`{function.name}` commits once, where the operation of a request ends.")
            return
    if function not in committing(project):
        raise NotApplicable("it commits nothing")
    routes = served(project).get(function)
    if routes is None:
        raise NotApplicable("no request runs it")
    way = changing(function, project)
    if len(way) < 2:
        return
    first, second = way[0], way[1]
    where = f" of {routes[0].key}" if routes else ""
    yield Hit(
        second.site.place,
        f"`{function.name}`{where} commits {len(way)} times on one way: an error in between leaves half of the operation behind. "
        "Flush where an id is needed, and commit once where the operation ends.",
        symbol=second.site.call.method,
        related=(Related(first.site.place, f"first {_told(first)}"), Related(second.way[-1].place, "the next commit")),
        confidence=Confidence.POSSIBLE
        if calls_outside(function, first.site, second.site, project)
        else Confidence.LIKELY,
    )


def _told(commit: Commit) -> str:
    return "commit" if len(commit.way) == 1 else f"commit, in `{commit.site.call.method}`"
