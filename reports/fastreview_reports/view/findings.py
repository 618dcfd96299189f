"""Findings in groups, one for each check: the first in full, others as rows."""

import re
from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from fastreview.review import Confidence, Excerpt, FindingEntry, OutcomeEntry, Page, Severity
from fastreview_reports import words
from fastreview_reports.brief import brief, short_subject

IN_FULL = 25
"""Findings of one check that are shown with their code; the others are rows."""
MANY = 300
"""From here on fewer are shown in full, so that the report of a large service opens at once."""
IN_FULL_OF_MANY = 8
ROWS = 500
"""Rows shown of one check; the JSON document holds all."""

SEVERITY_RANK: dict[Severity, int] = {"blocker": 0, "major": 1, "minor": 2, "info": 3}


class FindingView(Struct, frozen=True):
    anchor: str
    severity: Severity
    severity_label: str
    confidence: Confidence
    confidence_label: str
    status: str
    age: str
    """ "new" or "known" against a baseline or another review; "" without one."""
    subject: str
    place: str
    line: int
    end_line: int
    message: str
    brief: str
    """The sentences of the message that the first finding of the group does not say; "" when none."""
    names: str
    """Names in the message, as code spans, that neither the first finding nor ``brief`` holds."""
    related: tuple[tuple[str, str], ...]
    """Place and what happens there, in order."""
    fix: str
    excerpt: Excerpt | None


class FindingGroup(Struct, frozen=True):
    """The findings of one check: some in full, the rest as rows, and how many are only counted."""

    anchor: str
    code: str
    slug: str
    title: str
    dimension: str
    dimension_label: str
    level: str
    kind: str
    severity: Severity
    severity_label: str
    count: int
    tally: str
    effort: str
    page: Page | None
    in_full: tuple[FindingView, ...]
    rows: tuple[FindingView, ...]
    more: int


class Anchors:
    """Gives out ids that are unique in a document and plain ASCII, whatever the fingerprints hold."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, *parts: str) -> str:
        """A fresh one, made of the parts as far as they are letters and digits."""
        base = re.sub(r"[^a-z0-9]+", "-", "-".join(parts)[:60].lower()).strip("-")
        name, turn = base, 2
        while name in self._taken:
            name, turn = f"{base}-{turn}", turn + 1
        self._taken.add(name)
        return name

    def groups(
        self,
        prefix: str,
        findings: Sequence[FindingEntry],
        by_code: dict[str, OutcomeEntry],
        pages: dict[str, Page],
    ) -> tuple[FindingGroup, ...]:
        grouped: defaultdict[str, list[FindingEntry]] = defaultdict(list)
        for finding in findings:
            grouped[finding.check].append(finding)
        in_full = IN_FULL if len(findings) <= MANY else IN_FULL_OF_MANY
        views = [
            self._group(prefix, members, by_code.get(code), pages.get(code), in_full)
            for code, members in grouped.items()
        ]
        return tuple(sorted(views, key=lambda g: (SEVERITY_RANK[g.severity], g.kind != "never-event", g.code)))

    def _group(
        self, prefix: str, members: list[FindingEntry], outcome: OutcomeEntry | None, page: Page | None, in_full: int
    ) -> FindingGroup:
        members = sorted(members, key=lambda f: (SEVERITY_RANK[f.severity], f.confidence != "certain", f.path, f.line))
        first, code = members[0], members[0].check
        views = [self._finding(finding, first) for finding in members[:ROWS]]
        return FindingGroup(
            anchor=self.new(prefix, code),
            code=code,
            slug=first.slug,
            title=outcome.title if outcome else page.title if page else first.slug,
            dimension=outcome.dimension if outcome else "",
            dimension_label=words.dimension_label(outcome.dimension) if outcome else "Other",
            level=words.label(outcome.level) if outcome else "",
            kind={"never": "never-event", "gate": "gate", "credit": "credit"}[outcome.kind] if outcome else "",
            severity=first.severity,
            severity_label=words.SEVERITIES[first.severity],
            count=len(members),
            tally=words.tally(outcome) if outcome else "",
            effort=outcome.effort if outcome else "",
            page=page,
            in_full=tuple(views[:in_full]),
            rows=tuple(views[in_full:]),
            more=len(members) - len(views),
        )

    def _finding(self, finding: FindingEntry, first: FindingEntry) -> FindingView:
        news, names = brief(finding, first)
        return FindingView(
            anchor=self.new("finding", finding.check, finding.fingerprint[:12]),
            severity=finding.severity,
            severity_label=words.SEVERITIES[finding.severity],
            confidence=finding.confidence,
            confidence_label=words.CONFIDENCES[finding.confidence],
            status=finding.status,
            age=finding.age,
            subject=short_subject(finding.subject, finding.path),
            place=words.place(finding.path, finding.line),
            line=finding.line,
            end_line=max(finding.line, finding.end_line),
            message=finding.message,
            brief=news,
            names=names,
            related=tuple((words.place(place.path, place.line), place.message) for place in finding.related),
            fix={"safe": "Fix available", "unsafe": "Fix available, to be checked"}.get(finding.fix or "", ""),
            excerpt=finding.excerpt,
        )
