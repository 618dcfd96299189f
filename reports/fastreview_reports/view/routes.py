"""The inventory of routes, with what was found on each."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from fastreview.review import RouteEntry
from fastreview_reports import words
from fastreview_reports.view.findings import FindingGroup


class RouteView(Struct, frozen=True):
    entry: RouteEntry
    place: str
    security: str
    protected: bool
    findings: int
    anchor: str


def routes(routes: Sequence[RouteEntry], groups: Sequence[FindingGroup]) -> tuple[RouteView, ...]:
    by_subject: defaultdict[str, list[str]] = defaultdict(list)
    for group in groups:
        for finding in (*group.in_full, *group.rows):
            by_subject[finding.subject].append(finding.anchor)
    views = []
    for route in routes:
        anchors = by_subject.get(f"{route.method} {route.path}", [])
        views.append(
            RouteView(
                entry=route,
                place=words.place(route.path_file, route.line),
                security=", ".join(route.security) or "none",
                protected=bool(route.security),
                findings=len(anchors),
                anchor=anchors[0] if anchors else "",
            )
        )
    return tuple(views)
