"""Which tests call a route: by the run of the tests where there was one, else by what their code says."""

from collections.abc import Iterator

from fastreview.project import Project
from fastreview.project.code import Code, Function
from fastreview.project.routes import Route
from fastreview.review import RelatedPlace, RouteTests

SHOWN = 3
"""Tests of a route that are named."""


def route_tests(route: Route, project: Project) -> RouteTests:
    if not (route.is_api or route.is_websocket):
        return RouteTests()
    run = project.test_run
    tests = run.tests_of(route) if run else ()
    if tests:
        first = tuple(RelatedPlace(test.path, test.line, test.id) for test in tests[:SHOWN])
        return RouteTests("yes", "run", len(tests), first)
    if not project.tests:
        return RouteTests("no", "code")
    known = project.exercise.exercised(route)
    found = tuple(_places(route, project))
    match known:
        case True:
            return RouteTests("yes", "code", len(found), found[:SHOWN])
        case False if run.is_complete or not project.exercise.unreadable:
            return RouteTests("no", "run" if run else "code")
        case _:
            return RouteTests("unknown", "code", len(found), found[:SHOWN])


def _places(route: Route, project: Project) -> Iterator[RelatedPlace]:
    """Of test code that calls the route, each function once."""
    seen: set[int] = set()
    for call in project.exercise.calls_of.get(id(route), ()):
        if id(call.root) not in seen:
            seen.add(id(call.root))
            yield RelatedPlace(call.at.place.path, call.at.place.line, _named(call.root))


def _named(code: Code) -> str:
    return code.qualname if isinstance(code, Function) else code.module.name
