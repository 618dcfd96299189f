"""Which statuses test code expects of its requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from fastreview.facts import syntax as s
from fastreview.project.code import Code, Function
from fastreview.project.exercise.fixtures import columns_of, decorators_of


class Row(NamedTuple):
    """One set of values of a ``parametrize``: the parameters that it gives, and the statuses among the values."""

    columns: frozenset[str]
    statuses: frozenset[int]


class _Made(Protocol):
    @property
    def row(self) -> Row | None:
        """The one that the request is made from, where it is of one."""
        ...


T = TypeVar("T", bound=_Made)

_NAMED = re.compile(r"(?:^|\.)(?:HTTP_)?(?P<code>[1-5]\d\d)(?:_[A-Z_]+)?$")
_WORDS = {
    "OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204, "BAD_REQUEST": 400, "UNAUTHORIZED": 401,
    "FORBIDDEN": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "CONFLICT": 409, "GONE": 410,
    "UNPROCESSABLE_ENTITY": 422, "UNPROCESSABLE_CONTENT": 422, "TOO_MANY_REQUESTS": 429, "INTERNAL_SERVER_ERROR": 500,
}  # fmt: skip


def statuses_in(code: Code, made: Mapping[int, Sequence[T]]) -> Iterator[tuple[T, int]]:
    """Requests with the statuses that ``code`` mentions after them. ``made`` are the requests by the id of the call that
    makes them; a status belongs to the response that it is compared with, else to the latest request."""
    latest: Sequence[T] = ()
    kept: dict[str, Sequence[T]] = {}
    tables = [
        (frozenset(columns_of(decorator)), frozenset(mentioned_in(decorator)))
        for decorator in (decorators_of(code) if isinstance(code, Function) else ())
    ]
    for stmt in code.statements:
        here = [one for expr in s.expressions(stmt) for node in s.walk(expr) for one in made.get(id(node), ())]
        if here:
            latest = here
            for name in _bound(stmt):
                kept[name] = here
            for one in here:
                yield from ((one, status) for status in _given(one.row, tables))
        if not latest:
            continue
        for expr in s.expressions(stmt):
            found = list(mentioned_in(expr))
            if found:
                about = next((kept[r] for r in _roots(expr) if r in kept), latest)
                yield from ((one, status) for one in about for status in found)


def _given(row: Row | None, tables: Sequence[tuple[frozenset[str], frozenset[int]]]) -> frozenset[int]:
    """Statuses that the decorators of a test give to a request: of the table that its own row is from, only that row's."""
    found = row.statuses if row is not None else frozenset()
    for columns, statuses in tables:
        if row is None or columns.isdisjoint(row.columns):
            found |= statuses
    return found


def mentioned_in(expr: s.Expr) -> Iterator[int]:
    """Statuses that an expression names, as numbers or as words."""
    for node in s.walk(expr):
        if isinstance(node, int) and not isinstance(node, bool) and 200 <= node < 600:
            yield node
        elif isinstance(node, s.Ref):
            named = _NAMED.search(node.name)
            if named is not None:
                yield int(named["code"])
            elif node.last in _WORDS and "." in node.name:
                yield _WORDS[node.last]
            elif node.last == "value" and node.name.split(".")[-2:-1] and node.name.split(".")[-2] in _WORDS:
                yield _WORDS[node.name.split(".")[-2]]


def _bound(stmt: s.Stmt) -> Iterator[str]:
    match stmt:
        case s.Assign(targets=targets):
            yield from (target.name for target in targets if isinstance(target, s.Ref))
        case s.With(items=items):
            yield from (item.target.name for item in items if isinstance(item.target, s.Ref))


def _roots(expr: s.Expr) -> Iterator[str]:
    for node in s.walk(expr):
        if isinstance(node, s.Ref):
            yield node.name
            yield node.root
