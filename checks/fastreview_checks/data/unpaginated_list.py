"""List route without pages

A route that returns everything is fast with the ten rows of the test database. With a hundred thousand it reads them
all, keeps them in memory, and sends them to a client that shows twenty; one call takes the worker down.

## Improve

Take `limit` and `offset`, or a cursor, and hand them to the query. Order the query, so that pages do not overlap.

## When not to apply

Lists that do not come from storage, such as constants and enumerations, and lists that are short by what they are
for: today's, the newest, suggestions.

## Read

- [Query parameters](https://fastapi.tiangolo.com/tutorial/query-params/)
- [Limits and offsets in SQLModel](https://sqlmodel.tiangolo.com/tutorial/fastapi/limit-and-offset/)

```python bad
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Order, get_session
from app.orders import open_orders

app = FastAPI()


@app.get("/orders", response_model=list[int])
def list_orders(session: Session = Depends(get_session)):  # finding
    return session.scalars(select(Order.id)).all()


@app.get("/orders/open", response_model=list[int])
def list_open_orders(session: Session = Depends(get_session)):  # finding
    return open_orders(session)
```

```python bad app/orders.py
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Order


def open_orders(session: Session) -> list[int]:
    rows = session.execute(select(Order)).scalars().all()
    return [order.id for order in rows]
```

```python bad app/database.py
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


def get_session() -> Iterator[Session]:
    with Session(create_engine("sqlite://")) as session:
        yield session
```

```python fixed
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Order, get_session

app = FastAPI()


@app.get("/orders", response_model=list[int])
def list_orders(
    session: Session = Depends(get_session), limit: Annotated[int, Query(le=100)] = 20, offset: int = 0
):
    return session.scalars(select(Order.id).order_by(Order.id).limit(limit).offset(offset)).all()


@app.get("/colours")
def colours() -> list[str]:
    return ["red", "blue"]
```

```python fixed app/database.py
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


def get_session() -> Iterator[Session]:
    with Session(create_engine("sqlite://")) as session:
        yield session
```

One row for each group is no list that grows with what is stored:

```python not-applicable
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str]


engine = create_engine("sqlite://")
app = FastAPI()


def get_session():
    with Session(engine) as session:
        yield session


@app.get("/totals")
def totals(session: Annotated[Session, Depends(get_session)]) -> list[dict[str, int]]:
    rows = session.execute(select(Order.country, func.count(Order.id)).group_by(Order.country)).all()
    return [{country: count} for country, count in rows]
```
"""

import re

from fastreview.api import (
    Code,
    Confidence,
    Found,
    Hit,
    NotApplicable,
    Origin,
    Place,
    Project,
    Related,
    Route,
    check,
    syntax,
)
from fastreview_checks.knowledge.paging import BRIEF, asks_by_id, is_paged, may_be_list, takes_page
from fastreview_checks.knowledge.storage import pages, reads_relation
from fastreview_checks.knowledge.stored_lists import asks, list_origin
from fastreview_checks.knowledge.unread_routes import without_endpoint

_CHILDREN = frozenset({"children", "submenus", "subitems", "hijos"})
_TREE = re.compile(r"(?:^|_)trees?(?:$|_)|Tree(?:$|[A-Z])")


@check("DAT005", dimension="data", level=1, gate=True, each=Route, effort="hours")
def unpaginated_list(route: Route, project: Project) -> Found:
    if not asks(route, project) or not route.is_api:
        raise NotApplicable("not a route that reads")
    if route.endpoint is None:
        raise without_endpoint(route)
    if route.answers is not None and not may_be_list(route.answers, project):
        raise NotApplicable("the answer is not a list")
    if BRIEF.search(f"{route.path}/{route.endpoint.name}"):
        raise NotApplicable("a list that is short by what it is for: today's, the newest, suggestions")
    origin = list_origin(route.endpoint, project)
    if origin is None:
        if route.answers is not None and takes_page(route, project):
            return
        raise NotApplicable("no list from storage is returned, as far as the code shows")
    if is_paged(route, project):
        return
    if _grouped(origin):
        raise NotApplicable("one row for each group: sums and counts")
    if asks_by_id(route):
        raise NotApplicable("the client names the rows that it wants")
    if route.path.rstrip("/").endswith("}") and reads_relation(origin.expr, origin.code, project):
        raise NotApplicable("the parts of the one row that the path names")
    passed = (origin.code, *(step.function for step in origin.through))
    if origin.chosen and any(_grows_tree(code) for code in passed):
        raise NotApplicable("a tree, whose parts belong together")
    if any(pages(code) for code in passed):
        # A fixed number of rows: the newest ten are meant to be ten.
        return
    yield Hit(
        route.endpoint.place,
        f"{route.key} returns every row that it finds: it takes neither a limit nor a page, and gets slower with "
        f"each row. Give `{route.endpoint.name}` a limit and an offset or a cursor, and hand them to the query.",
        related=(Related(_place(origin), "all rows are read here"),),
        confidence=Confidence.LIKELY,
    )


def _grows_tree(code: Code) -> bool:
    """Whether rows are hung below one another: ``by_id[row.parent_id].children.append(row)``, ``build_tree(rows)``."""
    if any(_TREE.search(name) for name in (code.qualname.rpartition(".")[2], *code.called)):
        return True
    nodes = (node for stmt in code.statements for expr in syntax.expressions(stmt) for node in syntax.walk(expr))
    return any(
        node in _CHILDREN if isinstance(node, str) else _names_children(node) for node in nodes if node is not None
    )


def _names_children(node: syntax.Expr) -> bool:
    match node:
        case syntax.Ref(name=name):
            return not _CHILDREN.isdisjoint(name.split(".")[1:])
        case syntax.Attribute(attr=attr):
            return attr in _CHILDREN
        case syntax.Call(keywords=keywords):
            return any(keyword.name in _CHILDREN for keyword in keywords)
    return False


def _grouped(origin: Origin) -> bool:
    """Whether the database sums rows up: the answer grows with the groups, not with the rows."""
    names = (node.root for node in syntax.walk(origin.expr) if isinstance(node, syntax.Ref))
    made = (b.expr for name in names for b in origin.code.bindings.get(name, ()) if b.kind == "assign")
    calls = (node for expr in (origin.expr, *made) for node in syntax.walk(expr) if isinstance(node, syntax.Call))
    return any(call.method == "group_by" for call in calls)


def _place(origin: Origin) -> Place:
    if isinstance(origin.expr, syntax.Call):
        return Place(origin.code.module.path, origin.expr.line)
    reading = (s for s in origin.code.statements if any(origin.expr in syntax.walk(e) for e in syntax.expressions(s)))
    return Place(origin.code.module.path, next((getattr(s, "line", 0) for s in reading), 0))
