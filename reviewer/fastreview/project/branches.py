"""Which branches of ``if`` statements a line stands in."""

from __future__ import annotations

from functools import lru_cache

from fastreview.facts import syntax as s
from fastreview.project.code import Code

MAX_NESTING = 8
"""Branches that are remembered of a line, the innermost: an ``elif`` stands in the ``else`` of all before it."""

_OPPOSITES = {"in": "not in", "not in": "in", "is": "is not", "is not": "is", "==": "!=", "!=": "=="}

Branch = tuple[s.If, bool]
"""An ``if`` and whether it is its body, not its ``else``."""


@lru_cache(maxsize=1_000)
def branches(code: Code) -> dict[int, tuple[Branch, ...]]:
    """For each line on which a statement begins the branches that it stands in; lines in none are left out."""
    found: dict[int, tuple[Branch, ...]] = {}
    pending: list[tuple[s.Body, tuple[Branch, ...]]] = [(code.body, ())]
    while pending:
        body, around = pending.pop()
        for stmt in body:
            if around:
                found[stmt.line] = around
            if isinstance(stmt, s.If):
                pending += [(stmt.body, (*around, (stmt, True))[-MAX_NESTING:])]
                pending += [(stmt.orelse, (*around, (stmt, False))[-MAX_NESTING:])]
            else:
                pending += [(block, around) for block in s.blocks(stmt)]
    return found


def exclusive(code: Code, one: int, other: int) -> s.If | None:
    """The ``if`` that has the earlier of these lines in its body and the later in its ``else``, or in the body of a second
    ``if`` that asks for the opposite."""
    known = branches(code)
    before, after = known.get(min(one, other), ()), known.get(max(one, other), ())
    sides = {id(stmt): taken for stmt, taken in before}
    either = next((stmt for stmt, taken in after if sides.get(id(stmt), taken) is not taken), None)
    if either is not None:
        return either
    asked = [stmt.test for stmt, taken in after if taken]
    return next((stmt for stmt, taken in before if taken and asked and _opposite(stmt.test) in asked), None)


def _opposite(test: s.Expr) -> s.Expr:
    match test:
        case s.Operation(op="not", operands=(asked,)):
            return asked
        case s.Operation(op=op, operands=operands) if op in _OPPOSITES:
            return s.Operation(_OPPOSITES[op], operands)
    return s.Operation("not", (test,))
