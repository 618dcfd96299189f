"""What functions on the event loop go over, themselves or in what they hand it to."""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import CallSite, Function, LoopFunction, Project, syntax

_CONSUMERS = frozenset({"list", "tuple", "set", "sorted"})


def iterables(subject: LoopFunction, project: Project) -> Iterator[tuple[syntax.Expr, int]]:
    """What a function loops over, or hands to something that does, with the lines."""
    function = subject.function
    for iterable, line, is_async in function.uses.iterated:
        if not is_async:
            yield iterable, line
    if not _CONSUMERS.isdisjoint(function.called):
        for site in function.calls:
            if site.call.args and site.call.name in _CONSUMERS:
                yield site.call.args[0], site.call.line
    for site, called in subject.calls.own:
        if _iterated_parameters(called) and project.values.target(site) is called:
            yield from _handed(site, called)
    for site in subject.calls.deferred:
        target = project.values.target(site)
        if isinstance(target, Function):
            yield from _handed(site, target)


def _handed(site: CallSite, called: Function) -> Iterator[tuple[syntax.Expr, int]]:
    args = site.call.args
    if site.call.name not in _CONSUMERS:
        yield from ((args[n], site.call.line) for n in _iterated_parameters(called) if n < len(args))


@lru_cache(maxsize=10_000)
def _iterated_parameters(function: Function) -> tuple[int, ...]:
    """Positions of the parameters that ``function`` loops over."""
    if not (function.uses.iterated or function.facts.binds_in_expressions):
        return ()
    given = (b.expr for bindings in function.bindings.values() for b in bindings if b.kind.endswith("iterate"))
    names = {expr.name for expr in given if isinstance(expr, syntax.Ref)}
    return tuple(n for n, parameter in enumerate(function.facts.parameters) if parameter.name in names)
