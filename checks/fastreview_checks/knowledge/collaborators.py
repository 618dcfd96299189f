"""What a function works with and was not given: sessions and clients that it makes, objects that modules hold.

Sources: the documentation of SQLAlchemy's sessions and of the clients in `resources`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import BASES, Class, External, Function, Instance, Module, Place, Project, Value, Variable, syntax
from fastreview_checks.knowledge.resources import RESOURCES, resource

_FACTORIES = frozenset({"sqlalchemy.orm.sessionmaker", "sqlalchemy.ext.asyncio.async_sessionmaker"})
_SESSIONS = frozenset(
    {
        "sqlalchemy.orm.Session",
        "sqlalchemy.ext.asyncio.AsyncSession",
        "sqlmodel.Session",
        "sqlmodel.ext.asyncio.session.AsyncSession",
    }
)
_HELD = frozenset(
    {
        "sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.engine.Engine", "sqlalchemy.ext.asyncio.AsyncEngine",
        "redis.Redis", "redis.asyncio.Redis", "pymongo.MongoClient", "pymongo.database.Database", "pymongo.collection.Collection",
        "motor.motor_asyncio.AsyncIOMotorClient", "motor.motor_asyncio.AsyncIOMotorDatabase", "motor.motor_asyncio.AsyncIOMotorCollection",
        "httpx.Client", "httpx.AsyncClient", "requests.Session", "aiohttp.ClientSession", "databases.Database", "boto3.Client",
        "boto3.Resource", "elasticsearch.Elasticsearch", "fastapi_mail.FastMail",
    }
)  # fmt: skip


class Collaborator(NamedTuple):
    """``what`` reads after the name of the function, before ``name``."""

    place: Place
    what: str
    name: str


def collaborators(function: Function, project: Project) -> Iterator[Collaborator]:
    for site in function.calls:
        call = site.call
        value = project.values.target(site)
        name = call.name or call.method
        if _makes_session(value) or resource(site, project):
            yield Collaborator(site.place, "makes its own", name)
        elif name.count(".") == 1 or (name.count(".") == 2 and not name.startswith("self.")):
            held = _held(name.partition(".")[0], function, project)
            if held:
                yield Collaborator(site.place, f"uses {held}", name.partition(".")[0])


def _makes_session(value: Value | None) -> bool:
    match value:
        case Instance(of=External(name=name)):
            return name in _FACTORIES
        case External(name=name):
            return name in _SESSIONS
    return False


def _held(root: str, function: Function, project: Project) -> str:
    """What a module holds under ``root``, in words; "" for what is no collaborator."""
    found = project.names.resolve(function, root)
    if not isinstance(found, Variable) or not isinstance(found.code, Module):
        return ""
    value = project.values.settle(found)
    if not isinstance(value, Instance):
        return ""
    if isinstance(value.of, External):
        known = value.of.name in _HELD or value.of.name in RESOURCES or BASES.get(value.of.name, "") in _HELD
        return "the client of a module," if known else ""
    return "the object of a module," if _works_outside(value.of, project) else ""


def _works_outside(cls: Class, project: Project) -> bool:
    """Whether objects of the class keep a client or a connection; what keeps none is a group of functions."""
    kept = (pair for one in cls.ancestry.project for pairs in one.self_assigned.values() for pair in pairs)
    for method, stmt in kept:
        value = project.values.of(stmt.value, method) if type(stmt.value) is syntax.Call else None
        name = value.of.name if isinstance(value, Instance) and isinstance(value.of, External) else ""
        if name in _HELD or name in RESOURCES:
            return True
    return False
