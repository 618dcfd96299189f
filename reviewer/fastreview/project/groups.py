"""Routes by the router that they are registered on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastreview.project.routes import Route
from fastreview.project.subject import Place, Subject


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
    """Routers in the order of their first routes; routes that only the running app shows are joined by their file."""
    found: dict[object, list[Route]] = {}
    for route in routes:
        if route.is_api:
            router = route.listed.chain[-1][0] if route.listed is not None else None
            found.setdefault(id(router) if router is not None else route.place.path, []).append(route)
    return [_group(members) for members in found.values()]


def _group(routes: list[Route]) -> RouteGroup:
    first = routes[0]
    if first.listed is None:
        return RouteGroup(first.place.path, first.place, routes)
    router = first.listed.chain[-1][0]
    return RouteGroup(router.code.module.name, router.place, routes)
