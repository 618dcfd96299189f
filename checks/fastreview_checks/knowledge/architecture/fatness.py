"""What makes an endpoint more than a translation of HTTP, in words; shared by the two levels of the same question."""

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from fastreview.api import CallSite, Endpoint, Function, Project, Related, syntax
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
    work = _work(endpoint.function, project)
    touching = (work.storage if budget.storage else work.query) if budget.queries else None
    if touching is not None:
        what = "uses the database itself" if budget.storage else "builds its own queries"
        yield what, Related(touching.place, f"`{touching.call.method}` is called here")
    paths = work.function.facts.complexity
    if paths > budget.complexity:
        paths -= work.excused_paths
    if paths > budget.complexity:
        yield f"takes {paths} paths (budget {budget.complexity})", None
    if work.function.facts.statements > budget.statements:
        yield f"has {work.function.facts.statements} statements (budget {budget.statements})", None
    if work.decisions > budget.decisions:
        yield f"makes {work.decisions} decisions (budget {budget.decisions})", None


class _Work:
    """What the function of an endpoint does itself; three checks ask for it, each with a budget of its own."""

    def __init__(self, function: Function, project: Project) -> None:
        self.function = function
        self._values = project.values

    @cached_property
    def query(self) -> CallSite | None:
        """The first call that builds a query, which is one that uses storage."""
        if self.storage is None:
            return None
        return next((s for s in self._touching if builds_query(self._values.target(s), s.call)), None)

    @cached_property
    def storage(self) -> CallSite | None:
        """The first call that reads or writes storage."""
        return next((s for s in self._touching if uses_storage(self._values.target(s), s.call)), None)

    @cached_property
    def _touching(self) -> list[CallSite]:
        return [site for site in self.function.calls if site.call.method not in _ENDING]

    @cached_property
    def excused_paths(self) -> int:
        statements = self.function.statements
        return sum(_fallbacks(statements)) + sum(_translations(statements))

    @cached_property
    def decisions(self) -> int:
        return sum(map(_decides, self.function.statements))


def _work(function: Function, project: Project) -> _Work:
    known = _known(project)
    work = known.get(id(function))
    if work is None:
        work = known[id(function)] = _Work(function, project)
    return work


@lru_cache(maxsize=1)
def _known(project: Project) -> dict[int, _Work]:
    """By the id of the function, which the project keeps."""
    return {}


def _decides(stmt: syntax.Stmt) -> bool:
    """Whether it is a branch or loop that does something else than turn a request away or translate an error."""
    kind = type(stmt)
    if kind is syntax.Loop or kind is syntax.Match:
        return True
    return type(stmt) is syntax.If and bool(stmt.orelse or not (_leaves(stmt.body) or _fills_in(stmt)))


def _fallbacks(statements: Iterable[syntax.Stmt]) -> Iterator[int]:
    """Branches that radon counts for values that may be missing (``limit or 20``): they decide nothing."""
    for stmt in statements:
        if type(stmt) in _TESTING:
            continue
        for expr in syntax.expressions(stmt):
            if type(expr) is syntax.Ref:
                continue
            for node in syntax.walk(expr):
                if type(node) is syntax.Operation and node.op == "or" and _is_plain(node.operands[-1]):
                    yield len(node.operands) - 1


_TESTING = frozenset({syntax.If, syntax.Assert, syntax.Loop, syntax.Match})


def _translations(statements: Iterable[syntax.Stmt]) -> Iterator[int]:
    """Handlers that raise another error: an error of the domain becomes one of HTTP."""
    for stmt in statements:
        if type(stmt) is syntax.Try:
            yield sum(_leaves(h.body) and type(h.body[-1]) is syntax.Raise for h in stmt.handlers)


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
