"""ORM used in its older style

`Column` without `Mapped` tells type checkers and editors nothing: every attribute of a row is unknown to them, and a
misspelt one is found in production. `session.query` does not exist on async sessions, so each such query also stands in the
way of an async stack, and new features of SQLAlchemy reach `select()` only.

## Improve

Declare tables with `DeclarativeBase`, `Mapped[...]` and `mapped_column()`, and query with `select()`. Other ORMs have their own
renamed options: use the current names.

## When not to apply

SQLModel, imperative mappings and tables of SQLAlchemy Core are current. One old column among many new ones is not reported,
and one old query or table among ten does not decide.

## Read

- [SQLAlchemy: migrating to 2.0](https://docs.sqlalchemy.org/en/20/changelog/migration_20.html)
- [SQLAlchemy: ORM quick start](https://docs.sqlalchemy.org/en/20/orm/quickstart.html)

```python bad
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.database import get_session
from app.models import Order

app = FastAPI()


@app.get("/orders/{order_id}")
def read_order(order_id: int, session: Session = Depends(get_session)) -> str:
    return session.query(Order).filter(Order.id == order_id).one().status  # finding
```

```python bad app/models.py
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Order(Base):  # finding
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    status = Column(String)
```

```python bad app/database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


def get_session():
    with SessionLocal() as session:
        yield session
```

```python fixed
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.database import get_session

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]


@app.get("/orders/{order_id}")
def read_order(order_id: int, session: Session = Depends(get_session)) -> str:
    return session.scalars(select(Order).where(Order.id == order_id)).one().status
```

```python fixed app/database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


def get_session():
    with SessionLocal() as session:
        yield session
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import Found, Hit, Met, Project, check
from fastreview_checks.knowledge.data.orm_style import OrmUse


@check("DAT001", dimension="data", level=1, gate=True, each=OrmUse, effort="hours", per_file=True)
def legacy_orm_style(use: OrmUse, project: Project) -> Found:
    if use.old:
        yield Hit(
            use.place,
            f"`{use.key}` is written with `{use.old}`, the older style: {use.why}. Use `{use.new}`.",
            symbol=use.old,
        )
    elif use.shown:
        yield Met(use.place, "The tables are declared, and queries written, in the ORM's current style.")
