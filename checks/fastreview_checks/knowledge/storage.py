"""Calls that read or write a database, by full name and, where a receiver's type is not known, by how they look.

Sources: the documentation of SQLAlchemy, SQLModel, PyMongo, Motor, Beanie, ODMantic, Tortoise, databases, asyncpg, Azure Cosmos DB,
Supabase, Firestore and sqlalchemy-crud-plus.
"""

import re

from fastreview.api import Class, Code, External, Instance, Project, Value, syntax

_BUILDERS = frozenset(
    f"{package}.{name}"
    for package in (
        "sqlalchemy",
        "sqlmodel",
        "sqlalchemy.dialects.postgresql",
        "sqlalchemy.dialects.mysql",
        "sqlalchemy.sql",
    )
    for name in ("select", "insert", "update", "delete", "text", "union", "union_all", "exists")
)
_SESSIONS = ("sqlalchemy.orm.Session.", "sqlalchemy.ext.asyncio.AsyncSession.", "sqlmodel.Session.",
             "sqlmodel.ext.asyncio.session.AsyncSession.", "sqlalchemy.ext.asyncio.AsyncConnection.",
             "sqlalchemy.engine.Connection.", "sqlalchemy.orm.scoped_session.")  # fmt: skip
_COLLECTIONS = ("pymongo.collection.", "pymongo.asynchronous.collection.", "pymongo.database.Database.",
                "motor.motor_asyncio.AsyncIOMotorCollection.", "motor.motor_asyncio.AsyncIOMotorDatabase.")  # fmt: skip
_RECORDS = ("tortoise.models.Model.", "tortoise.Model.", "beanie.Document.", "beanie.odm.documents.Document.",
            "peewee.Model.", "mongoengine.Document.", "ormar.Model.", "piccolo.table.Table.",
            "odmantic.AIOEngine.")  # fmt: skip
_DOCUMENTS = ("azure.cosmos.ContainerProxy.", "azure.cosmos.aio.ContainerProxy.", "supabase.Query.", "supabase.AsyncQuery.",
              "google.cloud.firestore.Document.", "google.cloud.firestore.Collection.", "sqlalchemy_crud_plus.CRUDPlus.")  # fmt: skip
_DRIVERS = ("asyncpg.", "aiosqlite.", "sqlite3.", "psycopg.", "psycopg2.", "pymysql.", "databases.Database.")
_QUERIED = (*_COLLECTIONS, *_RECORDS, *_DRIVERS, *_DOCUMENTS)
_TOUCHED = (*_SESSIONS, *_RECORDS)
_QUERYING = frozenset({"query", "execute", "exec", "scalar", "scalars", "stream", "stream_scalars"})
_HARMLESS = frozenset({"close", "connect", "model_dump", "dict", "model_validate", "json", "to_dict", "refresh"})
_KEEPING = frozenset({"save", "save_changes", "insert", "replace", "create", "delete", "sync", "refresh_from_db"})
"""Methods of one record that build no query."""
_SQL = re.compile(r"^\s*(?:select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from)\b", re.IGNORECASE | re.DOTALL)


def builds_query(value: Value | None, call: syntax.Call) -> bool:
    """Whether a call puts together or runs a query: ``select(...)``, ``session.query(...)``, ``users.find(...)``."""
    if isinstance(value, External):
        name, method = value.name, value.name.rpartition(".")[2]
        if name in _BUILDERS or (name.startswith(_SESSIONS) and method in _QUERYING):
            return True
        if name.startswith(_RECORDS) and method in _KEEPING:
            return False
        return name.startswith(_QUERIED) and method not in _HARMLESS and method.islower()
    first = call.args[0] if call.args else None
    return type(first) is str and _SQL.match(first) is not None


def uses_storage(value: Value | None, call: syntax.Call) -> bool:
    """Whether a call reads or writes storage in any way: a query, or ``session.add``, ``commit``, ``get``."""
    if builds_query(value, call):
        return True
    return (
        isinstance(value, External)
        and value.name.startswith(_TOUCHED)
        and call.method not in _HARMLESS
        and call.method.islower()
    )


_MANY = frozenset({"all", "fetchall", "fetch_all", "to_list", "scalars", "mappings", "fetchmany"})
_MANY_OF = {
    "find": _COLLECTIONS,
    "aggregate": _COLLECTIONS,
    "filter": _RECORDS,
    "find_all": _RECORDS,
    "select": _RECORDS,
    "fetch": ("asyncpg.",),
    "query_items": ("azure.cosmos.",),
    "read_all_items": ("azure.cosmos.",),
    "stream": ("google.cloud.firestore.",),
    "get": ("google.cloud.firestore.Collection.",),
    "select_models": ("sqlalchemy_crud_plus.",),
    "select_models_order": ("sqlalchemy_crud_plus.",),
    "list": ("advanced_alchemy.",),
}
_SUPABASE = frozenset({"supabase.Query.execute", "supabase.AsyncQuery.execute"})
_OF_SOME = frozenset({"single", "maybe_single", "limit", "range", "insert", "update", "upsert", "delete"})
"""Steps of a query of Supabase that bound what it reads, or read nothing."""
_ROWS = re.compile(r"^\s*select\s(?!\s*(?:count|sum|avg|min|max|exists)\s*\().+\sfrom\b", re.IGNORECASE | re.DOTALL)
"""SQL that gives rows, and not one row of sums."""
_ONLY_IF_KNOWN = frozenset({"mappings"})
_NOT_STORAGE = ("numpy.", "pandas.", "builtins.", "torch.", "polars.")


