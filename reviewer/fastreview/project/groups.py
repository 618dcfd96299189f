"""Routes by the router that they are registered on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from fastreview.project.routes import Route
from fastreview.project.routing import Router
from fastreview.project.subject import Place, Subject

FEWEST = 2
"""Routes of a router that counts as one."""


class RouteGroup(Subject):
    """A router with the API routes that are registered on it, whatever apps include it."""

    unit = "router"

    def __init__(self, module: str, place: Place, routes: Sequence[Route]) -> None:
        self.module = module
        self._place = place
        self.routes = routes

    def __repr__(self) -> str:
        return f"<RouteGroup {self.key}>"

    @property
    def prefix(self) -> str:
        """What all its paths begin with, in whole segments."""
        paths = [route.path.strip("/").split("/") for route in self.routes]
        shared: list[str] = []
        for segments in zip(*paths, strict=False):
            if len(set(segments)) > 1:
                break
            shared.append(segments[0])
        return "/" + "/".join(shared)

    @property
    def key(self) -> str:
        return f"{self.module} {self.prefix}"

    @property
    def place(self) -> Place:
        return self._place


def groups_of(routes: Iterable[Route]) -> list[RouteGroup]:
    """Routers in the order of their first routes. Where each route has a router of its own, the one that joins them
    counts; routes that only the running app shows are joined by their file."""
    api = [route for route in routes if route.is_api]
    sizes = Counter(id(router) for route in api if route.listed is not None for router, _ in route.listed.chain)
    found: dict[object, tuple[Router | None, list[Route]]] = {}
    for route in api:
        chain = [router for router, _ in route.listed.chain] if route.listed is not None else []
        joining = [router for router in chain if sizes[id(router)] >= FEWEST] or chain[:1]
        router = joining[-1] if joining else None
        key = id(router) if router is not None else route.place.path
        found.setdefault(key, (router, []))[1].append(route)
    return [_group(router, members) for router, members in found.values()]


def _group(router: Router | None, routes: list[Route]) -> RouteGroup:
    first = routes[0]
    if router is None:
        return RouteGroup(first.place.path, first.place, routes)
    return RouteGroup(router.code.module.name, router.place, routes)
