"""What holds connections: engines, pools, sessions and clients, by the call that makes one.

Sources: the documentation of the libraries. Brokers' task apps (Celery, dramatiq) are no resources: workers import them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import BASES, CallSite, External, Function, Module, Place, Project, Related, syntax
from fastreview_checks.knowledge.drivers import ASYNC_DRIVERS, SYNC_DRIVERS
from fastreview_checks.knowledge.importing import asides, imported_by_app

_ENGINE = "a database engine"
_CLIENT = "an HTTP client"

RESOURCES = {
    "sqlalchemy.create_engine": _ENGINE,
    "sqlmodel.create_engine": _ENGINE,
    "sqlalchemy.engine_from_config": _ENGINE,
    "sqlalchemy.ext.asyncio.create_async_engine": _ENGINE,
    "sqlalchemy.ext.asyncio.async_engine_from_config": _ENGINE,
    "sqlalchemy.orm.scoped_session": "a database session",
    "sqlalchemy.ext.asyncio.async_scoped_session": "a database session",
    "databases.Database": "a database client",
    "pymongo.MongoClient": "a MongoDB client",
    "pymongo.AsyncMongoClient": "a MongoDB client",
    "motor.motor_asyncio.AsyncIOMotorClient": "a MongoDB client",
    "mongoengine.connect": "a MongoDB client",
    "peewee.PostgresqlDatabase": _ENGINE,
    "peewee.MySQLDatabase": _ENGINE,
    "peewee.SqliteDatabase": _ENGINE,
    "redis.ConnectionPool.from_url": "a Redis pool",
    "redis.asyncio.ConnectionPool.from_url": "a Redis pool",
    "redis.asyncio.ConnectionPool": "a Redis pool",
    "psycopg_pool.ConnectionPool": "a connection pool",
    "psycopg_pool.AsyncConnectionPool": "a connection pool",
    "psycopg2.pool.ThreadedConnectionPool": "a connection pool",
    "psycopg2.pool.SimpleConnectionPool": "a connection pool",
    "httpx.Client": _CLIENT,
    "httpx.AsyncClient": _CLIENT,
    "aiohttp.ClientSession": _CLIENT,
    "requests.Session": _CLIENT,
    "requests.session": _CLIENT,
    "aioboto3.Session": "an AWS session",
    "boto3.session.Session": "an AWS session",
    "boto3.Session": "an AWS session",
    "opensearchpy.OpenSearch": "an OpenSearch client",
    "opensearchpy.AsyncOpenSearch": "an OpenSearch client",
    "neo4j.GraphDatabase.driver": "a Neo4j driver",
    "neo4j.AsyncGraphDatabase.driver": "a Neo4j driver",
    "kafka.KafkaProducer": "a Kafka producer",
    "aiokafka.AIOKafkaProducer": "a Kafka producer",
    "confluent_kafka.Producer": "a Kafka producer",
    "minio.Minio": "an object store client",
    "supabase.create_client": "a Supabase client",
    "qdrant_client.QdrantClient": "a vector store client",
    "chromadb.PersistentClient": "a vector store client",
    "chromadb.HttpClient": "a vector store client",
    "openai.OpenAI": "an OpenAI client",
    "openai.AsyncOpenAI": "an OpenAI client",
    "anthropic.Anthropic": "an Anthropic client",
    "anthropic.AsyncAnthropic": "an Anthropic client",
    "google.cloud.storage.Client": "a Google Cloud client",
    "google.cloud.firestore.Client": "a Google Cloud client",
    "google.cloud.pubsub_v1.PublisherClient": "a Google Cloud client",
    "twilio.rest.Client": "a Twilio client",
    "tortoise.Tortoise.init": "database connections",
    "tortoise.contrib.fastapi.register_tortoise": "database connections",
    "tortoise.contrib.fastapi.RegisterTortoise": "database connections",
    "aerich.Command.init": "database connections",
    "beanie.init_beanie": "database connections",
    "arq.create_pool": "a queue's connection pool",
}
for _name in (*SYNC_DRIVERS, *ASYNC_DRIVERS):
    RESOURCES.setdefault(_name, f"{'an' if _name[0] in 'aeio' else 'a'} {_name.partition('.')[0]} client")

LAST_NAMES = frozenset(name.rpartition(".")[2] for name in RESOURCES)
_PASSED_ON = frozenset({"tortoise.contrib.fastapi.register_tortoise"})
"""Calls that only ask the app to open the resource when it starts."""

_TASK_APPS = frozenset({"Celery", "RedisHuey", "SqliteHuey", "PriorityRedisHuey", "Rocketry"})

MAX_UP = 4


class Made(NamedTuple):
    """A resource: where it is made, what it is, and the way from the top of a module, if it is made on import."""

    place: Place
    what: str
    related: tuple[Related, ...]
    on_import: bool


def resource(site: CallSite, project: Project) -> str:
    """What a call makes, or ""."""
    if site.call.method not in LAST_NAMES:
        return ""
    value = project.values.target(site)
    if not isinstance(value, External):
        return ""
    return RESOURCES.get(value.name, "") or RESOURCES.get(BASES.get(value.name, ""), "")


def made_resources(project: Project) -> Iterator[Made]:
    """Resources that the code makes, each once."""
    loaded = {id(module) for module in imported_by_app(project)}
    for site in project.calls(*LAST_NAMES):
        what = resource(site, project)
        if not what or site.deferred:
            continue
        if isinstance(site.code, Function) and (_is_entered(site) or _stays_inside(site) or _is_for_tasks(site.code)):
            # `with httpx.Client() as client` in a function: closed where it is made.
            yield Made(site.place, what, (), on_import=False)
            continue
        top = site if isinstance(site.code, Module) else _top(site, project)
        if top is None or _is_passed_on(site, project):
            yield Made(site.place, what, (), on_import=False)
        elif id(top.code) in loaded and top.call.line not in asides(top.code.module)[0]:
            far = () if top is site else (Related(site.place, f"{what} is made here"),)
            yield Made(top.place, what, far, on_import=True)
    for module in project.service_modules:
        for cls in module.classes if id(module) in loaded else ():
            for field in cls.facts.fields:
                if type(field.value) is syntax.Call and field.value.method in LAST_NAMES:
                    value = project.values.of(field.value.func, module)
                    if isinstance(value, External) and value.name in RESOURCES:
                        yield Made(Place(module.path, field.line), RESOURCES[value.name], (), on_import=True)


def _is_entered(site: CallSite) -> bool:
    return any(node is site.call for entered, _, _ in site.code.uses.entered for node in syntax.walk(entered))


def _is_for_tasks(function: Function) -> bool:
    """Whether it makes the task app of a broker, which workers import."""
    return any(name.endswith("Broker") or name in _TASK_APPS for name in function.facts.called)


def _stays_inside(site: CallSite) -> bool:
    """Whether it only gets a name of the function that makes it, which neither returns it nor hands it to anything."""
    names = {
        name
        for name, bindings in site.code.bindings.items()
        if "." not in name and any(binding.expr is site.call for binding in bindings)
    }
    if not names:
        return False
    for stmt in site.code.statements:
        if type(stmt) is syntax.Names and stmt.kind != "del":
            return False
        if isinstance(stmt, syntax.Return | syntax.Assign) and _names(stmt.value) & names:
            return False
        calls = (node for e in syntax.expressions(stmt) for node in syntax.walk(e) if type(node) is syntax.Call)
        arguments = (a for node in calls for a in (*node.args, *(k.value for k in node.keywords)))
        if any(_names(argument) & names for argument in arguments):
            return False
    return True


def _names(expr: syntax.Expr) -> set[str]:
    return {node.name for node in syntax.walk(expr) if type(node) is syntax.Ref}


def _is_passed_on(site: CallSite, project: Project) -> bool:
    value = project.values.target(site)
    return isinstance(value, External) and value.name in _PASSED_ON


def _top(site: CallSite, project: Project) -> CallSite | None:
    """The call at the top of a module that makes ``site`` run on import; None where no such way is known."""
    # What the function that builds an app makes belongs to the app it returns.
    factories = {id(app.router.code) for app in project.apps if app.router is not None}
    level = [site.code]
    seen = {id(site.code)}
    for _ in range(MAX_UP):
        following: list[Function] = []
        for code in level:
            if not isinstance(code, Function) or code.is_async or code.facts.yields or id(code) in factories:
                continue
            for caller in project.callers(code):
                if isinstance(caller.code, Module):
                    if not caller.deferred and caller.code.kind == "service":
                        return caller
                elif isinstance(caller.code, Function) and id(caller.code) not in seen:
                    seen.add(id(caller.code))
                    following.append(caller.code)
        level = list(following)
    return None
