"""Calls that a process makes once, although the function that holds them is called for every request."""

from collections.abc import Iterator

from fastreview.api import CallSite, syntax


def runs_once(site: CallSite) -> bool:
    """Whether a call only runs until a global that its function sets has a value: ``if _pool is None: _pool = connect()``."""
    statements = site.code.statements
    kept = {t.name for s in statements if isinstance(s, syntax.Names) for t in s.targets if isinstance(t, syntax.Ref)}
    return any(
        _unset(stmt.test) in kept and any(node is site.call for node in _under(stmt.body))
        for stmt in statements
        if kept and isinstance(stmt, syntax.If)
    )


def _unset(test: syntax.Expr) -> str:
    """The name that ``name is None`` and ``not name`` ask about."""
    match test:
        case syntax.Operation(op="is", operands=(syntax.Ref(name=name), None)):
            return name
        case syntax.Operation(op="not", operands=(syntax.Ref(name=name),)):
            return name
    return ""


def _under(body: syntax.Body) -> Iterator[syntax.Expr]:
    return (node for s in syntax.statements(body) for e in syntax.expressions(s) for node in syntax.walk(e))
