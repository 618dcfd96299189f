"""Rows of a query that an endpoint returns as they are: FastAPI writes out every column of them.

Sources: FastAPI's documentation on response models; `jsonable_encoder` takes the attributes of an object that is no model.
"""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Class, Code, Function, Project, syntax
from fastreview_checks.knowledge.data.generic_tables import Owner, owner_of, table_behind
from fastreview_checks.knowledge.data.selected_tables import selected_tables

_GIVING = frozenset(
    {"all", "first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "scalars", "get", "get_one", "fetchall"}
)  # fmt: skip
"""Calls whose answer is a row or several."""
_SAME = frozenset({"list", "tuple", "sorted", "reversed"})
MAX_DEPTH = 12
MAX_CALLS = 3


class Returned(NamedTuple):
    """Rows of ``table``, read by ``expr`` in ``code``."""

    table: Class
    expr: syntax.Call
    code: Code


def returned_rows(endpoint: Function, project: Project) -> Iterator[Returned]:
    """The rows that ``endpoint`` returns, in a list or a dict too, where nothing is made of them on the way."""
    yield from _of_function(endpoint, project, None, 0)


def _of_function(function: Function, project: Project, owner: Owner | None, calls: int) -> Iterator[Returned]:
    for stmt in function.statements:
        if isinstance(stmt, syntax.Return) and stmt.value is not None:
            yield from _of(stmt.value, function, project, owner, calls, 0)


def _of(
    expr: syntax.Expr, code: Code, project: Project, owner: Owner | None, calls: int, depth: int
) -> Iterator[Returned]:
    if depth > MAX_DEPTH:
        return
    inner: tuple[syntax.Expr, ...] = ()
    match expr:
        case syntax.Await(value=value) | syntax.Walrus(value=value):
            inner = (value,)
        case syntax.Items(values=values) | syntax.Mapping(values=values):
            inner = values
        case syntax.Conditional(body=body, orelse=orelse):
            inner = (body, orelse)
        case syntax.Operation(op="or", operands=operands):
            inner = operands
        case syntax.Comprehension(element=syntax.Ref(name=name), sources=(source,)) if source.target == syntax.Ref(
            name
        ):
            inner = (source.iterable,)
        case syntax.Ref(name=name) if "." not in name:
            bound = code.bindings.get(name, ())
            if all(one.kind in ("assign", "annotate") for one in bound):
                inner = tuple(one.expr for one in bound if one.kind == "assign")
        case syntax.Call(func=syntax.Ref(name=name), args=(first,)) if name in _SAME:
            inner = (first,)
        case syntax.Call():
            yield from _of_call(expr, code, project, owner, calls)
    for one in inner:
        yield from _of(one, code, project, owner, calls, depth + 1)


def _of_call(call: syntax.Call, code: Code, project: Project, owner: Owner | None, calls: int) -> Iterator[Returned]:
    site = next((known for known in code.calls if known.call is call), None)
    functions = [t for t in project.targets(site) if isinstance(t, Function)] if site is not None else []
    whose = owner_of(call, code, project, owner) if functions and calls < MAX_CALLS else None
    for function in functions if calls < MAX_CALLS else ():
        yield from _of_function(function, project, whose, calls + 1)
    if not functions and call.method in _GIVING:
        for table in selected_tables(call, code, project, lambda name: table_behind(name, code, owner, project)):
            yield Returned(table, call, code)
