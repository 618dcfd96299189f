"""Routes without importing: every app and router of the project, what is registered on them, and how they are joined.

An app or router is known by the call that creates it. Who a registration (``@router.get``, ``app.include_router``) is
about is asked backwards: from the name in front of it through assignments, parameters and their callers, attributes,
factories, loops over lists, and wrappers, to the calls that create routers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from fastreview.project.code import CallSite, Code, Function, Module
from fastreview.project.constants import Constants
from fastreview.project.routing.reading import Reader
from fastreview.project.routing.routers import Included, Listed, Registered, Router, comes_first
from fastreview.project.routing.table import Tables
from fastreview.project.values import Values

__all__ = ["Included", "Listed", "Registered", "Router", "Routing", "comes_first"]


class Routing:
    """Reads every registration of the project once; `apps` and `table` answer from what was read."""

    def __init__(
        self,
        modules: tuple[Module, ...],
        values: Values,
        constants: Constants,
        callers: Callable[[Function], Sequence[CallSite]],
        by_call: Mapping[str, Sequence[Code]],
    ) -> None:
        self._tables = Tables(constants)
        reader = Reader(modules, values, constants, callers, by_call)
        self.routers = reader.routers
        """Every app and router, in the order in which they were met."""
        self.unread = tuple(reader.unread)
        """Routers of libraries that are included and of which no route is known, with the code that includes each."""

    def table(self, app: Router) -> tuple[Listed, ...]:
        """The effective routes of ``app``, in order of registration as far as source order tells."""
        return self._tables.of(app)

    @property
    def apps(self) -> tuple[Router, ...]:
        """Apps that no other app mounts."""
        mounted = {id(i.router) for r in self.routers for i in r.included if i.mount}
        found: list[Router] = []
        taken: set[tuple[int, str]] = set()
        for router in self.routers:
            if router.is_app and id(router) not in mounted:
                # `if ...: app = FastAPI(...) else: app = FastAPI(...)` is one app.
                names = {(id(router.code), name) for name in _bound_in(router.code).get(id(router.call), ())}
                if taken.isdisjoint(names):
                    found.append(router)
                    taken |= names
        return tuple(found)

    @staticmethod
    def mounted(app: Router) -> tuple[Router, ...]:
        """``app`` and the apps that it mounts, at any depth: each brings middleware and handlers of its own."""
        found = {id(app): app}
        queue = [app]
        while queue:
            for included in queue.pop().included:
                if included.mount and included.router.is_app and id(included.router) not in found:
                    found[id(included.router)] = included.router
                    queue.append(included.router)
        return tuple(found.values())


@lru_cache(maxsize=8)
def _bound_in(code: Code) -> dict[int, list[str]]:
    """Names by the id of what they are bound to."""
    found: dict[int, list[str]] = {}
    for name, bindings in code.bindings.items():
        for binding in bindings:
            found.setdefault(id(binding.expr), []).append(name)
    return found
