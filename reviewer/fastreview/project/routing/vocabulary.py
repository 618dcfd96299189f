"""The words of registrations: what apps and routers are made by, and what adds something to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import Module
from fastreview.project.routing.routers import METHODS

CALLS = frozenset(
    {
        "include_router", "mount", "add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route",
        "add_middleware", "add_exception_handler", "add_event_handler", "host", "add_resource",
    }
)  # fmt: skip
"""Methods of apps and routers that are called."""
DECORATORS = frozenset(
    {*METHODS, "websocket", "websocket_route", "api_route", "route", "middleware", "exception_handler", "on_event"}
)
"""Methods of apps and routers that decorate."""
DYNAMIC = "getattr"
_FRAMEWORK = ("fastapi", "starlette")
_MADE_BY = frozenset({"FastAPI", "APIRouter", "Starlette", "Router"})


def serves(module: Module) -> bool:
    """Whether it imports the framework."""
    for found in module.facts.imports:
        name = found.module
        # Most imports are told by their first letters.
        if name.startswith(_FRAMEWORK) and name.partition(".")[0] in _FRAMEWORK:
            return True
    return False


def creators(modules: Sequence[Module]) -> frozenset[str]:
    """Names under which the project may call the classes of apps and routers: told by names alone, no base is resolved."""
    found = set(_MADE_BY)
    later: dict[str, list[str]] = {}
    for module in modules[0].project.modules if modules else ():
        for name, after in _renamed(module):
            if name.endswith("Router"):
                found.add(name)
            later.setdefault(name, []).append(after)
    pending = list(found)
    while pending:
        fresh = {after for after in later.get(pending.pop(), ()) if after not in found}
        found |= fresh
        pending += fresh
    return frozenset(found)


def _renamed(module: Module) -> Iterator[tuple[str, str]]:
    """Names with others for the same: of classes with those derived from them, and what is imported or assigned."""
    for found in module.facts.imports:
        name = found.name
        if found.alias and name:
            yield name, found.alias
        elif name.endswith("Router"):
            yield name, name
    for cls in module.facts.classes:
        for base in cls.bases:
            named = base.value if type(base) is s.Subscript else base
            if type(named) is s.Ref:
                yield named.last, cls.name
    if not _MADE_BY.isdisjoint(module.facts.mentioned):
        for name, bindings in module.bindings.items():
            for binding in bindings:
                if type(binding.expr) is s.Ref:
                    yield binding.expr.last, name
