"""The inventory of routes, with what was found on each."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from fastreview.review import Injectable, RouteEntry, RouteTests
from fastreview_reports import words
from fastreview_reports.brief import short_subject
from fastreview_reports.view.findings import Anchors, FindingGroup


class Asked(Struct, frozen=True):
    """A dependency that a route asks for itself, and what that needs in turn."""

    name: str
    needs: tuple[str, ...] = ()


class RouteView(Struct, frozen=True):
    entry: RouteEntry
    place: str
    endpoint: str
    """Its name without what ``place`` says already."""
    security: str
    protected: bool
    findings: int
    first: str
    """The anchor of the first finding, "" without any."""
    anchor: str
    dependencies: tuple[Asked, ...]
    tests: str
    """ "3 tests", "none", "unknown", or "" where nothing is asked of it."""


def routes(
    entries: Sequence[RouteEntry], groups: Sequence[FindingGroup], injection: Sequence[Injectable], ids: Anchors
) -> tuple[RouteView, ...]:
    by_subject: defaultdict[str, list[str]] = defaultdict(list)
    for group in groups:
        for finding in (*group.in_full, *group.rows):
            by_subject[finding.subject].append(finding.anchor)
    views = []
    for route in entries:
        found = by_subject.get(f"{route.method} {route.path}", [])
        views.append(
            RouteView(
                entry=route,
                place=words.place(route.path_file, route.line),
                endpoint=short_subject(route.endpoint, route.path_file),
                security=", ".join(route.security) or "none",
                protected=bool(route.security),
                findings=len(found),
                first=found[0] if found else "",
                anchor=ids.new("route", route.method, route.path),
                dependencies=tuple(_asked(route, injection)),
                tests=_tests(route.tests),
            )
        )
    return tuple(views)


def _asked(route: RouteEntry, injection: Sequence[Injectable]) -> Iterator[Asked]:
    """By the graph, as far as it reaches; the other names stand alone."""
    known = {
        node.name: tuple(injection[n].name for n in node.needs if 0 <= n < len(injection))
        for node in (injection[n] for n in route.injected if 0 <= n < len(injection))
    }
    for name in dict.fromkeys((*route.dependencies, *known)):
        yield Asked(name, known.get(name, ()))


def _tests(tests: RouteTests) -> str:
    match tests.called:
        case "yes":
            return words.number(tests.count, "test") if tests.count else "all routes at once"
        case "no":
            return "none"
        case called:
            return called
