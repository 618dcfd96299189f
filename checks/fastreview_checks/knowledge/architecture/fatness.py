"""What makes an endpoint more than a translation of HTTP, in words; shared by the two levels of the same question."""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Endpoint, Project, Related, syntax
from fastreview_checks.knowledge.storage import builds_query, uses_storage


class Budget(NamedTuple):
    """``queries`` and ``storage`` say whether one such call is too many."""

    complexity: int
    statements: int
    decisions: int
    queries: bool = True
    storage: bool = False


_ENDING = frozenset({"commit", "rollback", "close", "expire", "expire_all", "expunge", "expunge_all", "get_bind"})
"""Who answers the request may say where its transaction ends: one owner of commits is as good there as in a service. What
only concerns the session itself reads and writes nothing."""


def reasons(endpoint: Endpoint, project: Project, budget: Budget) -> Iterator[tuple[str, Related | None]]:
    """Why ``endpoint`` does more than its share: the words after "it", and the place of the first sign."""
    function = endpoint.function
    touching = uses_storage if budget.storage else builds_query
    calls = [
        site
        for site in (function.calls if budget.queries else ())
        if site.call.method not in _ENDING and touching(project.values.target(site), site.call)
    ]
    if calls:
        what = "uses the database itself" if budget.storage else "builds its own queries"
        yield what, Related(calls[0].place, f"`{calls[0].call.method}` is called here")
    paths = function.facts.complexity
    if paths > budget.complexity:
        paths -= sum(_fallbacks(function.body)) + sum(_translations(function.body))
    if paths > budget.complexity:
        yield f"takes {paths} paths (budget {budget.complexity})", None
    if function.facts.statements > budget.statements:
        yield f"has {function.facts.statements} statements (budget {budget.statements})", None
    decisions = tuple(_decisions(function.body))
    if len(decisions) > budget.decisions:
        yield f"makes {len(decisions)} decisions (budget {budget.decisions})", None


def _decisions(body: syntax.Body) -> Iterator[syntax.Stmt]:
    """Branches and loops that do something else than turn a request away or translate an error."""
    for stmt in body:
        match stmt:
            case syntax.If() if stmt.orelse or not (_leaves(stmt.body) or _fills_in(stmt)):
                yield stmt
            case syntax.Loop() | syntax.Match():
                yield stmt
            case _:
                pass
        for block in syntax.blocks(stmt):
            yield from _decisions(block)


def _fallbacks(body: syntax.Body) -> Iterator[int]:
    """Branches that radon counts for values that may be missing (``limit or 20``): they decide nothing."""
    for stmt in syntax.statements(body):
        if isinstance(stmt, syntax.If | syntax.Assert | syntax.Loop | syntax.Match):
            continue
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if isinstance(node, syntax.Operation) and node.op == "or" and _is_plain(node.operands[-1]):
                    yield len(node.operands) - 1


def _translations(body: syntax.Body) -> Iterator[int]:
    """Handlers that raise another error: an error of the domain becomes one of HTTP."""
    for stmt in syntax.statements(body):
        if isinstance(stmt, syntax.Try):
            yield sum(_leaves(h.body) and isinstance(h.body[-1], syntax.Raise) for h in stmt.handlers)


def _fills_in(stmt: syntax.If) -> bool:
    """``if limit is None: limit = 20``: a value for what was left out."""
    match stmt.body:
        case (syntax.Assign(targets=(syntax.Ref(name=name),)),):
            test = stmt.test
            operands = test.operands if isinstance(test, syntax.Operation) and test.op in ("is", "==", "not") else ()
            return syntax.Ref(name) in operands
    return False


def _is_plain(value: syntax.Expr) -> bool:
    """A literal or an empty collection."""
    if isinstance(value, syntax.Items | syntax.Mapping):
        return not syntax.children(value)
    return value is None or isinstance(value, str | int | float)


def _leaves(body: syntax.Body) -> bool:
    """Whether a block only raises or returns, with a log line before it perhaps."""
    return bool(body) and isinstance(body[-1], syntax.Raise | syntax.Return) and len(body) <= 2
