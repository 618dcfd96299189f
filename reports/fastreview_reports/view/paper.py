"""Findings for paper: of each check the first with their code, the others by file in one line each."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from fastreview.review import Excerpt
from fastreview_reports.view.findings import FindingGroup, FindingView

FILES = 12
"""Files listed for one check."""
PLACES = 8
"""Places listed for one file."""
BEFORE, LINES = 2, 7
"""Lines of an excerpt before the place, and altogether."""
TOLD = 80
"""Characters told of one place in a row."""


class FileRow(Struct, frozen=True):
    """``places`` are lines (0 for the whole file) with what is told of them, "" where nothing is new."""

    path: str
    places: tuple[tuple[int, str], ...]
    more: int


class PrintedGroup(Struct, frozen=True):
    group: FindingGroup
    message: str
    shown: tuple[FindingView, ...]
    files: tuple[FileRow, ...]
    more: int
    """Findings that are only counted."""


def printed(groups: Iterable[FindingGroup], *, with_code: bool) -> tuple[PrintedGroup, ...]:
    """Two excerpts where the first finding is a blocker, one for major ones; none without ``with_code``."""
    excerpts = {"blocker": 2, "major": 1} if with_code else {}
    return tuple(_printed(group, excerpts.get(group.severity, 0)) for group in groups)


def _printed(group: FindingGroup, excerpts: int) -> PrintedGroup:
    every = (*group.in_full, *group.rows)
    shown = tuple(_trimmed(finding) for finding in every[:excerpts])
    files = _by_file(every[excerpts:])
    listed = sum(len(row.places) + row.more for row in files[:FILES])
    rows = tuple(row for row in files[:FILES] if row.path or any(told for _, told in row.places))
    return PrintedGroup(group, every[0].message, shown, rows, group.count - len(shown) - listed)


def _by_file(findings: Sequence[FindingView]) -> tuple[FileRow, ...]:
    by_path: dict[str, list[tuple[int, str]]] = {}
    for finding in findings:
        path = finding.place.removesuffix(f":{finding.line}") if finding.line else finding.place
        by_path.setdefault(path, []).append((finding.line, _told(finding)))
    return tuple(
        FileRow(path, tuple(places[:PLACES]), max(0, len(places) - PLACES)) for path, places in by_path.items()
    )


def _told(finding: FindingView) -> str:
    news = " ".join(part for part in (finding.brief, finding.names) if part)
    status = f" ({finding.status})" if finding.status != "open" else ""
    subject = "" if finding.subject and finding.subject in news else finding.subject
    return (": ".join(part for part in (subject, _cut(news)) if part) + status).strip()


def _cut(text: str) -> str:
    """At a blank, and not within a code span."""
    if len(text) <= TOLD:
        return text
    kept = text[:TOLD].rpartition(" ")[0]
    if kept.count("`") % 2:
        kept = kept.rpartition("`")[0].rstrip()
    return f"{kept} …"


def _trimmed(finding: FindingView) -> FindingView:
    excerpt = finding.excerpt
    if excerpt is None:
        return finding
    skip = max(0, min(finding.line - BEFORE - excerpt.first, len(excerpt.lines) - LINES))
    lines = list(excerpt.lines[skip : skip + LINES])
    while lines and not lines[-1].strip():
        del lines[-1]
    while lines and not lines[0].strip():
        skip, lines = skip + 1, lines[1:]
    return msgspec.structs.replace(finding, excerpt=Excerpt(excerpt.first + skip, tuple(lines), excerpt.language))
