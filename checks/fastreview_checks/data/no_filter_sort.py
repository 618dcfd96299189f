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

Filters and a sort may stand in the body of a route that only reads:

```python good
from enum import Enum
from typing import Annotated

from fastapi import Body, Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    open: Mapped[bool]


class Sort(Enum):
    oldest = "oldest"
    newest = "newest"


def get_session() -> Session:
    return Session()


@app.get("/orders", response_model=list[int])
def list_orders(limit: int = 20, session: Session = Depends(get_session)):
    return session.scalars(select(Order.id).limit(limit)).all()


@app.post("/orders/filter", response_model=list[int])
def filter_orders(
    open: Annotated[bool, Body()],
    sort: Annotated[Sort, Body()] = Sort.newest,
    session: Session = Depends(get_session),
):
    return session.scalars(select(Order.id).where(Order.open == open).order_by(sort.value)).all()
```
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from fastreview.api import Found, Hit, Met, Place, Project, Related, Route, check
from fastreview_checks.knowledge.data.sorting import is_sort, is_typed, sorts_in_library
from fastreview_checks.knowledge.paging import POSITIONS, SIZES, given_by_client, plain
from fastreview_checks.knowledge.stored_lists import list_routes
from fastreview_checks.knowledge.unread_routes import need_every_route, without_routes

_ASIDE = frozenset({"Header", "Cookie", "Path"})
_SEARCHING = re.compile(r"(?:^|[/_-])(?:filter|search|query|find|list)$")
"""At the end of the path of a POST route that reads: its filters and its sort stand in the body."""


@check("DAT007", dimension="data", level=2, credit=2, effort="hours")
def no_filter_sort(project: Project) -> Found:
    routes = list_routes(project)
    if not routes:
        raise without_routes(project, "no route returns a list from storage, as far as the code shows")
    searching = [
        route
        for route in project.routes
        if route.method == "POST" and _SEARCHING.search(route.path) and route not in routes
    ]
    asked = (*routes, *searching)
    filtered = [route for route in asked if _filters(route, project)]
    sorted_ = [route for route in asked if _sorts(route, project)]
    both = [route for route in filtered if route in sorted_]
    if both:
        yield Met(both[0].place, f"{both[0].key} offers typed filters and a sort.")
        return
    need_every_route(project)
    first = (sorted_ or filtered or routes)[0]
    count = len(routes) + sum(route in filtered or route in sorted_ for route in searching)
    yield Hit(
        first.place,
        f"List routes ({count}): {_missing(filtered, sorted_, routes, project)}. Add parameters with types of their own, "
        "and a sort from an enumeration.",
        related=tuple(Related(route.place, route.key) for route in routes[:6] if route is not first),
    )


def _missing(filtered: list[Route], sorted_: list[Route], routes: Sequence[Route], project: Project) -> str:
    cost = ", so clients read all pages and pick"
    if filtered and sorted_:
        return f"none offers typed filters and a typed sort together{cost}"
    if sorted_:
        return f"{len(sorted_)} with a typed sort, none with typed filters{cost}"
    if any(is_sort(one.name) for route in routes for one in given_by_client(route, project)):
        return f"{len(filtered) or 'none'} with typed filters, and the sort is free text, which FastAPI does not check"
    if filtered:
        return f"{len(filtered)} with typed filters, none with a typed sort{cost}"
    return f"none offers typed filters or a typed sort{cost}"


def _filters(route: Route, project: Project) -> bool:
    elsewhere = _of_writing_routes(project)
    return any(
        plain(given.name) not in SIZES | POSITIONS and not is_sort(given.name) and is_typed(given, project)
        for given in given_by_client(route, project)
        if f"{{{given.alias}" not in route.path and not any(m.method in _ASIDE for m in given.declared.markers)
        if given.place not in elsewhere
    )


@lru_cache(maxsize=1)
def _of_writing_routes(project: Project) -> frozenset[Place]:
    """Parameters that routes that change something take as well: tokens and tenants, which leave nothing out of a list."""
    return frozenset(
        given.place for route in project.routes if route.method in ("PUT", "PATCH", "DELETE") for given in route.inputs
    )


def _sorts(route: Route, project: Project) -> bool:
    given = given_by_client(route, project)
    return any(is_sort(one.name) and is_typed(one, project) for one in given) or sorts_in_library(route)
