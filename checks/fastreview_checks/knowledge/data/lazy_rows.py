"""Relations that a synchronous session loads row by row: read on the rows of a loop that no query loaded them with.

Sources: SQLAlchemy's relationship loading techniques; a many-to-one relation whose row is in the session already sends no query.
"""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Class, Code, Flow, Function, Instance, Origin, Place, Project, syntax
from fastreview_checks.knowledge.data.relations import EAGER, lazy_relations
from fastreview_checks.knowledge.data.rounds import Round, is_small, rounds
from fastreview_checks.knowledge.data.selected_tables import before, selected_tables, tables_of
from fastreview_checks.knowledge.paging import carries

_LOADERS = ("selectinload", "joinedload", "subqueryload", "contains_eager", "immediateload", "prefetch_related")
_ASYNC = ("AsyncSession", "async_sessionmaker", "create_async_engine")
_STEPS = frozenset(
    {
        "where", "filter", "filter_by", "join", "outerjoin", "order_by", "limit", "offset", "distinct", "group_by", "having",
        "with_for_update", "execution_options", "slice",
    }
)  # fmt: skip
"""Methods that make a query of another one: they give the same rows."""
MAX_DEPTH = 5
MAX_CALLERS = 8


class RowRead(NamedTuple):
    """``row.relation`` is read in a round of a loop over rows of ``table``."""

    place: Place
    row: str
    relation: str
    table: Class


def row_reads(function: Function, project: Project) -> Iterator[RowRead]:
    """What each round of a loop of ``function`` loads, once for each row and relation."""
    relations = lazy_relations(project)
    if relations.keys().isdisjoint(function.mentioned) or next(project.mentions(*_ASYNC), None) is not None:
        return
    told: set[tuple[str, str]] = set()
    for one in rounds(function):
        reads = [read for read in _reads_of(one, function) if read[0] in relations]
        if not reads or is_small(one, function, project):
            continue
        table, row = _rows_of(one.iterable, function, project, 0), _row(one)
        for relation, line in reads:
            if table is None or (row, relation) in told or not _loads(table, relation, one, function, project):
                continue
            told.add((row, relation))
            yield RowRead(Place(function.module.path, line), row, relation, table)


def _row(one: Round) -> str:
    """The name of the loop's variable, "" where there are several."""
    return one.target.name if isinstance(one.target, syntax.Ref) else ""


def _reads_of(one: Round, code: Code) -> Iterator[tuple[str, int]]:
    """Attributes of the loop's variable that are read in it, with their lines: in the last loop that began with the name."""
    row = _row(one)
    others = [other.line for other in rounds(code) if row and _row(other) == row and other.line > one.line]
    for expr, line in code.uses.reads:
        parts = expr.name.split(".") if isinstance(expr, syntax.Ref) else ()
        if len(parts) > 1 and parts[0] == row and line >= one.line and not any(other <= line for other in others):
            yield parts[1], line


def _loads(table: Class, relation: str, one: Round, code: Code, project: Project) -> bool:
    """Whether reading it sends a query: nothing loads it beforehand, and it leads to no row that is there already."""
    if not any(owner in lazy_relations(project)[relation] for owner in table.ancestry.project):
        return False
    if _is_loaded_somewhere(table, relation, project):
        return False
    if any(target.name == f"{_row(one)}.{relation}" for target in _assigned(code)):
        return False
    parent = _owner(one.iterable, code, project)
    return parent is None or related(table, relation, project) is not parent


def _is_loaded_somewhere(table: Class, relation: str, project: Project) -> bool:
    """Whether an option of some query loads this relation of this table: ``joinedload(Order.items)``, in any words that may
    mean it."""
    owners = {owner.name for owner in (table, *table.ancestry.project)}
    others = {cls.name for cls in tables_of(project)} - owners
    for site in project.calls(*_LOADERS):
        for given in site.call.args:
            owner, _, name = given.name.rpartition(".") if isinstance(given, syntax.Ref) else ("", "", "")
            if owner and (name != relation or owner.rpartition(".")[2] in others):
                continue
            if relation in site.code.mentioned:
                return True
    return False


def _assigned(code: Code) -> Iterator[syntax.Ref]:
    for stmt in code.statements:
        if isinstance(stmt, syntax.Assign):
            yield from (target for target in stmt.targets if isinstance(target, syntax.Ref))


