"""Which columns of a table have an index, by its declaration and by migrations.

Sources: SQLAlchemy's documentation of constraints and indexes; PostgreSQL's of multicolumn indexes (the first column serves alone).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Class, Module, Project, Table, syntax

_COLUMNS = frozenset({"Column", "mapped_column", "Field"})
_INDEXING = frozenset({"Index", "UniqueConstraint", "PrimaryKeyConstraint"})


class Reference(NamedTuple):
    """A column that refers to another table."""

    column: str
    line: int
    owner: Class


def references(table: Table, project: Project) -> Iterator[Reference]:
    """Foreign keys of ``table`` without an index that begins with them."""
    bare = [one for one in _columns(table.cls) if one.refers and not one.says("index") and not one.says("unique")]
    if not bare:
        return
    indexed = _first_columns(table) | _migrated(project).get(_table_name(table), frozenset())
    columns = (column for cls in table.cls.ancestry.project for column in _columns(cls))
    key = next((column.name for column in columns if column.says("primary_key")), "")
    for one in bare:
        if one.name != key and indexed.isdisjoint((one.name, _column_name(one))):
            yield Reference(one.name, one.line, table.cls)


def has_references(table: Table) -> bool:
    return any(column.refers for column in _columns(table.cls))


class _Column(NamedTuple):
    """A field of a table, with the calls in its value and its annotation."""

    name: str
    line: int
    made: tuple[syntax.Call, ...]
    refers: bool

    def says(self, word: str) -> bool:
        return any(call.method in _COLUMNS and call.keyword(word) is True for call in self.made)


@lru_cache(maxsize=10_000)
def _columns(cls: Class) -> tuple[_Column, ...]:
    found = []
    for field in cls.facts.fields:
        made = (*_calls(field.value), *_calls(field.annotation))
        found.append(_Column(field.name, field.line, made, any(map(_refers, made))))
    return tuple(found)


def _calls(expr: syntax.Expr) -> list[syntax.Call]:
    return [node for node in syntax.walk(expr) if type(node) is syntax.Call]


def _refers(call: syntax.Call) -> bool:
    return call.method == "ForeignKey" or (call.method == "Field" and isinstance(call.keyword("foreign_key"), str))


def _column_name(column: _Column) -> str:
    given = next((c.args[0] for c in column.made if c.method in ("Column", "mapped_column") and c.args), None)
    return given if isinstance(given, str) else column.name


def _first_columns(table: Table) -> frozenset[str]:
    found: set[str] = set()
    for cls in table.cls.ancestry.project:
        found |= _indexed_below(cls.module)
        bodies = [cls.fields["__table_args__"].value] if "__table_args__" in cls.fields else []
        method = cls.methods.get("__table_args__")
        bodies += [s.value for s in method.statements if isinstance(s, syntax.Return)] if method else []
        for body in bodies:
            found.update(_indexed(body))
    return frozenset(found)


@lru_cache(maxsize=1_000)
def _indexed_below(module: Module) -> frozenset[str]:
    """Indexes may stand below the class as well: ``Index("ix", Order.customer_id)``."""
    if _INDEXING.isdisjoint(module.called):
        return frozenset()
    made = (stmt.value for stmt in module.body if isinstance(stmt, syntax.Do | syntax.Assign))
    return frozenset(column for expr in made for column in _indexed(expr))


def _indexed(expr: syntax.Expr) -> Iterator[str]:
    """The first columns of the indexes that are made in ``expr``."""
    for node in _calls(expr):
        if node.method in _INDEXING:
            columns = node.args[1:] if node.method == "Index" else node.args
            first = columns[0] if columns else None
            if isinstance(first, str):
                yield first
            elif isinstance(first, syntax.Ref):
                yield first.last


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
