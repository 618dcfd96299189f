"""Loops of a function: what they go over, what changes from one round to the next, and what is called in each."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Class, Code, Function, Project, Variable, syntax

_WRAPPERS = frozenset(
    {"enumerate", "sorted", "list", "tuple", "set", "reversed", "items", "keys", "values", "zip", "tqdm"}
)
_IN_PARTS = re.compile(r"batch|chunk|pages?$|paginat|window|attempt|retr(?:y|ies)|tables?$", re.IGNORECASE)
"""In what is gone over or in the name of the loop variable: each round is a batch, or another attempt at the same."""

_COMING_IN = frozenset({"iter_json", "iter_text", "iter_bytes", "listen"})
"""What gives messages of a websocket or a channel as they come in: nobody waits for the rounds that follow."""

_MANY_AT_ONCE = re.compile(r"(?:^|_)ids$")
"""The name of a loop variable that holds many itself."""


class Round(NamedTuple):
    """A ``for`` loop or one source of a comprehension. ``changing`` are the names that a round gives new values, ``calls`` the
    calls in it by their ids."""

    line: int
    target: syntax.Expr
    iterable: syntax.Expr
    changing: frozenset[str]
    calls: frozenset[int]
    awaits: tuple[tuple[syntax.Expr, int], ...]
    """What a round waits for that is no call, with the lines."""
    leaves: bool
    """Whether some round ends the loop: it looks for the first that fits."""
    single: frozenset[int] = frozenset()
    """Calls of ``calls`` that one round at most reaches: under ``if name == "team"`` in a loop over names."""


@lru_cache(maxsize=10_000)
def rounds(code: Code) -> tuple[Round, ...]:
    """The loops of ``code`` over something, inner ones too; ``while`` goes on until something happens and is none."""
    found: list[Round] = []
    for stmt in code.statements:
        if isinstance(stmt, syntax.Loop) and stmt.kind == "for" and not _comes_in(stmt):
            inside = tuple(syntax.statements(stmt.body))
            bound = frozenset(n for s in inside if isinstance(s, syntax.Assign) for t in s.targets for n in _bound(t))
            parts = tuple((e, getattr(s, "line", 0)) for s in inside for e in syntax.expressions(s))
            leaves = any(
                isinstance(s, syntax.Return) or (isinstance(s, syntax.Word) and s.word == "break") for s in inside
            )
            made = _round(stmt.line, stmt.target, stmt.iterable, _names(stmt.target) | bound, parts, leaves=leaves)
            found.append(made._replace(single=_single(inside, _names(stmt.target))))
        line = getattr(stmt, "line", 0)
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if isinstance(node, syntax.Comprehension):
                    found += _sources(node, line)
    return tuple(found)


def _comes_in(loop: syntax.Loop) -> bool:
    return loop.is_async and isinstance(loop.iterable, syntax.Call) and loop.iterable.method in _COMING_IN


def _sources(made: syntax.Comprehension, line: int) -> Iterator[Round]:
    for position, source in enumerate(made.sources):
        inner = (made.element, *source.conditions, *(s.iterable for s in made.sources[position + 1 :]))
        parts = tuple((e, line) for e in inner)
        yield _round(line, source.target, source.iterable, _names(source.target), parts, leaves=False)


def _round(
    line: int,
    target: syntax.Expr,
    iterable: syntax.Expr,
    changing: frozenset[str],
    parts: tuple[tuple[syntax.Expr, int], ...],
    *,
    leaves: bool,
) -> Round:
    nodes = [(node, at) for expr, at in parts for node in syntax.walk(expr)]
    calls = frozenset(id(node) for node, _ in nodes if isinstance(node, syntax.Call))
    awaits = tuple((n.value, at) for n, at in nodes if isinstance(n, syntax.Await) and isinstance(n.value, syntax.Ref))
    return Round(line, target, iterable, changing, calls, awaits, leaves)


def _single(inside: tuple[syntax.Stmt, ...], target: frozenset[str]) -> frozenset[int]:
    """Calls under a condition that holds for one value of the loop's variable only."""
    return frozenset(
        id(node)
        for stmt in inside
        if isinstance(stmt, syntax.If) and _picks(stmt.test, target)
        for one in syntax.statements(stmt.body)
        for expr in syntax.expressions(one)
        for node in syntax.walk(expr)
        if isinstance(node, syntax.Call)
    )


def _picks(test: syntax.Expr, target: frozenset[str]) -> bool:
    match test:
        case syntax.Operation(op="and", operands=operands):
            return any(_picks(operand, target) for operand in operands)
        case syntax.Operation(op="==", operands=(syntax.Ref(name=name), str() | int())):
            return name in target
        case _:
            return False


def _bound(target: syntax.Expr) -> frozenset[str]:
    """The variables that an assignment gives values: attributes of others are none."""
    return frozenset() if isinstance(target, syntax.Subscript | syntax.Attribute) else _names(target)


