"""Foreign key without an index

PostgreSQL and SQLite index no foreign key by themselves. Reading the lines of an order then scans all lines, and deleting an
order does so too, under a lock: fast in tests, slow with the first million rows.

## Improve

Give the column `index=True`, or an `Index` that begins with it, and create it in a migration (`CONCURRENTLY` on large tables).

## When not to apply

MySQL and MariaDB index foreign keys themselves. Small tables that hardly change need none.

## Read

- [PostgreSQL: foreign keys](https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK)
- [SQLAlchemy: indexes](https://docs.sqlalchemy.org/en/20/core/constraints.html#indexes)

```python bad
from fastapi import FastAPI
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))  # finding
```

```python good
from fastapi import FastAPI
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Line(Base):
    __tablename__ = "lines"
    __table_args__ = (Index("ix_lines_product", "product_id", "id"),)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), index=True)
```

```python not-applicable
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
```
"""

from functools import lru_cache

from fastreview.api import Found, Hit, NotApplicable, Place, Project, Related, Table, check
from fastreview_checks.knowledge.data.indexes import has_references, references

_INDEX_THEMSELVES = frozenset({"aiomysql", "asyncmy", "pymysql", "mysqlclient", "mysql-connector-python"})
_OTHERS = frozenset({"asyncpg", "psycopg", "psycopg2", "psycopg2-binary", "aiosqlite"})


@check("DAT012", dimension="data", level=3, credit=2, each=Table, effort="hours", per_file=True)
def missing_index(table: Table, project: Project) -> Found:
    if table.orm not in ("sqlalchemy", "sqlmodel") or not has_references(table):
        raise NotApplicable("a table without foreign keys")
    if _indexes_themselves(project):
        raise NotApplicable("the database indexes foreign keys itself")
    found = list(references(table, project))
    if found:
        first, others = found[0], found[1:]
        more = f" (and {len(others)} more here)" if others else ""
        yield Hit(
            Place(table.place.path, first.line),
            f"`{table.name}.{first.column}`{more} refers to another table and has no index: joins and deletes there scan all of "
            f"`{table.name}`. Give it `index=True`, and create the index in a migration.",
            symbol=first.column,
            related=tuple(Related(Place(table.place.path, one.line), f"`{one.column}`") for one in others),
            others=tuple(Place(table.place.path, one.line) for one in others),
        )


@lru_cache(maxsize=1)
def _indexes_themselves(project: Project) -> bool:
    declared = {requirement.name for requirement in project.facts.files.requirements}
    return bool(declared & _INDEX_THEMSELVES) and not declared & _OTHERS
