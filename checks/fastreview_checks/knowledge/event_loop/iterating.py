"""What functions on the event loop go over, themselves or in what they hand it to."""

from functools import lru_cache

from fastreview.api import CallSite, Function, LoopFunction, Project, syntax

_CONSUMERS = frozenset({"list", "tuple", "set", "sorted"})


def iterables(subject: LoopFunction, project: Project) -> list[tuple[syntax.Expr, int]]:
    """What a function loops over, or hands to something that does, with the lines."""
    function = subject.function
    found = [(iterable, line) for iterable, line, is_async in function.uses.iterated if not is_async]
    if not _CONSUMERS.isdisjoint(function.called):
        calls = [site.call for site in function.calls]
        found += [(call.args[0], call.line) for call in calls if call.args and call.name in _CONSUMERS]
    for site, called in subject.calls.own:
        if _goes_over(called) and project.values.target(site) is called:
            found += _handed(site, called)
    for site in subject.calls.deferred:
        target = project.values.target(site)
        if isinstance(target, Function):
            found += _handed(site, target)
    return found


def _handed(site: CallSite, called: Function) -> list[tuple[syntax.Expr, int]]:
    args = site.call.args
    if not args or site.call.name in _CONSUMERS:
        return []
    return [(args[n], site.call.line) for n in _iterated_parameters(called) if n < len(args)]


@lru_cache(maxsize=10_000)
def _goes_over(function: Function) -> bool:
    """Whether ``function`` goes over anything."""
    return function.facts.binds_in_expressions or bool(function.uses.iterated)


@lru_cache(maxsize=10_000)
def _iterated_parameters(function: Function) -> tuple[int, ...]:
    """Positions of the parameters that ``function`` loops over."""
    given = (b.expr for bindings in function.bindings.values() for b in bindings if b.kind.endswith("iterate"))
    names = {expr.name for expr in given if isinstance(expr, syntax.Ref)}
    return tuple(n for n, parameter in enumerate(function.facts.parameters) if parameter.name in names)
