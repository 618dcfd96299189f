"""What has to be closed by who opened it: sessions, connections, clients and files, by the call that opens one.

Sources: the documentation of the libraries.
"""

import re
from collections.abc import Iterator

from fastreview.api import BASES, CallSite, External, Function, Instance, Project, syntax

_SESSION = "a database session"
_CONNECTION = "a database connection"
_CLIENT = "an HTTP client"
_REDIS = "a Redis connection"

OPENED = {
    "sqlalchemy.orm.Session": _SESSION,
    "sqlalchemy.ext.asyncio.AsyncSession": _SESSION,
    "sqlalchemy.engine.Engine.connect": _CONNECTION,
    "sqlalchemy.engine.Engine.raw_connection": _CONNECTION,
    "sqlalchemy.ext.asyncio.AsyncEngine.connect": _CONNECTION,
    "sqlite3.connect": _CONNECTION,
    "psycopg.connect": _CONNECTION,
    "psycopg.Connection.connect": _CONNECTION,
    "psycopg.AsyncConnection.connect": _CONNECTION,
    "psycopg2.connect": _CONNECTION,
    "asyncpg.connect": _CONNECTION,
    "aiosqlite.connect": _CONNECTION,
    "aiomysql.connect": _CONNECTION,
    "pymysql.connect": _CONNECTION,
    "mysql.connector.connect": _CONNECTION,
    "pyodbc.connect": _CONNECTION,
    "oracledb.connect": _CONNECTION,
    "pymongo.MongoClient": "a MongoDB client",
    "pymongo.AsyncMongoClient": "a MongoDB client",
    "motor.motor_asyncio.AsyncIOMotorClient": "a MongoDB client",
    "redis.Redis": _REDIS,
    "redis.from_url": _REDIS,
    "redis.Redis.from_url": _REDIS,
    "redis.asyncio.Redis": _REDIS,
    "redis.asyncio.from_url": _REDIS,
    "redis.asyncio.Redis.from_url": _REDIS,
    "httpx.Client": _CLIENT,
    "httpx.AsyncClient": _CLIENT,
    "aiohttp.ClientSession": _CLIENT,
    "requests.Session": _CLIENT,
    "builtins.open": "a file",
    "tempfile.NamedTemporaryFile": "a file",
    "tempfile.TemporaryDirectory": "a folder",
    "smtplib.SMTP": "a mail connection",
    "smtplib.SMTP_SSL": "a mail connection",
    "aiosmtplib.SMTP": "a mail connection",
    "paramiko.SSHClient": "an SSH connection",
    "ftplib.FTP": "an FTP connection",
    "neo4j.GraphDatabase.driver": "a Neo4j driver",
    "neo4j.AsyncGraphDatabase.driver": "a Neo4j driver",
}

ENDS = frozenset({"close", "aclose", "close_all", "dispose", "disconnect", "quit", "remove", "shutdown", "stop", "cleanup", "release",
                  "putconn", "closeall", "unlink", "__exit__", "__aexit__"})  # fmt: skip
"""Methods that end what was opened, and what gives it back."""

_ENTERING = frozenset({"enter_context", "enter_async_context", "closing", "aclosing", "push_async_exit", "push", "callback",
                       "push_async_callback"})  # fmt: skip
_MAKER = re.compile(r"(?:factory|maker|local)$", re.IGNORECASE)
_KEPT = re.compile(r"cache|singleton|once", re.IGNORECASE)


def opened(site: CallSite, project: Project) -> str:
    """What a call opens, or ""."""
    if site.deferred:
        return ""
    value = project.values.target(site)
    made = ""
    if isinstance(value, Instance):
        # The product of a session factory.
        given = project.values.of(site.call, site.code)
        made = given.of.name if isinstance(given, Instance) and isinstance(given.of, External) else ""
    elif _MAKER.search(site.call.method):
        # A factory kept in the state of the app: what it makes is what the variable is said to be.
        made = _annotated(site, project)
    elif isinstance(value, External):
        made = value.name
    return OPENED.get(made, "") or OPENED.get(BASES.get(made, ""), "")


def _annotated(site: CallSite, project: Project) -> str:
    for stmt in site.code.statements:
        if type(stmt) is syntax.Assign and stmt.value is site.call and stmt.annotation is not None:
            said = project.values.annotated(stmt.annotation, site.code)
            return said.of.name if isinstance(said, Instance) and isinstance(said.of, External) else ""
    return ""


def is_kept(function: Function) -> bool:
    """Whether ``function`` opens once for all callers."""
    return any(_KEPT.search(name) for name in function.decorator_names)


def name_of(call: syntax.Call, function: Function) -> str | None:
    """The local name that the result of ``call`` gets; "" where it gets none, None where it is kept outside the function."""
    shared = {
        target.name
        for stmt in function.statements
        if type(stmt) is syntax.Names
        for target in stmt.targets
        if type(target) is syntax.Ref
    }
    for stmt in function.statements:
        if type(stmt) is syntax.Assign and _unawaited(stmt.value) is call:
            target = stmt.targets[0]
            if type(target) is not syntax.Ref or "." in target.name or target.name in shared:
                return None
            return target.name
    return ""


def _unawaited(expr: syntax.Expr) -> syntax.Expr:
    return expr.value if type(expr) is syntax.Await else expr


def is_entered(call: syntax.Call, name: str, function: Function) -> bool:
    """Whether what ``call`` opens is entered by ``with`` or handed to something that closes it."""
    for context, _, _ in function.uses.entered:
        if any(
            node is call or (name and type(node) is syntax.Ref and node.root == name) for node in syntax.walk(context)
        ):
            return True
    for site in function.calls:
        if site.call.method in _ENTERING:
            for given in site.call.args:
                if any(node is call or (type(node) is syntax.Ref and node.root == name) for node in syntax.walk(given)):
                    return True
    return False


def ends(name: str, body: syntax.Body) -> bool:
    """Whether ``body`` ends what ``name`` holds."""
    return any(
        type(node) is syntax.Call
        and (
            (node.method in ENDS and node.name.partition(".")[0] == name)
            or (
                any(word in node.method.lower() for word in ("close", "release", "cleanup", "dispose", "putconn"))
                and any(type(given) is syntax.Ref and given.name == name for given in node.args)
            )
        )
        for stmt in syntax.statements(body)
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
    )


def around_yields(
    body: syntax.Body, finals: tuple[syntax.Body, ...] = ()
) -> Iterator[tuple[syntax.Stmt, tuple[syntax.Body, ...]]]:
    """Each statement that yields, with the ``finally`` blocks that run after it."""
    for stmt in body:
        if any(type(node) is syntax.Yield for expr in syntax.expressions(stmt) for node in syntax.walk(expr)):
            yield stmt, finals
        if type(stmt) is syntax.Try:
            for block in (stmt.body, *[h.body for h in stmt.handlers], stmt.orelse):
                yield from around_yields(block, (*finals, stmt.final) if stmt.final else finals)
            yield from around_yields(stmt.final, finals)
        else:
            for block in syntax.blocks(stmt):
                yield from around_yields(block, finals)