def _owner(iterable: syntax.Expr, code: Code, project: Project) -> Class | None:
    """The table of the row whose relation a loop goes over."""
    owner = before(iterable)
    return _table_of(owner, code, project, 0) if owner is not None else None


def _last(expr: syntax.Expr) -> str:
    return expr.attr if isinstance(expr, syntax.Attribute) else expr.last if isinstance(expr, syntax.Ref) else ""


def _rows_of(expr: syntax.Expr, code: Code, project: Project, depth: int) -> Class | None:
    """The table whose rows ``expr`` holds, where all that it may be are rows of one and nothing was loaded with them."""
    if depth > MAX_DEPTH:
        return None
    owner = before(expr)
    if owner is not None:
        table = _table_of(owner, code, project, depth + 1)
        return related(table, _last(expr), project) if table is not None else None
    given = list(_given(expr, code, project))
    if given:
        tables = {_rows_of(argument, caller, project, depth + 1) for argument, caller in given}
        return tables.pop() if len(tables) == 1 else None
    return _queried(expr, code, project)


def _table_of(expr: syntax.Expr, code: Code, project: Project, depth: int) -> Class | None:
    """The table that ``expr`` is one row of."""
    if depth > MAX_DEPTH:
        return None
    value = project.values.of(expr, code)
    if isinstance(value, Instance):
        return value.of if isinstance(value.of, Class) and value.of in tables_of(project) else None
    owner = before(expr)
    if owner is not None:
        table = _table_of(owner, code, project, depth + 1)
        return related(table, _last(expr), project) if table is not None else None
    if not isinstance(expr, syntax.Ref):
        return None
    given = list(_given(expr, code, project))
    if given:
        tables = {_table_of(argument, caller, project, depth + 1) for argument, caller in given}
        return tables.pop() if len(tables) == 1 else None
    bound = code.bindings.get(expr.name, ())
    if len(bound) == 1 and bound[0].kind == "iterate":
        return _rows_of(bound[0].expr, code, project, depth + 1)
    return _queried(expr, code, project) if len(bound) == 1 else None


def _given(expr: syntax.Expr, code: Code, project: Project) -> Iterator[tuple[syntax.Expr, Code]]:
    """What callers pass for a parameter that nothing else is assigned to."""
    if not isinstance(expr, syntax.Ref) or not isinstance(code, Function) or expr.name in code.bindings:
        return
    for position, parameter in enumerate(code.facts.parameters):
        if parameter.name == expr.name:
            for site in project.callers(code)[:MAX_CALLERS]:
                argument = site.call.argument(position - bool(code.receiver), expr.name)
                if not isinstance(argument, syntax.Missing):
                    yield argument, site.code


def _queried(expr: syntax.Expr, code: Code, project: Project) -> Class | None:
    """The table that the queries select which ``expr`` may come from, where none of them loads anything with it."""
    origins = list(Flow(project, carries).of(expr, code))
    tables: set[Class] = set()
    for origin in origins:
        found = set(selected_tables(origin.expr, origin.code, project))
        if not found and not _is_step(origin):
            return None
        tables |= found
        passed = (code, origin.code, *(step.function for step in origin.through))
        if any(not EAGER.isdisjoint(one.called) or not EAGER.isdisjoint(one.mentioned) for one in passed):
            return None
    return tables.pop() if len(tables) == 1 else None


def _is_step(origin: Origin) -> bool:
    return isinstance(origin.expr, syntax.Call) and origin.expr.method in _STEPS


def related(table: Class, name: str, project: Project) -> Class | None:
    """The table that the relation ``name`` of ``table`` leads to."""
    for owner in table.ancestry.project:
        field = owner.fields.get(name)
        made = field.value if field is not None and isinstance(field.value, syntax.Call) else None
        if field is not None and made is not None and made.method.lower() == "relationship":
            first = made.args[0] if made.args else None
            words = [first] if isinstance(first, str) else []
            for node in (*syntax.walk(first), *syntax.walk(field.annotation)):
                words += [node.last] if isinstance(node, syntax.Ref) else [node] if isinstance(node, str) else []
            named = {
                cls for word in words for cls in tables_of(project) if cls.name == word.strip("'\" ").rpartition(".")[2]
            }
            return named.pop() if len(named) == 1 else None
    return None