def _names(expr: syntax.Expr) -> frozenset[str]:
    return frozenset(node.root for node in syntax.walk(expr) if isinstance(node, syntax.Ref))


def depends(call: syntax.Call, one: Round) -> bool:
    """Whether a call is not the same in every round."""
    return any(isinstance(node, syntax.Ref) and node.root in one.changing for node in syntax.walk(call))


_OF_TABLES = frozenset({"select", "update", "delete", "insert", "sa.select", "sa.update", "sa.delete", "sa.insert"})


def goes_over_tables(one: Round, code: Code) -> bool:
    """Whether each round asks another table, which no single query can: ``select(model)`` in a loop over models."""
    names = _names(one.target)
    return any(
        isinstance(first, syntax.Ref) and first.name in names
        for site in code.calls
        if id(site.call) in one.calls and _names_table(site.call)
        for first in site.call.args[:1]
    )


def _names_table(call: syntax.Call) -> bool:
    """Whether its first argument is a table: `session.get(model, key)` names one, `products.get(key)` does not."""
    return call.name in _OF_TABLES or call.method == "query" or (call.method == "get" and len(call.args) > 1)


def is_small(one: Round, code: Code, project: Project) -> bool:
    """Whether the number of rounds is known to be small, or each does the work of many: written-out values, enumerations,
    ranges of a fixed length, batches."""
    names = [node.name for node in syntax.walk(one.target) if isinstance(node, syntax.Ref)]
    if any(_IN_PARTS.search(name) or _MANY_AT_ONCE.search(name) for name in names):
        return True
    return _is_fixed(one.iterable, code, project, 0)


def _is_fixed(expr: syntax.Expr, code: Code, project: Project, depth: int) -> bool:
    if depth > 6:
        return False
    match expr:
        case syntax.Items(values=values) | syntax.Mapping(values=values):
            return not any(isinstance(v, syntax.Starred | syntax.Opaque) for v in values)
        case syntax.Operation(op="+" | "or", operands=operands):
            return all(_is_fixed(o, code, project, depth + 1) for o in operands)
        case syntax.Await(value=value):
            return _is_fixed(value, code, project, depth + 1)
        case syntax.Call(args=args):
            if _IN_PARTS.search(expr.method):
                return True
            if expr.method == "range":
                return len(args) == 3 or all(isinstance(a, int) for a in args) or any(map(_names_parts, args))
            if (
                expr.method == "get"
                and isinstance(expr.func, syntax.Ref)
                and _is_constant(expr.name.rpartition(".")[0])
            ):
                return True
            if expr.method in ("items", "keys", "values") and isinstance(expr.func, syntax.Ref) and "." in expr.name:
                return _is_fixed(syntax.Ref(expr.name.rpartition(".")[0]), code, project, depth + 1)
            return expr.method in _WRAPPERS and bool(args) and _is_fixed(args[0], code, project, depth + 1)
        case syntax.Ref(name=name):
            return (
                _names_parts(expr)
                or _is_constant(name)
                or _is_fixed_name(name, code, project, depth)
                or _is_fixed_property(name, code, project, depth)
            )
    return False


def _is_constant(name: str) -> bool:
    return name.rpartition(".")[2].isupper()


def _names_parts(expr: syntax.Expr) -> bool:
    return isinstance(expr, syntax.Ref) and _IN_PARTS.search(expr.last) is not None


def _is_fixed_name(name: str, code: Code, project: Project, depth: int) -> bool:
    bound = code.bindings.get(name, ())
    if bound:
        return all(b.kind == "assign" and _is_fixed(b.expr, code, project, depth + 1) for b in bound) and not _grows(
            name, code
        )
    found = project.names.resolve(code, name)
    if isinstance(found, Class):
        return any(base.startswith("enum.") for base in found.ancestry.external)
    if isinstance(found, Variable):
        return _is_fixed(found.bindings[-1].expr, found.code, project, depth + 1)
    return False


def _is_fixed_property(name: str, code: Code, project: Project, depth: int) -> bool:
    """``self.statements`` where each class that has the property writes them out."""
    root, _, attr = name.partition(".")
    if not isinstance(code, Function) or code.owner is None or root != code.receiver:
        return False
    method = code.owner.method(attr)
    if method is None or not method.is_property:
        return False
    returned = [
        (stmt.value, one)
        for one in project.implementations(method, code.owner)
        for stmt in one.statements
        if isinstance(stmt, syntax.Return)
    ]
    return bool(returned) and all(_is_fixed(value, one, project, depth + 1) for value, one in returned)


def _grows(name: str, code: Code) -> bool:
    return any(
        site.call.name in (f"{name}.append", f"{name}.extend", f"{name}.add", f"{name}.update") for site in code.calls
    )
