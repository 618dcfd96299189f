"""What opens databases: engines, clients and pools, synchronous and not, and sessions made from them.

Sources: the documentation of SQLAlchemy, SQLModel, PyMongo, Motor, Tortoise, Beanie, Peewee, databases, asyncpg, psycopg.
"""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import BASES, CallSite, Class, External, Instance, Project
from fastreview_checks.knowledge.drivers import ASYNC_DRIVERS, SYNC_DRIVERS

_NO_DATABASES = ("redis.", "boto3.", "elasticsearch.")
SYNC = frozenset(name for name in SYNC_DRIVERS if not name.startswith(_NO_DATABASES)) | {
    "peewee.PostgresqlDatabase", "peewee.SqliteDatabase", "peewee.MySQLDatabase", "psycopg2.pool.SimpleConnectionPool",
    "psycopg2.pool.ThreadedConnectionPool",
}  # fmt: skip
ASYNC = frozenset(name for name in ASYNC_DRIVERS if not name.startswith(_NO_DATABASES)) | {
    "sqlalchemy.ext.asyncio.async_engine_from_config", "tortoise.contrib.fastapi.register_tortoise",
    "tortoise.contrib.fastapi.RegisterTortoise", "tortoise.Tortoise.init", "beanie.init_beanie", "psycopg_pool.AsyncConnectionPool",
    "psycopg.AsyncConnection.connect", "aiomysql.create_pool", "sqlalchemy.ext.asyncio.AsyncEngine",
}  # fmt: skip
_KNOWN = frozenset(name.rpartition(".")[2] for name in SYNC | ASYNC)
_LAST_WORDS = ("AsyncEngine", *sorted(_KNOWN))

SESSION = "sqlalchemy.orm.Session"
ASYNC_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"
SESSIONS = frozenset({SESSION, ASYNC_SESSION})


@lru_cache(maxsize=1)
def created(project: Project) -> tuple[tuple[CallSite, str], ...]:
    """Calls that open a database in the service, with their full names; migrations open one too, and are left out."""
    return tuple(_created(project))


def _created(project: Project) -> Iterator[tuple[CallSite, str]]:
    wrapped: set[int] = set()
    for site in project.calls(*_LAST_WORDS, *_aliases(project)):
        if not any(i.module.partition(".")[0] == "alembic" for i in site.code.module.facts.imports):
            target = project.values.target(site)
            name = target.name if isinstance(target, External) else ""
            if name == "sqlalchemy.ext.asyncio.AsyncEngine":
                wrapped.update(id(given) for given in site.call.args)
            elif name in SYNC or name in ASYNC:
                yield site, "sqlalchemy.ext.asyncio.AsyncEngine" if id(site.call) in wrapped else name


def _aliases(project: Project) -> frozenset[str]:
    """Other names under which modules import what opens a database."""
    return frozenset(
        found.alias
        for module in project.service_modules
        for found in module.facts.imports
        if found.alias and found.name in _KNOWN
    )


def session_made(site: CallSite, project: Project) -> str:
    """The class of the session that a call opens, or "": ``Session(engine)``, ``SessionLocal()``."""
    target = project.values.target(site)
    if isinstance(target, External):
        name = BASES.get(target.name, target.name)
        return name if name in SESSIONS else ""
    if isinstance(target, Class):
        return next((base for base in sorted(SESSIONS) if base in _bases(target)), "")
    # A factory is an instance of sessionmaker that is called.
    if not isinstance(target, Instance) or not isinstance(target.of, External):
        return ""
    return {
        "sqlalchemy.orm.sessionmaker": SESSION,
        "sqlalchemy.ext.asyncio.async_sessionmaker": ASYNC_SESSION,
    }.get(target.of.name, "")


def _bases(cls: Class) -> frozenset[str]:
    return frozenset(BASES.get(base, base) for base in cls.ancestry.external)
