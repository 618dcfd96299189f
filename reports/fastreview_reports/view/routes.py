"""The inventory of routes, with what was found on each."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from fastreview.review import RouteEntry, RouteTests
from fastreview_reports import words
from fastreview_reports.view.findings import Anchors, FindingGroup


class RouteView(Struct, frozen=True):
    entry: RouteEntry
    place: str
    security: str
    protected: bool
    findings: int
    first: str
    """The anchor of the first finding, "" without any."""
    anchor: str
    tests: str
    """ "3 tests", "none", "unknown", or "" where nothing is asked of it."""


def routes(entries: Sequence[RouteEntry], groups: Sequence[FindingGroup], ids: Anchors) -> tuple[RouteView, ...]:
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
                security=", ".join(route.security) or "none",
                protected=bool(route.security),
                findings=len(found),
                first=found[0] if found else "",
                anchor=ids.new("route", route.method, route.path),
                tests=_tests(route.tests),
            )
        )
    return tuple(views)


def _tests(tests: RouteTests) -> str:
    match tests.called:
        case "yes":
            return words.number(tests.count, "test") if tests.count else "all routes at once"
        case "no":
            return "none"
        case called:
            return called
