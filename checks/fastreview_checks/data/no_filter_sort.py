"""Lists that cannot be filtered and sorted

A client that needs the open orders, newest first, and cannot ask for them reads every page and picks: more load for the
database, more waiting for its user. Free text for the order of a list is no better: it ends in SQL or in an error.

## Improve

Give lists typed filters (`status: OrderStatus | None`, ranges of dates) and a sort from an enumeration, best as one model:
`query: Annotated[OrderQuery, Query()]`.

## When not to apply

Services without lists from storage.

## Read

- [FastAPI: query parameter models](https://fastapi.tiangolo.com/tutorial/query-param-models/)
- [FastAPI: enumerations as parameters](https://fastapi.tiangolo.com/tutorial/path-params/#predefined-values)

```python bad
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Order, get_session

app = FastAPI()


@app.get("/orders", response_model=list[int])
def list_orders(limit: int = 20, session: Session = Depends(get_session)):  # finding
    return session.scalars(select(Order.id).limit(limit)).all()
```

```python bad app/database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    open: Mapped[bool]


def get_session():
    with Session(create_engine("sqlite://")) as session:
        yield session
```

```python fixed
from enum import Enum

from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Order, get_session

app = FastAPI()


class Sort(Enum):
    oldest = "oldest"
    newest = "newest"


@app.get("/orders", response_model=list[int])
def list_orders(
    open: bool | None = None, sort: Sort = Sort.newest, limit: int = 20, session: Session = Depends(get_session)
):
    order = {Sort.newest: Order.id.desc(), Sort.oldest: Order.id.asc()}[sort]
    return session.scalars(select(Order.id).where(Order.open == open).order_by(order).limit(limit)).all()
```

```python fixed app/database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    open: Mapped[bool]


def get_session():
    with Session(create_engine("sqlite://")) as session:
        yield session
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/colours")
def colours() -> list[str]:
    return ["red", "blue"]
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, Related, Route, check
from fastreview_checks.knowledge.paging import POSITIONS, SIZES, given_by_client, plain
from fastreview_checks.knowledge.sorting import is_sort, is_typed, sorts_in_library
from fastreview_checks.knowledge.stored_lists import list_routes

_ASIDE = frozenset({"Header", "Cookie", "Body", "Path"})


@check("DAT007", dimension="data", level=2, credit=2, effort="hours")
def no_filter_sort(project: Project) -> Found:
    routes = list_routes(project)
    if not routes:
        raise NotApplicable("no route returns a list from storage, as far as the code shows")
    filtered = [route for route in routes if _filters(route, project)]
    sorted_ = [route for route in routes if _sorts(route, project)]
    both = [route for route in filtered if route in sorted_]
    if both:
        yield Met(both[0].place, f"{both[0].key} offers typed filters and a sort.")
        return
    first = (sorted_ or filtered or routes)[0]
    offered = "typed filters" if filtered else "a typed sort"
    if filtered and sorted_:
        missing = "none offers typed filters and a typed sort together"
    elif filtered or sorted_:
        missing = (
            f"{len(filtered or sorted_)} with {offered}, none with {'a typed sort' if filtered else 'typed filters'}"
        )
    else:
        missing = "none offers typed filters or a typed sort"
    yield Hit(
        first.place,
        f"List routes ({len(routes)}): {missing}, so clients read all pages and pick. Add parameters with types of their own, "
        "and a sort from an enumeration.",
        related=tuple(Related(route.place, route.key) for route in routes[:6] if route is not first),
    )


def _filters(route: Route, project: Project) -> bool:
    return any(
        plain(given.name) not in SIZES | POSITIONS and not is_sort(given.name) and is_typed(given, project)
        for given in given_by_client(route, project)
        if f"{{{given.alias}" not in route.path and not any(m.method in _ASIDE for m in given.declared.markers)
    )


def _sorts(route: Route, project: Project) -> bool:
    given = given_by_client(route, project)
    return any(is_sort(one.name) and is_typed(one, project) for one in given) or sorts_in_library(route)
