"""Query in a loop

One query for the list and one more for each of its rows: with three rows in a test nobody notices, with five hundred the
route sends five hundred and one queries, one after the other, and each of them waits for the network. The query need not stand
in the loop itself: what counts is every function that the loop calls.

## Improve

Read what the loop needs before it, in one query: `where(Product.id.in_(ids))` and a dict by id, a join, or eager loading
(`selectinload`, `prefetch_related`, `$lookup`).

## When not to apply

Loops with a fixed handful of rounds, batches of many rows, retries, and loops that stop at the first hit are left alone.
Writes row by row are only pointed out.

## Read

- [SQLAlchemy: relationship loading techniques](https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html)
- [Tortoise: prefetching](https://tortoise.github.io/query.html)

```python bad
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.carts import price_of
from app.database import Cart, Product, get_session

app = FastAPI()


@app.get("/carts/{cart_id}")
async def read_cart(cart_id: int, session: AsyncSession = Depends(get_session)) -> list[str]:
    items = (await session.scalars(select(Cart).where(Cart.id == cart_id))).all()
    names = []
    for item in items:
        product = await session.get(Product, item.product_id)  # finding
        names.append(product.name)
    return names


@app.get("/carts/{cart_id}/total")
async def total(cart_id: int, session: AsyncSession = Depends(get_session)) -> int:
    items = (await session.scalars(select(Cart).where(Cart.id == cart_id))).all()
    return sum([await price_of(session, item.product_id) for item in items])  # finding
```

```python bad app/carts.py
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Product


async def price_of(session: AsyncSession, product_id: int) -> int:
    return await session.scalar(select(Product.price).where(Product.id == product_id))
```

```python bad app/database.py
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"), expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    price: Mapped[int]


class Cart(Base):
    __tablename__ = "carts"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int]


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session
```

```python good
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Product, get_session

KINDS = ("new", "used")
GROUPS = {"all": KINDS}
app = FastAPI()


@app.get("/products")
def read_products(ids: list[int], session: Session = Depends(get_session)) -> list[str]:
    found = session.scalars(select(Product).where(Product.id.in_(ids))).all()
    by_id = {product.id: product for product in found}
    return [by_id[one].name for one in ids]


@app.patch("/products/{product_id}")
def update(product_id: int, changes: dict[str, str], session: Session = Depends(get_session)) -> None:
    product = session.get_one(Product, product_id)
    for field, value in changes.items():
        if field == "name":
            session.scalars(select(Product.id).where(Product.name == value)).one()
        setattr(product, field, value)
    session.commit()


@app.get("/products/by-group/{group}")
def by_group(group: str, session: Session = Depends(get_session)) -> list[int]:
    return [i for kind in GROUPS.get(group, []) for i in session.scalars(select(Product.id).where(Product.kind == kind))]


@app.get("/products/by-kind")
def by_kind(session: Session = Depends(get_session)) -> dict[str, list[int]]:
    return {kind: list(session.scalars(select(Product.id).where(Product.kind == kind))) for kind in KINDS}
```

```python good app/database.py
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]


def get_session() -> Iterator[Session]:
    with Session(create_engine("sqlite://")) as session:
        yield session
```
"""

from fastreview.api import Found, Function, Hit, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.data.queries import sends_query
from fastreview_checks.knowledge.data.repeated_queries import repeated
from fastreview_checks.knowledge.served import served


@check("DAT008", dimension="data", level=2, gate=True, each=Function, effort="hours")
def query_in_loop(function: Function, project: Project) -> Found:
    routes = served(project).get(function)
    if routes is None:
        raise NotApplicable("no request runs it")
    found = repeated(function, project)
    if not found and not sends_query(function, project):
        raise NotApplicable("it sends no query")
    where = f" of {routes[0].key}" if routes else ""
    for one in found:
        yield Hit(
            one.place,
            f"`{one.name}` sends a query in each round of this loop{where}: with a hundred rows `{function.name}` waits for the "
            "database a hundred times. Read what the loop needs in one query before it, or load it with the rows.",
            symbol=one.name,
            related=tuple(
                Related(s.place, f"`{s.call.method}` {'queries' if s is one.way[-1] else 'leads there'}")
                for s in one.way[1:]
            ),
            confidence=one.confidence,
        )
