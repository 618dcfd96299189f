"""Statements that only run where something holds: in branches, and after the way out of where it does not."""

from typing import Protocol

from fastreview.api import syntax


class Says(Protocol):
    """Whether what is asked for is so wherever a test, one without ``not``, ``and`` and ``or``, holds or does not."""

    def __call__(self, test: syntax.Expr, *, holds: bool) -> bool: ...


def implied(test: syntax.Expr, says: Says, *, holds: bool) -> bool:
    """Whether it is so wherever ``test`` holds, or wherever ``test`` does not."""
    match test:
        case syntax.Operation(op="not", operands=(only,)):
            return implied(only, says, holds=not holds)
        case syntax.Operation(op="and" | "or" as op, operands=operands):
            parts = (implied(operand, says, holds=holds) for operand in operands)
            return any(parts) if (op == "and") is holds else all(parts)
    return says(test, holds=holds)


def running_where(body: syntax.Body, says: Says) -> frozenset[int]:
    """Ids of the statements that only run where it is so."""
    found: set[int] = set()
    for position, stmt in enumerate(body):
        if not isinstance(stmt, syntax.If):
            for block in syntax.blocks(stmt):
                found |= running_where(block, says)
            continue
        for block, holds in ((stmt.body, True), (stmt.orelse, False)):
            if implied(stmt.test, says, holds=holds):
                found.update(id(inner) for inner in syntax.statements(block))
            else:
                found |= running_where(block, says)
        leaves = bool(stmt.body) and isinstance(stmt.body[-1], syntax.Return | syntax.Raise)
        if leaves and implied(stmt.test, says, holds=False):
            found.update(id(inner) for inner in syntax.statements(body[position + 1 :]))
    return frozenset(found)
