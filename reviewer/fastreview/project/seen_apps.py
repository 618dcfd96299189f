"""The imported apps beside those in the code: which is which, and which route of one is which of the other."""

from __future__ import annotations

from msgspec.structs import replace

from fastreview.facts.app import AppFacts, CodePlace, RouteFacts
from fastreview.project.code import Function
from fastreview.project.routing import Listed, Router


def distinct(apps: tuple[AppFacts, ...]) -> tuple[AppFacts, ...]:
    """Each app once. An app whose routes another one has too, below some prefix or none, is a part of that (which mounts
    it) or the same app, built again by the factory of what a module holds, or imported by two names."""
    tables = [{(r.methods, _in_file(r.endpoint)): r.path for r in app.routes if not is_of_framework(r)} for app in apps]
    kept: list[int] = []
    for number in sorted(
        range(len(apps)), key=lambda n: (len(tables[n]), sum(map(len, tables[n].values())), -n), reverse=True
    ):
        own = tables[number]
        if not own or not any(all(tables[k].get(r, "").endswith(path) for r, path in own.items()) for k in kept):
            kept.append(number)
    return tuple(apps[number] for number in sorted(kept))


def _in_file(place: CodePlace) -> CodePlace:
    """``place`` by whatever name its module was imported."""
    return replace(place, module="") if place.path else place


def is_of_framework(route: RouteFacts) -> bool:
    """The documentation pages are FastAPI's own routes, not the service's."""
    return route.kind == "plain" and route.endpoint.module.partition(".")[0] == "fastapi"


def matching(facts: AppFacts, routers: list[Router]) -> Router | None:
    """The router whose creation the probe saw, by place, else by module, else the only one there is."""
    for router in routers:
        if (router.place.path, router.place.line) == (facts.place.path, facts.place.line):
            return router
    module = facts.target.partition(":")[0]
    for router in routers:
        if router.code.module.name == module or router.place.path == facts.place.path:
            return router
    return routers[0] if len(routers) == 1 else None


def listed_as(method: str, path: str, function: Function | None, listed: list[Listed]) -> Listed | None:
    same = [one for one in listed if one.method == method and one.registered.endpoint is function]
    if function is not None and same:
        return next((one for one in same if one.path == path), same[0])
    return next((one for one in listed if one.method == method and one.path == path), None)
