"""SQL built from request text

Text that a client sends and that becomes part of an SQL statement is run as SQL: a search box reads other people's rows, a
sort parameter drops a table. Quoting by hand does not help, and an ORM does not either where it is handed finished text.

## Improve

Pass values as parameters: `text("... where name = :name")` with `{"name": name}`, or the expressions of the ORM. Names of
columns and directions cannot be parameters: map them from an enumeration to columns.

## When not to apply

Values that cannot hold text (numbers, UUIDs, dates, enumerations) and names that are looked up among allowed ones are not
reported, nor is SQL put together from constants.

## Read

- [SQLAlchemy: bound parameters](https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text)
- [OWASP: query parameterisation](https://cheatsheetseries.owasp.org/cheatsheets/Query_Parameterization_Cheat_Sheet.html)

```python bad
from fastapi import FastAPI
from sqlalchemy import text

from app.search import find
from app.database import SessionDep

app = FastAPI()


@app.get("/orders")
async def orders(session: SessionDep, sort: str = "id") -> list[int]:
    rows = await session.execute(text(f"select id from orders order by {sort}"))  # finding
    return [row.id for row in rows]


@app.get("/products")
async def products(session: SessionDep, name: str) -> list[int]:
    return await find(session, name.strip())
```

```python bad app/search.py
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def find(session: AsyncSession, name: str) -> list[int]:
    query = "select id from products where name like '%" + name + "%'"
    return list(await session.scalars(text(query)))  # finding
```

```python bad app/database.py
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"), expire_on_commit=False)


async def get_session():
    async with sessions() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]
```

The name of something that is stored is no text of the client's choice; that it stays so is worth a look:

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_session

SessionDep = Annotated[AsyncSession, Depends(get_session)]
app = FastAPI()


@app.delete("/tenants/{name}")
async def drop(session: SessionDep, name: str) -> None:
    row = await session.scalar(text("select 1 from tenants where name = :name"), {"name": name})
    if not row:
        raise HTTPException(404)
    await session.execute(text(f"drop schema {name} cascade"))  # finding
```

```python good
from enum import Enum
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_session

SORTS = {"newest": "placed_at desc", "oldest": "placed_at"}
TABLE = "orders"
SessionDep = Annotated[AsyncSession, Depends(get_session)]
app = FastAPI()


class Sort(str, Enum):
    newest = "placed_at desc"


@app.get("/orders")
async def orders(session: SessionDep, sort: str = "newest", then: Sort = Sort.newest) -> list[int]:
    rows = await session.scalars(text(f"select id from {TABLE} order by {SORTS[sort]}, {then.value}"))
    return list(rows)


@app.get("/products")
async def products(session: SessionDep, name: str, limit: int = 10) -> list[int]:
    query = text(f"select id from products where name = :name limit {limit}")
    return list(await session.scalars(query, {"name": name}))


@app.get("/columns/{column}")
async def column(session: SessionDep, column: str) -> list[str]:
    if column not in ("id", "name"):
        return []
    return list(await session.scalars(text(f"select {column} from products")))
```

```python good app/database.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"), expire_on_commit=False)


async def get_session():
    async with sessions() as session:
        yield session
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Project, Related, check, syntax
from fastreview_checks.knowledge.data.sql_text import NAMES, inserted, sql_of
from fastreview_checks.knowledge.taint import REWRITTEN, Taint, is_checked, is_stored


@check("DAT010", dimension="data", level=1, never=True, effort="hours")
def sql_built_from_strings(project: Project) -> Found:
    applies = False
    for site in project.calls(*NAMES):
        sql = sql_of(site, project)
        if isinstance(sql, syntax.Missing):
            continue
        applies = True
        parts = inserted(sql, site.code)
        sources = (Taint(project, rewritten=REWRITTEN).of(part, site.code) for part in parts)
        source = next((s for s in sources if s is not None and not is_checked(s, project)), None)
        if source is None:
            continue
        yield Hit(
            site.place,
            f"{source.said[:1].upper()}{source.said[1:]} becomes part of this SQL as it came: a client can add statements and "
            "conditions of its own. Pass values as parameters, and map names of columns from an enumeration.",
            symbol=f"{site.code.qualname} {source.said}",
            related=(
                Related(source.place, f"{source.said} comes from the request"),
                *(Related(place, said) for place, said in source.way),
            ),
            confidence=Confidence.POSSIBLE
            if is_stored(source)
            else Confidence.LIKELY
            if source.way
            else Confidence.CERTAIN,
        )
    if not applies:
        raise NotApplicable("no SQL is written as text")
