"""Calls that take SQL as text, and the parts of such a text that are not written in the code.

Sources: the documentation of SQLAlchemy, databases, asyncpg, psycopg, sqlite3, aiosqlite, Tortoise and pandas.
"""

import re
from collections.abc import Iterator

from fastreview.api import CallSite, Code, External, Project, syntax

_MAKES_SQL = frozenset(
    {"sqlalchemy.text", "sqlmodel.text", "sqlalchemy.literal_column", "sqlalchemy.sql.text", "sqlalchemy.DDL"}
)
_RUNS_SQL = frozenset(
    {
        "execute", "executemany", "executescript", "exec", "exec_driver_sql", "scalar", "scalars", "fetch", "fetchrow", "fetchval",
        "fetch_one", "fetch_all", "fetch_val", "iterate", "execute_query", "execute_query_dict", "read_sql", "read_sql_query",
        "raw",
    }
)  # fmt: skip
NAMES = ("text", "literal_column", "DDL", *sorted(_RUNS_SQL))
_IS_SQL = re.compile(
    r"\b(?:select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from|order\s+by|where\b.+=|drop\s+\w|alter\s+\w|create\s+\w|truncate\s)",
    re.IGNORECASE | re.DOTALL,
)
MAX_NAMES = 8


def sql_of(site: CallSite, project: Project) -> syntax.Expr | syntax.Missing:
    """The SQL that a call is given as text."""
    if not site.call.args:
        return syntax.MISSING
    given = site.call.args[0]
    if site.call.method in _RUNS_SQL and _reads_as_sql(given, site.code):
        return given
    value = project.values.target(site)
    if isinstance(value, External) and value.name in _MAKES_SQL:
        return given
    return syntax.MISSING


def _reads_as_sql(given: syntax.Expr, code: Code) -> bool:
    return any(isinstance(part, str) and _IS_SQL.search(part) for part in _parts(given, code, set()))


def inserted(sql: syntax.Expr, code: Code) -> Iterator[syntax.Expr]:
    """The parts of a text that are put into it."""
    yield from (part for part in _parts(sql, code, set()) if not isinstance(part, str))


def _parts(expr: syntax.Expr, code: Code, entered: set[str]) -> Iterator[syntax.Expr]:
    match expr:
        case str():
            yield expr
        case syntax.Text(parts=parts) | syntax.Operation(op="+", operands=parts):
            for part in parts:
                yield from _parts(part, code, entered)
        case syntax.Operation(op="%", operands=(template, given)):
            yield from _parts(template, code, entered)
            yield from given.values if isinstance(given, syntax.Items) else (given,)
        case syntax.Conditional(body=body, orelse=orelse):
            yield from _parts(body, code, entered)
            yield from _parts(orelse, code, entered)
        case syntax.Call(func=syntax.Attribute(value=str() | syntax.Text() as template, attr="format")):
            yield from _parts(template, code, entered)
            yield from (*expr.args, *(k.value for k in expr.keywords))
        case syntax.Call(func=syntax.Ref(name=name), args=()) if name.endswith(".strip"):
            yield from _parts(syntax.Ref(name.removesuffix(".strip")), code, entered)
        case syntax.Call(func=syntax.Ref(name=name)) if name.endswith(".format"):
            yield from _parts(syntax.Ref(name.removesuffix(".format")), code, entered)
            yield from (*expr.args, *(k.value for k in expr.keywords))
        case syntax.Ref(name=name) if name in code.bindings and name not in entered and len(entered) < MAX_NAMES:
            entered.add(name)
            texts = [b.expr for b in code.bindings[name] if b.kind in ("assign", "extend")]
            for text in texts:
                yield from _parts(text, code, entered)
            if not texts:
                yield expr
        case _:
            yield expr
