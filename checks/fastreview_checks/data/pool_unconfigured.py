"""Connection pool left to chance

An engine without settings opens five connections and ten more, waits half a minute for one, and hands out those that the database
or a firewall has closed in the meantime: after a restart of the database each of them costs a user an error. Connections that
nobody disposes of stay open on the server until it notices.

## Improve

Decide `pool_size`, `max_overflow`, `pool_pre_ping` and `pool_recycle` in the settings, and dispose of the engine when the
lifespan ends.

## When not to apply

SQLite, engines with `NullPool` behind a pooler, and engines of scripts.

## Read

- [SQLAlchemy: connection pooling](https://docs.sqlalchemy.org/en/20/core/pooling.html)
- [FastAPI: lifespan events](https://fastapi.tiangolo.com/advanced/events/)

```python bad
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

from app.settings import settings

engine = create_async_engine(settings.database_url)  # finding
app = FastAPI()
```

```python bad app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str


settings = Settings()
```

```python fixed
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

from app.settings import settings

engine = create_async_engine(settings.database_url, pool_size=10, pool_pre_ping=True, pool_recycle=1800)


@asynccontextmanager
async def lifespan(app: FastAPI):
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
```

```python fixed app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str


settings = Settings()
```

```python not-applicable
from fastapi import FastAPI
from sqlalchemy import create_engine

engine = create_engine("sqlite:///shop.db")
app = FastAPI()
```

```python not-applicable
import os

from databases import Database
from fastapi import FastAPI
from sqlalchemy import MetaData, create_engine

database = Database(os.environ["DATABASE_URL"])
engine = create_engine(os.environ["DATABASE_URL"])
MetaData().create_all(engine)
app = FastAPI()
```
"""

from fastreview.api import CallSite, Found, Hit, Met, NotApplicable, Project, check, syntax
from fastreview_checks.knowledge.data.engines import SYNC, created

_POOL = ("pool_size", "max_overflow", "pool_pre_ping", "pool_recycle", "pool_timeout", "poolclass", "pool", "creator")


@check("DAT013", dimension="data", level=2, credit=1, effort="minutes")
def pool_unconfigured(project: Project) -> Found:
    opened = created(project)
    # Beside a `databases.Database` a synchronous engine makes the tables, and its pool serves no request.
    unused = SYNC if any(name == "databases.Database" for _, name in opened) else frozenset[str]()
    engines = [
        s for s, name in opened if "engine" in name.lower() and name not in unused and not _is_sqlite(s, project)
    ]
    if not engines:
        raise NotApplicable("no engine of SQLAlchemy with a pool is created")
    disposed = next(iter(project.calls("dispose")), None)
    decided = [site for site in engines if _decides(site.call)]
    if not decided:
        also = "" if disposed else ", and dispose of the engine when the lifespan ends"
        yield Hit(
            engines[0].place,
            "This engine leaves its connection pool to the defaults: a connection that the database has closed fails the next "
            f"request, and there are fifteen at most. Decide `pool_size`, `pool_pre_ping` and `pool_recycle`{also}.",
            symbol="pool",
        )
    elif disposed is None:
        yield Hit(
            decided[0].place,
            "The pool is configured, but nothing disposes of the engine: when the service stops, its connections are cut off "
            "instead of closed. Call `dispose()` when the lifespan ends.",
            symbol="dispose",
        )
    else:
        yield Met(decided[0].place, "The connection pool is configured, and disposed of at the end.")


def _decides(call: syntax.Call) -> bool:
    return any(not k.name or k.name in _POOL for k in call.keywords)


def _is_sqlite(site: CallSite, project: Project) -> bool:
    given = site.call.argument(0, "url")
    text = None if isinstance(given, syntax.Missing) else project.constants.text(given, site.code, None)
    if text is None and isinstance(given, syntax.Text) and given.parts and isinstance(given.parts[0], str):
        text = given.parts[0]
    return (text or "").startswith("sqlite")
