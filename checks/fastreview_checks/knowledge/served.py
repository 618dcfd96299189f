"""Which functions run while a request is answered, and for which routes."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from fastreview.api import Bound, Function, Project, Route

_HANDING_OVER = ("run_in_threadpool", "to_thread", "run_sync", "run_in_executor")


@lru_cache(maxsize=1)
def served(project: Project) -> Mapping[Function, tuple[Route, ...]]:
    """Functions that requests run, with routes that reach them: on the event loop (all of them) or in a thread (the first
    found). What only starts, stops or schedules the service is not among them."""
    found: dict[Function, tuple[Route, ...]] = {}
    for one in project.loop_functions:
        if one.entry.kind not in ("lifespan", "background") or one.routes:
            found[one.function] = one.routes
    own = _own_names(project)
    pending = [entry for entry in _in_threads(project) if entry[0] not in found]
    while pending:
        function, routes = pending.pop()
        if function in found:
            continue
        found[function] = routes
        for site in function.calls:
            if site.call.method in own and not site.deferred:
                pending += [(t, routes) for t in project.targets(site) if isinstance(t, Function) and t not in found]
    return found


def _own_names(project: Project) -> frozenset[str]:
    """What calls of the project's own functions are called: anything else is a library's."""
    classes = (cls.name for module in project.service_modules for cls in module.classes)
    return frozenset((*(function.name for function in project.functions), *classes)) - {"add_task"}


def _in_threads(project: Project) -> Iterator[tuple[Function, tuple[Route, ...]]]:
    """Plain endpoints and dependencies, and what coroutines hand to a thread. Last in, first followed: endpoints say more
    than the dependencies that they share."""
    by_dependency: dict[Function, Route] = {}
    for route in project.routes:
        for injected in route.dependency_tree:
            if injected.function is not None:
                by_dependency.setdefault(injected.function, route)
    yield from ((function, (route,)) for function, route in by_dependency.items())
    for site in project.calls(*_HANDING_OVER):
        for given in site.call.args[:2]:
            value = project.values.of(given, site.code)
            function = value.function if isinstance(value, Bound) else value
            if isinstance(function, Function):
                yield function, ()
    for endpoint in project.endpoints:
        yield endpoint.function, endpoint.routes
