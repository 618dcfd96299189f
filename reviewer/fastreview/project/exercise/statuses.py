"""Which statuses test code expects of its requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from fastreview.facts import syntax as s
from fastreview.project.code import Code, Function
from fastreview.project.exercise.fixtures import decorators_of

T = TypeVar("T")

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
    given = {status for decorator in decorators_of(code) for status in _mentioned(decorator)} if isinstance(
        code, Function) else set()  # fmt: skip
    for stmt in code.statements:
        here = [one for expr in s.expressions(stmt) for node in s.walk(expr) for one in made.get(id(node), ())]
        if here:
            latest = here
            for name in _bound(stmt):
                kept[name] = here
            for one in here:
                yield from ((one, status) for status in given)
        if not latest:
            continue
        for expr in s.expressions(stmt):
            found = list(_mentioned(expr))
            if found:
                about = next((kept[r] for r in _roots(expr) if r in kept), latest)
                yield from ((one, status) for one in about for status in found)


def _mentioned(expr: s.Expr) -> Iterator[int]:
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
