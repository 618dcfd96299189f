"""Which columns of a table have an index, by its declaration and by migrations.

Sources: SQLAlchemy's documentation of constraints and indexes; PostgreSQL's of multicolumn indexes (the first column serves alone).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Class, Project, Table, syntax

_COLUMNS = frozenset({"Column", "mapped_column", "Field"})
_INDEXING = frozenset({"Index", "UniqueConstraint", "PrimaryKeyConstraint"})


class Reference(NamedTuple):
    """A column that refers to another table."""

    column: str
    line: int
    owner: Class


def references(table: Table, project: Project) -> Iterator[Reference]:
    """Foreign keys of ``table`` without an index that begins with them."""
    indexed = _first_columns(table) | _migrated(project).get(_table_name(table), frozenset())
    keys = [
        f.name
        for c in table.cls.ancestry.project
        for f in c.facts.fields
        if _says(f.value, f.annotation, "primary_key")
    ]
    for field in table.cls.facts.fields:
        made = [n for e in (field.value, field.annotation) for n in syntax.walk(e) if isinstance(n, syntax.Call)]
        if not any(_refers(call) for call in made):
            continue
        column = _column_name(field.name, made)
        covered = any(_says(field.value, field.annotation, word) for word in ("index", "unique"))
        leads = bool(keys) and keys[0] == field.name
        if not covered and not leads and not {column, field.name} & indexed:
            yield Reference(field.name, field.line, table.cls)


def has_references(table: Table) -> bool:
    return any(
        isinstance(n, syntax.Call) and _refers(n)
        for field in table.cls.facts.fields
        for expr in (field.value, field.annotation)
        for n in syntax.walk(expr)
    )


def _refers(call: syntax.Call) -> bool:
    return call.method == "ForeignKey" or (call.method == "Field" and isinstance(call.keyword("foreign_key"), str))


def _says(value: syntax.Expr, annotation: syntax.Expr, word: str) -> bool:
    calls = (
        n for e in (value, annotation) for n in syntax.walk(e) if isinstance(n, syntax.Call) and n.method in _COLUMNS
    )
    return any(call.keyword(word) is True for call in calls)


def _column_name(name: str, made: list[syntax.Call]) -> str:
    given = next((c.args[0] for c in made if c.method in ("Column", "mapped_column") and c.args), None)
    return given if isinstance(given, str) else name


def _first_columns(table: Table) -> frozenset[str]:
    found: set[str] = set()
    for cls in table.cls.ancestry.project:
        bodies = [cls.fields["__table_args__"].value] if "__table_args__" in cls.fields else []
        method = cls.methods.get("__table_args__")
        bodies += [s.value for s in method.statements if isinstance(s, syntax.Return)] if method else []
        # Indexes may stand below the class as well: Index("ix", Order.customer_id).
        for stmt in cls.module.body:
            bodies += [stmt.value] if isinstance(stmt, syntax.Do | syntax.Assign) else []
        for body in bodies:
            for node in syntax.walk(body):
                if isinstance(node, syntax.Call) and node.method in _INDEXING:
                    columns = node.args[1:] if node.method == "Index" else node.args
                    first = columns[0] if columns else None
                    if isinstance(first, str):
                        found.add(first)
                    elif isinstance(first, syntax.Ref):
                        found.add(first.last)
    return frozenset(found)


@lru_cache(maxsize=1)
def _migrated(project: Project) -> Mapping[str, frozenset[str]]:
    """First columns of the indexes that migrations create, by table."""
    found: dict[str, set[str]] = {}
    for module in project.modules:
        for code in module.codes() if module.kind == "migration" else ():
            if "create_index" not in code.called:
                continue
            for site in code.calls:
                table, columns = site.call.argument(1, "table_name"), site.call.argument(2, "columns")
                if site.call.method == "create_index" and isinstance(columns, syntax.Items) and columns.values:
                    first = columns.values[0]
                    if isinstance(first, str) and isinstance(table, str):
                        found.setdefault(table, set()).add(first)
    return {table: frozenset(columns) for table, columns in found.items()}


def _table_name(table: Table) -> str:
    for cls in table.cls.ancestry.project:
        given = cls.fields.get("__tablename__")
        if given is not None and isinstance(given.value, str):
            return given.value
    return table.name.lower()
