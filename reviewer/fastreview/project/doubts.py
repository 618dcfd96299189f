"""Where the code and the running app disagree on a route: what is said of it is then less certain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastreview.project.routing.routers import registered_in

if TYPE_CHECKING:
    from fastreview.project.routes import Route


def doubts_of(route: Route) -> Iterator[str]:
    if route.facts is None:
        if route.app.facts is not None and not _added_at_start(route):
            yield "the running app does not have it"
        return
    if route.listed is None:
        if route.app.router is not None:
            yield "the code does not show where it is registered"
        return
    if "{?}" in route.listed.path:
        return
    if _normal(route.listed.path) != _normal(route.facts.path):
        yield f"the code shows it at {route.listed.path}"
    if route.endpoint is not None and route.facts.endpoint.path and route.endpoint.is_async != route.facts.is_async:
        yield "the endpoint runs {} than the code shows".format(
            "on the event loop rather" if route.facts.is_async else "in a thread rather"
        )
    passed = route.answers_without_credentials
    if passed is False and not route.security:
        yield "the running app refuses it without credentials, and the code does not show why"
    if passed is True and route.security and not _inside_only(route):
        yield "the running app lets it through without credentials, though the code shows a guard"


def _added_at_start(route: Route) -> bool:
    """Whether the app registers it when it starts: an import does not go that far."""
    if route.listed is None:
        return False
    project = route.app.project
    starting = {id(on.function) for on in project.loop_functions if on.entry.kind == "lifespan"}
    return any(id(code) in starting for code in registered_in(route.listed))


def _normal(path: str) -> str:
    return path.rstrip("/") or "/"


def _inside_only(route: Route) -> bool:
    """Whether its only guard is in the endpoint itself, which does not run for requests of ours."""
    guards = {injected.name for injected in route.dependency_tree}
    return not guards.intersection(route.security)