def fetches_many(expr: syntax.Expr, code: Code, project: Project) -> bool:
    """Whether an expression reads as many rows as there are: ``session.scalars(...).all()``, ``collection.find()``."""
    if not isinstance(expr, syntax.Call):
        return _is_data(expr, code, project)
    method = expr.method
    value = project.values.of(expr.func, code)
    name = value.name if isinstance(value, External) else ""
    if method in _MANY and not name.startswith(_NOT_STORAGE):
        if method == "all" and (expr.args or expr.keywords):
            return False
        return bool(name.startswith("sqlalchemy.")) if method in _ONLY_IF_KNOWN else True
    if method == "fetch" and not name:
        # The connection of a pool whose type the code does not tell.
        return bool(expr.args) and isinstance(expr.args[0], str) and _ROWS.match(expr.args[0]) is not None
    if method in _MANY_OF:
        of_model = isinstance(expr.func, syntax.Ref) and expr.func.name.endswith(".model.filter")
        return name.startswith(_MANY_OF[method]) or of_model
    if _BOUNDING & {part.method for part in syntax.walk(expr) if isinstance(part, syntax.Call)}:
        return False
    inner = expr.func.value if isinstance(expr.func, syntax.Attribute) else None
    # Further steps of a cursor: collection.find().sort(...), Model.filter().order_by(...)
    fluent = method in ("sort", "order_by", "prefetch_related", "values", "skip", "batch_size")
    return fluent and inner is not None and fetches_many(inner, code, project)


def _is_data(expr: syntax.Expr, code: Code, project: Project) -> bool:
    """``response.data`` of a query of Supabase that reads whole tables, or all rows of somebody."""
    answers: list[syntax.Expr] = []
    if isinstance(expr, syntax.Attribute) and expr.attr == "data":
        answers = [expr.value]
    elif isinstance(expr, syntax.Ref) and expr.name.endswith(".data") and expr.name.count(".") == 1:
        answers = [binding.expr for binding in code.bindings.get(expr.root, ())]
    for answer in answers:
        call = answer.value if isinstance(answer, syntax.Await) else answer
        value = project.values.of(call.func, code) if isinstance(call, syntax.Call) else None
        if isinstance(value, External) and value.name in _SUPABASE and _reads_all(call):
            return True
    return False


def _reads_all(query: syntax.Expr) -> bool:
    steps = [part for part in syntax.walk(query) if isinstance(part, syntax.Call)]
    by_id = any(step.method == "eq" and step.args and step.args[0] in ("id", "uuid") for step in steps)
    methods = {step.method for step in steps}
    return "select" in methods and not methods & _OF_SOME and not by_id


def reads_relation(expr: syntax.Expr, code: Code, project: Project) -> bool:
    """Whether an expression is the attribute of a row that holds the rows related to it: ``product.movements``."""
    name, owner = "", expr
    if isinstance(expr, syntax.Attribute):
        name, owner = expr.attr, expr.value
    elif isinstance(expr, syntax.Ref) and "." in expr.name:
        name, owner = expr.last, syntax.Ref(expr.name.rpartition(".")[0])
    value = project.values.of(owner, code) if name else None
    if isinstance(value, Instance) and not _is_row(value, project):
        return False
    for table in project.tables if name else ():
        field = table.cls.fields.get(name)
        made = field.value if field is not None and isinstance(field.value, syntax.Call) else None
        if field is not None and made is not None and made.method.lower() == "relationship":
            return not _is_single(field.annotation, made)
    return False


def _is_row(value: Instance, project: Project) -> bool:
    tables = {id(table.cls) for table in project.tables}
    return isinstance(value.of, Class) and any(id(cls) in tables for cls in value.of.ancestry.project)


def _is_single(annotation: syntax.Expr, made: syntax.Call) -> bool:
    words = {node.last.lower() for node in syntax.walk(annotation) if isinstance(node, syntax.Ref)}
    written = f"{annotation if isinstance(annotation, str) else ''}".lower()
    many = not words.isdisjoint({"list", "set", "sequence"}) or "list[" in written
    return not many and (annotation is not None or made.keyword("uselist") is False)


_BOUNDING = frozenset({"limit", "slice", "first", "paginate", "fetch", "top"})
_PAGING = frozenset(
    {"limit", "offset", "skip", "slice", "paginate", "apaginate", "cursor_paginate", "paginated", "page"}
)
_SIZES = frozenset({"limit", "page_size", "per_page"})
_LIMIT = re.compile(r"\blimit\b|\bfetch first\b|\btop\s*\(", re.IGNORECASE)


def pages(code: Code) -> bool:
    """Whether a function limits what it reads; a fixed number under a name with "all" in it does not count."""
    for site in code.calls:
        fixed = bool(site.call.args) and isinstance(site.call.args[0], int)
        if fixed and "all" in code.qualname.rpartition(".")[2].lower().split("_"):
            continue
        if site.call.method in _PAGING or site.call.method.startswith("paginate"):
            return True
        if any(k.name in _SIZES and k.value is not None for k in site.call.keywords):
            return True
    return any(
        isinstance(part, str) and _LIMIT.search(part) is not None
        for stmt in code.statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        for part in (node.parts if isinstance(node, syntax.Text) else (node,))
    )
