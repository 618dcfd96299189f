"""Calls that send something to a database, by full name and, where a receiver's type is not known, by how they look.

``read`` waits for rows, ``write`` changes them, ``commit`` ends a transaction. Sources: the documentation of SQLAlchemy,
SQLModel, PyMongo, Motor, Beanie, ODMantic, Tortoise, Peewee, databases, asyncpg and psycopg.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import BASES, CallSite, Code, External, Project, syntax

_SESSIONS = frozenset(
    {
        "sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.engine.Connection",
        "sqlalchemy.ext.asyncio.AsyncConnection",
    }
)  # fmt: skip
_SESSION_READS = frozenset(
    {"execute", "exec", "scalar", "scalars", "scalar_one", "stream", "stream_scalars", "get", "get_one", "refresh"}
)
_SESSION_WRITES = frozenset({"flush", "merge", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"})
_QUERY_READS = frozenset({"all", "first", "one", "one_or_none", "scalar", "count", "get"})
_QUERY_WRITES = frozenset({"delete", "update"})
_COLLECTIONS = frozenset(
    {
        "pymongo.collection.Collection", "pymongo.asynchronous.collection.AsyncCollection",
        "motor.motor_asyncio.AsyncIOMotorCollection",
    }
)  # fmt: skip
_COLLECTION_READS = frozenset({"find", "find_one", "aggregate", "count_documents", "distinct"})
_COLLECTION_WRITES = frozenset(
    {
        "insert_one", "insert_many", "update_one", "update_many", "replace_one", "delete_one", "delete_many", "bulk_write",
        "find_one_and_update", "find_one_and_delete", "find_one_and_replace",
    }
)  # fmt: skip
_RECORDS = frozenset(
    {
        "tortoise.models.Model", "tortoise.Model", "beanie.Document", "beanie.odm.documents.Document", "peewee.Model",
        "mongoengine.Document", "ormar.Model", "odmantic.AIOEngine",
    }
)  # fmt: skip
_RECORD_READS = frozenset(
    {
        "get", "get_or_none", "filter", "first", "all", "exists", "find", "find_one", "find_all", "find_many", "count",
        "fetch_related", "get_by_id", "fetch_link", "fetch_all_links", "refresh_from_db",
    }
)  # fmt: skip
_RECORD_WRITES = frozenset(
    {
        "create",
        "save",
        "insert",
        "delete",
        "update_or_create",
        "get_or_create",
        "replace",
        "save_all",
        "delete_instance",
    }
)
_COSMOS = (
    frozenset({"query_items", "read_item", "read_all_items"}),
    frozenset({"create_item", "upsert_item", "replace_item", "delete_item", "patch_item"}),
)
_BY_OWNER = {
    "azure.cosmos.ContainerProxy": _COSMOS,
    "azure.cosmos.aio.ContainerProxy": _COSMOS,
    "supabase.Query": (frozenset({"execute"}), frozenset[str]()),
    "supabase.AsyncQuery": (frozenset({"execute"}), frozenset[str]()),
    "google.cloud.firestore.Document": (frozenset({"get"}), frozenset({"set", "update", "delete", "create"})),
    "google.cloud.firestore.Collection": (frozenset({"get", "stream"}), frozenset({"add"})),
    "sqlalchemy_crud_plus.CRUDPlus": (
        frozenset(
            {"select_model", "select_model_by_column", "select_models", "select_models_order", "count", "exists"}
        ),
        frozenset(
            {
                "create_model",
                "create_models",
                "update_model",
                "update_model_by_column",
                "delete_model",
                "delete_model_by_column",
            }
        ),
    ),
    "sqlalchemy.orm.Query": (_QUERY_READS, _QUERY_WRITES),
    **dict.fromkeys(_COLLECTIONS, (_COLLECTION_READS, _COLLECTION_WRITES)),
    **dict.fromkeys(_RECORDS, (_RECORD_READS, _RECORD_WRITES)),
}
"""What reads and what writes, by the class that it is a method of."""
_DRIVER_READS = frozenset({"fetchrow", "fetchval", "fetch_one", "fetch_val", "fetch_all"})
"""Names that only database drivers use."""
_RAW_READS = {
    "databases.Database": frozenset({"fetch_one", "fetch_all", "fetch_val", "iterate"}),
    "asyncpg.Connection": frozenset({"fetch", "fetchrow", "fetchval"}),
    "asyncpg.Pool": frozenset({"fetch", "fetchrow", "fetchval"}),
}
_RAW = ("sqlite3.", "psycopg2.", "psycopg.", "pymysql.", "aiosqlite.", "asyncpg.", "databases.")
_SESSION_NAME = re.compile(r"(?:^|[._])(?:session|db|conn|connection)(?:$|\()|session$", re.IGNORECASE)
_WRITING = frozenset({"insert", "update", "delete", "merge", "pg_insert"})
_PLAIN_SQL = re.compile(r"^\s*(?:insert|update|delete|replace)\b", re.IGNORECASE)

NAMES = tuple(
    sorted(
        (_SESSION_READS | _SESSION_WRITES | _QUERY_READS | _QUERY_WRITES | _COLLECTION_READS | _COLLECTION_WRITES)
        | (_RECORD_READS | _RECORD_WRITES | _DRIVER_READS)
        | {"commit", "fetch", "iterate"}
        | frozenset().union(*(names for pair in _BY_OWNER.values() for names in pair))
    )
)
"""Last parts of the names of every call that `kind_of` may know."""
_KNOWN = frozenset(NAMES)


def kind_of(site: CallSite, project: Project) -> str:
    """What a call does to a database: "read", "write", "commit", or "" for anything else."""
    if site.call.method not in _KNOWN or site.deferred:
        return ""
    known = _kinds(project)
    kind = known.get(id(site))
    if kind is None:
        kind = known[id(site)] = _kind(site, project)
    return kind


@lru_cache(maxsize=1)
def _kinds(project: Project) -> dict[int, str]:
    """Answers by the id of the call; the project keeps its calls alive."""
    return {}


def _kind(site: CallSite, project: Project) -> str:
    call, method = site.call, site.call.method
    value = project.values.target(site)
    if not isinstance(value, External):
        return _by_shape(call) if value is None else ""
    owner = BASES.get(value.name.rpartition(".")[0], value.name.rpartition(".")[0])
    if owner in _SESSIONS:
        if method == "commit":
            return "commit"
        if method in _SESSION_READS:
            return "write" if _writes(call, site.code) else "read"
        return "write" if method in _SESSION_WRITES else ""
    if owner in _BY_OWNER:
        reads, writes = _BY_OWNER[owner]
        return "read" if method in reads else "write" if method in writes else ""
    if owner in _RAW_READS and method in _RAW_READS[owner]:
        return "read"
    if owner.startswith(_RAW) and method in ("execute", "commit"):
        return "commit" if method == "commit" else "write" if _writes(call, site.code) else "read"
    return "read" if method in _DRIVER_READS else ""


def _by_shape(call: syntax.Call) -> str:
    """A receiver of unknown type: the name of a session with a query, ``fetchrow``, ``self.model.filter(...)``."""
    method = call.method
    if method in _DRIVER_READS:
        return "read"
    if method in _COLLECTION_WRITES and call.args and isinstance(call.args[0], syntax.Mapping):
        return "write"
    receiver = _receiver(call)
    if method in _RECORD_READS and receiver.endswith(".model") and (call.args or call.keywords):
        return "read"
    if not _SESSION_NAME.search(receiver):
        return ""
    if method in ("execute", "exec", "scalar", "scalars"):
        return "write" if _head(call.args[:1]) in _WRITING else "read"
    if method == "commit" and not call.args:
        return "commit"
    if method in ("get", "refresh") and call.args:
        first = call.args[0]
        is_class = isinstance(first, syntax.Ref) and first.last[:1].isupper() and len(call.args) > 1
        return "read" if method == "refresh" or is_class else ""
    return ""


def _receiver(call: syntax.Call) -> str:
    match call.func:
        case syntax.Ref(name=name):
            return name.rpartition(".")[0]
        case syntax.Attribute(value=syntax.Call() as inner):
            return f"{inner.name}("
    return ""


def _writes(call: syntax.Call, code: Code) -> bool:
    if not call.args:
        return False
    first = call.args[0]
    if isinstance(first, syntax.Ref) and first.name in code.bindings:
        first = code.bindings[first.name][-1].expr
    return _head((first,)) in _WRITING


def _head(args: tuple[syntax.Expr, ...]) -> str:
    """The builder that a statement starts with: ``select`` of ``select(User).where(...)``; that of SQL text too."""
    expr = args[0] if args else None
    while isinstance(expr, syntax.Call):
        func = expr.func
        if isinstance(func, syntax.Attribute):
            expr = func.value
        elif isinstance(func, syntax.Ref) and func.last == "text" and expr.args:
            expr = expr.args[0]
        else:
            return func.last if isinstance(func, syntax.Ref) else ""
    text = expr.parts[0] if isinstance(expr, syntax.Text) and expr.parts else expr
    return "update" if isinstance(text, str) and _PLAIN_SQL.match(text) else ""


def sends_query(code: Code, project: Project) -> bool:
    """Whether a call of ``code`` goes to a database."""
    if _KNOWN.isdisjoint(code.called):
        return False
    return any(site.call.method in _KNOWN and kind_of(site, project) for site in code.calls)


def queries_in(code: Code, project: Project) -> Iterator[tuple[CallSite, str]]:
    """The calls of ``code`` that go to a database, with what they do."""
    if _KNOWN.isdisjoint(code.called):
        return
    for site in code.calls:
        if site.call.method in _KNOWN:
            kind = kind_of(site, project)
            if kind:
                yield site, kind
