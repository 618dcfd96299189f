"""What a function works with and was not given: sessions and clients that it makes, objects that modules hold.

Sources: the documentation of SQLAlchemy's sessions and of the clients in `resources`.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import BASES, Class, External, Function, Instance, Module, Place, Project, Value, Variable, syntax
from fastreview_checks.knowledge.resources import LAST_NAMES, RESOURCES, resource

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
    given = {p.name for p in function.facts.parameters}
    local = given | function.bindings.keys()
    for site in function.calls:
        call = site.call
        name = call.func.name if type(call.func) is syntax.Ref else call.method
        root, *rest = name.split(".")
        if root in local:
            continue
        made = (rest[-1] if rest else root) in LAST_NAMES and resource(site, project)
        if made or _makes_session(project.values.of(call.func, function)):
            if not _is_made_of(site.call, given):
                yield Collaborator(site.place, "makes its own", name)
        elif (len(rest) == 1 or (len(rest) == 2 and root != "self")) and _held(root, function, project):
            # `client.get` and `database.orders.find`.
            yield Collaborator(site.place, "uses a module's", root)


def _is_made_of(call: syntax.Call, given: set[str]) -> bool:
    """Whether it is made of what the function was given, such as the credentials of a request: nobody else could make it."""
    arguments = (*call.args, *(k.value for k in call.keywords))
    nodes = (node for argument in arguments for node in syntax.walk(argument))
    return any(isinstance(node, syntax.Ref) and node.name.partition(".")[0] in given for node in nodes)


def _makes_session(value: Value | None) -> bool:
    if type(value) is External:
        return value.name in _SESSIONS
    return type(value) is Instance and type(value.of) is External and value.of.name in _FACTORIES


def _held(root: str, function: Function, project: Project) -> bool:
    """Whether a module holds a client, session or what works with one under ``root``."""
    found = project.names.resolve(function, root)
    if not isinstance(found, Variable) or not isinstance(found.code, Module):
        return False
    value = project.values.settle(found)
    if not isinstance(value, Instance):
        return False
    if isinstance(value.of, External):
        return value.of.name in _HELD or value.of.name in RESOURCES or BASES.get(value.of.name, "") in _HELD
    return _works_outside(value.of, project)


@lru_cache(maxsize=1_000)
def _works_outside(cls: Class, project: Project) -> bool:
    """Whether objects of the class keep a client or a connection; what keeps none is a group of functions."""
    kept = (pair for one in cls.ancestry.project for pairs in one.self_assigned.values() for pair in pairs)
    for method, stmt in kept:
        value = project.values.of(stmt.value, method) if type(stmt.value) is syntax.Call else None
        name = value.of.name if isinstance(value, Instance) and isinstance(value.of, External) else ""
        if name in _HELD or name in RESOURCES:
            return True
    return False
