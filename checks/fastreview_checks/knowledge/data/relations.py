"""Relations between tables that are loaded when they are first read, and the rows on which code reads them.

Sources: SQLAlchemy's relationship loading techniques, SQLModel's and Tortoise's documentation of relations.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Class, Code, Flow, Project, syntax
from fastreview_checks.knowledge.paging import carries

EAGER = frozenset(
    {
        "selectinload", "joinedload", "subqueryload", "contains_eager", "immediateload", "options", "prefetch_related",
        "raiseload", "noload", "lazyload", "unique", "refresh", "awaitable_attrs", "run_sync",
    }
)  # fmt: skip
"""Calls of a function that reads rows after which it is not known what is loaded with them."""
SELECTING = frozenset({"select", "query", "get", "get_one"})
_TORTOISE = frozenset({"ManyToManyField", "ForeignKeyField", "OneToOneField"})
MAX_NAMES = 12


class LazyRead(NamedTuple):
    """``row.relation`` is read on ``line``; ``query_line`` is where the row was read without it."""

    line: int
    row: str
    relation: str
    table: Class
    read_in: Code
    query_line: int
    repeated: bool
    awaited_query: bool


@lru_cache(maxsize=1)
def lazy_relations(project: Project) -> Mapping[str, tuple[Class, ...]]:
    """Names of SQLAlchemy's relations that a row loads on first access, with their tables."""
    found: dict[str, list[Class]] = {}
    for table in project.tables:
        if table.orm in ("sqlalchemy", "sqlmodel"):
            for field in table.cls.facts.fields:
                if isinstance(field.value, syntax.Call) and _loads_on_access(field.value):
                    found.setdefault(field.name, []).append(table.cls)
    return {name: tuple(tables) for name, tables in found.items()}


@lru_cache(maxsize=1)
def awaited_relations(project: Project) -> frozenset[str]:
    """Names of Tortoise's relations: awaiting one sends a query."""
    return frozenset(
        field.name
        for table in project.tables
        if table.orm == "tortoise"
        for field in table.cls.facts.fields
        if isinstance(field.value, syntax.Call) and field.value.method in _TORTOISE
    )


@lru_cache(maxsize=1)
def mentioning_relations(project: Project) -> frozenset[Code]:
    """Service code that mentions a relation of either kind by name."""
    return frozenset(project.mentions(*lazy_relations(project), *awaited_relations(project)))


def _loads_on_access(made: syntax.Call) -> bool:
    if made.method not in ("relationship", "Relationship"):
        return False
    given = made.keyword("lazy")
    further = made.keyword("sa_relationship_kwargs")
    if isinstance(further, syntax.Mapping):
        given = dict(zip(further.keys, further.values, strict=True)).get("lazy", given)
    elif not isinstance(further, syntax.Missing):
        return False
    return isinstance(given, syntax.Missing) or given is True or given in ("select", "True")


def lazy_reads(code: Code, project: Project) -> Iterator[LazyRead]:
    """Where ``code`` reads a relation of a row that a query without it gave."""
    names = lazy_relations(project)
    if names.keys().isdisjoint(code.mentioned):
        return
    told: set[tuple[str, str]] = set()
    for expr, line in code.uses.reads:
        parts = expr.name.split(".") if isinstance(expr, syntax.Ref) else ()
        if len(parts) < 2 or parts[1] not in names or (parts[0], parts[1]) in told:
            continue
        row, relation = parts[0], parts[1]
        found = _row(row, code, project)
        if found is not None and found.table in names[relation] and not _assigned(row, relation, code):
            told.add((row, relation))
            repeated = any(b.kind.endswith("iterate") for b in code.bindings.get(row, ()))
            yield LazyRead(line, row, relation, found.table, found.code, found.line, repeated, found.awaited)


class _Row(NamedTuple):
    table: Class
    code: Code
    line: int
    awaited: bool


def _row(name: str, code: Code, project: Project) -> _Row | None:
    """The table that the rows under ``name`` come from, where one query gives them and loads nothing with them."""
    bound = [b for b in code.bindings.get(name, ()) if b.kind != "annotate"]
    if len(bound) != 1 or bound[0].kind not in ("assign", "iterate"):
        return None
    origins = list(Flow(project, carries).of(bound[0].expr, code))
    if len(origins) != 1 or not isinstance(origins[0].expr, syntax.Call):
        return None
    origin = origins[0]
    passed = (code, origin.code, *(step.function for step in origin.through))
    if any(not EAGER.isdisjoint(one.called) or not EAGER.isdisjoint(one.mentioned) for one in passed):
        return None
    tables = set(_selected(origin.expr, origin.code, project))
    line = origin.expr.line if isinstance(origin.expr, syntax.Call) else 0
    awaited = any(site.awaited for site in origin.code.calls if site.call.method in _RUNNING)
    return _Row(tables.pop(), origin.code, line, awaited) if len(tables) == 1 else None


_RUNNING = frozenset({"execute", "scalar", "scalars", "exec", "get", "get_one"})


def _selected(expr: syntax.Expr, code: Code, project: Project) -> Iterator[Class]:
    """Tables that an expression selects whole rows of, through the names that it is made of."""
    pending, entered = [expr], set[str]()
    while pending:
        for node in syntax.walk(pending.pop()):
            if isinstance(node, syntax.Call) and node.method in SELECTING and node.args:
                first = node.args[0]
                found = project.names.resolve(code, first.name) if isinstance(first, syntax.Ref) else None
                if isinstance(found, Class) and found in _tables(project):
                    yield found
            elif isinstance(node, syntax.Ref) and node.root not in entered and len(entered) < MAX_NAMES:
                entered.add(node.root)
                pending += [b.expr for b in code.bindings.get(node.root, ()) if b.kind == "assign"]


@lru_cache(maxsize=1)
def _tables(project: Project) -> frozenset[Class]:
    return frozenset(table.cls for table in project.tables)


def _assigned(row: str, relation: str, code: Code) -> bool:
    return any(
        isinstance(target, syntax.Ref) and target.name == f"{row}.{relation}"
        for stmt in code.statements
        if isinstance(stmt, syntax.Assign)
        for target in stmt.targets
    )
