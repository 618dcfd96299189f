"""Lazy load in an async session

An async session cannot load what an attribute needs when it is read: `order.lines` without eager loading raises
`MissingGreenlet`, and so does every attribute after a commit where `expire_on_commit` is left on. It does not show in tests that
keep the object in the session.

## Improve

Make sessions with `async_sessionmaker(engine, expire_on_commit=False)`, load relations with the query
(`options(selectinload(Order.lines))`), and set `lazy="raise"` on relations so that forgetting it is an error at once.

## When not to apply

Synchronous sessions, and relations that are loaded eagerly by their declaration.

## Read

- [SQLAlchemy: preventing implicit IO with AsyncSession](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession)

```python bad
from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))  # finding
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship()


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


async def get_session():
    async with sessions() as session:
        yield session


@app.post("/orders")
async def create(session: AsyncSession = Depends(get_session)) -> int:
    order = Order()
    session.add(order)
    await session.commit()
    return order.id


@app.get("/orders/{order_id}/lines")
async def lines(order_id: int, session: AsyncSession = Depends(get_session)) -> list[int]:
    order = await session.scalar(select(Order).where(Order.id == order_id))
    return [line.id for line in order.lines]  # finding
```

```python fixed
from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"), expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship(lazy="raise")


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


async def get_session():
    async with sessions() as session:
        yield session


@app.post("/orders")
async def create(session: AsyncSession = Depends(get_session)) -> int:
    order = Order()
    session.add(order)
    await session.commit()
    return order.id


@app.get("/orders/{order_id}/lines")
async def lines(order_id: int, session: AsyncSession = Depends(get_session)) -> list[int]:
    query = select(Order).where(Order.id == order_id).options(selectinload(Order.lines))
    order = await session.scalar(query)
    return [line.id for line in order.lines]
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```

Nobody reads what a dependency commits after its `yield`, or what fills an empty database at the start:

```python good
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine("sqlite+aiosqlite://")
sessions = async_sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Role(Base):
    __tablename__ = "roles"
    name: Mapped[str] = mapped_column(primary_key=True)


async def fill() -> None:
    async with AsyncSession(engine) as session:
        session.add(Role(name="user"))
        await session.commit()


@asynccontextmanager
async def lifespan(app: FastAPI):
    await fill()
    yield


app = FastAPI(lifespan=lifespan)


async def get_session():
    async with sessions() as session:
        yield session
        await session.commit()


@app.post("/roles/{name}")
async def create(name: str, session: AsyncSession = Depends(get_session)) -> None:
    session.add(Role(name=name))
```
"""

from collections.abc import Iterator

from fastreview.api import (
    CallSite,
    External,
    Found,
    Function,
    Hit,
    Met,
    NotApplicable,
    Place,
    Project,
    Related,
    check,
    syntax,
)
from fastreview_checks.knowledge.data.commits import commits
from fastreview_checks.knowledge.data.relations import lazy_reads, lazy_relations
from fastreview_checks.knowledge.served import served

_FACTORIES = ("async_sessionmaker", "sessionmaker", "AsyncSession", "async_scoped_session")
_MAKES = frozenset({"sqlalchemy.ext.asyncio.async_sessionmaker", "sqlalchemy.ext.asyncio.AsyncSession",
                    "sqlmodel.ext.asyncio.session.AsyncSession"})  # fmt: skip


@check("DAT009", dimension="data", level=2, gate=True, effort="hours")
def async_lazy_load(project: Project) -> Found:
    made = list(_made(project))
    if not made:
        raise NotApplicable("no async sessions of SQLAlchemy are made")
    # What a dependency commits after its `yield` nobody reads any more.
    last = {id(d.function) for d in project.dependencies if d.function.facts.yields}
    committed = next(
        (s for s in commits(project) if s.awaited and id(s.code) not in last and _is_met(s, project)), None
    )
    expiring = [site for site in made if _expires(site.call) and _is_for_requests(site, project)]
    for site in expiring:
        if committed is None:
            break
        yield Hit(
            site.place,
            "Objects of these async sessions expire at each commit: reading an attribute then raises `MissingGreenlet` unless it "
            "was refreshed. Set `expire_on_commit=False`.",
            symbol="expire_on_commit",
            related=(Related(committed.place, "a commit"),),
        )
    yield from _reads(project)
    if not expiring:
        yield Met(made[0].place, "Async sessions keep their objects after a commit (`expire_on_commit=False`).")


def _made(project: Project) -> Iterator[CallSite]:
    for site in project.calls(*_FACTORIES):
        target = project.values.target(site)
        name = target.name if isinstance(target, External) else ""
        given = site.call.keyword("class_")
        if name in _MAKES or (
            name.endswith(".sessionmaker") and isinstance(given, syntax.Ref) and given.last == "AsyncSession"
        ):
            yield site


def _is_for_requests(site: CallSite, project: Project) -> bool:
    """Whether the session answers requests: one that is opened to fill an empty database at the start does not."""
    return site.call.method != "AsyncSession" or site.code in served(project)


def _is_met(commit: CallSite, project: Project) -> bool:
    """Whether a request gets to a commit: in what it runs, or in a context manager that it enters."""
    return commit.code in served(project) or (isinstance(commit.code, Function) and commit.code.facts.yields)


def _expires(call: syntax.Call) -> bool:
    return isinstance(call.keyword("expire_on_commit"), syntax.Missing) and all(k.name for k in call.keywords)


def _reads(project: Project) -> Iterator[Hit]:
    for code in project.mentions(*lazy_relations(project)):
        if not isinstance(code, Function) or not code.is_async:
            continue
        for read in lazy_reads(code, project):
            if read.awaited_query:
                yield Hit(
                    Place(code.module.path, read.line),
                    f"`{read.row}.{read.relation}` is not loaded with its row: in an async session reading it raises "
                    f"`MissingGreenlet`. Load it with the query: `options(selectinload({read.table.name}.{read.relation}))`.",
                    symbol=f"{code.qualname} {read.row}.{read.relation}",
                    related=(
                        Related(Place(read.read_in.module.path, read.query_line), "the row is read here without it"),
                    ),
                )
