"""What a report shows, between the review document and the templates: sentences, order, groups and counts.

Pure: a view is computed from the review alone, and every renderer shows the same one. Every string in it has passed
``text.safe``; escaping for HTML, Markdown or a terminal is left to the renderer.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from fastreview.review import (
    LEVELS,
    Architecture,
    DimensionEntry,
    DimensionLevel,
    Excerpt,
    FindingEntry,
    GatheredEntry,
    LevelName,
    OutcomeEntry,
    Page,
    Plan,
    ProjectEntry,
    Review,
    RouteEntry,
    ScopeEntry,
    Severity,
    Tool,
    Trace,
)
from fastreview_reports import words
from fastreview_reports.brief import brief, short_subject
from fastreview_reports.text import safe

IN_FULL = 25
"""Findings of one check that are shown with their code; the others are rows."""
ROWS = 500
"""Rows shown of one check; the JSON document holds all."""

CREDITS_NEEDED = 0.8
"""The share of credits that holds a level."""

_SEVERITY_RANK: dict[Severity, int] = {"blocker": 0, "major": 1, "minor": 2, "info": 3}
_KIND_RANK = {"never": 0, "gate": 1, "credit": 2}


class Fact(Struct, frozen=True):
    """One figure under the verdict."""

    name: str
    value: str
    note: str


class Verdict(Struct, frozen=True):
    """``headline`` is the same, letter by letter, in every format; ``proven`` and ``possible`` are 0 to 3."""

    sentence: str
    headline: str
    means: str
    index: str
    evidence: float
    evidence_text: str
    assessed: bool
    proven: int
    possible: int
    caps: tuple[str, ...]


class LevelView(Struct, frozen=True):
    """``held`` with all levels below it."""

    label: str
    held: bool
    text: str


class DimensionView(Struct, frozen=True):
    """``reached`` and ``within_reach`` are positions (0 to 100) on a scale where 33.3, 66.7 and 100 hold a level."""

    name: str
    label: str
    about: str
    interval: str
    index: str
    reached: float
    within_reach: float
    core: bool
    next_need: str
    levels: tuple[LevelView, ...]
    met: int
    not_met: int
    undecided: int


class StepView(Struct, frozen=True):
    number: int
    code: str
    title: str
    why: str
    effort: str
    unlocks: str
    proof: str
    place: str
    anchor: str


class StrengthView(Struct, frozen=True):
    """All places where one check is met."""

    code: str
    title: str
    dimension: str
    rung: str
    message: str
    places: tuple[str, ...]
    more: int


class GapView(Struct, frozen=True):
    code: str
    title: str
    kind: str
    state: str
    state_label: str
    detail: str
    effort: str
    anchor: str


class DimensionGaps(Struct, frozen=True):
    label: str
    summary: str
    gaps: tuple[GapView, ...]


class LevelGaps(Struct, frozen=True):
    """What is missing to hold one level, by dimension."""

    label: str
    lacking: int
    count: int
    dimensions: tuple[DimensionGaps, ...]


class FindingView(Struct, frozen=True):
    anchor: str
    severity: Severity
    severity_label: str
    confidence_label: str
    status: str
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


class RouteView(Struct, frozen=True):
    entry: RouteEntry
    place: str
    security: str
    protected: bool
    findings: int
    anchor: str


class OutcomeView(Struct, frozen=True):
    code: str
    title: str
    dimension: str
    level: str
    kind: str
    detail: str
    rung: str


class OutcomeGroup(Struct, frozen=True):
    state: str
    label: str
    about: str
    outcomes: tuple[OutcomeView, ...]


class SideView(Struct, frozen=True):
    label: str
    ok: bool
    state: str
    text: str
    assumed: tuple[str, ...]


class Report(Struct, frozen=True):
    project: ProjectEntry
    tool: Tool
    scope: ScopeEntry
    verdict: Verdict
    facts: tuple[Fact, ...]
    core: tuple[DimensionView, ...]
    extension: tuple[DimensionView, ...]
    steps: tuple[StepView, ...]
    plan: Plan
    strengths: tuple[StrengthView, ...]
    gaps: tuple[LevelGaps, ...]
    findings: tuple[FindingGroup, ...]
    """Open, certain or likely."""
    possible: tuple[FindingGroup, ...]
    """Open, to be looked at by a person."""
    set_aside: tuple[FindingGroup, ...]
    """Waived or accepted."""
    routes: tuple[RouteView, ...]
    architecture: Architecture
    traces: tuple[Trace, ...]
    outcomes: tuple[OutcomeGroup, ...]
    sides: tuple[SideView, ...]
    more_proof: tuple[str, ...]
    arithmetic: tuple[str, ...]
    counts: str
    """The sentence of counts that is the same in every format."""


def report(review: Review) -> Report:
    """The view of a review; the review may hold anything."""
    review = safe(review)
    by_code = {outcome.check: outcome for outcome in review.outcomes}
    settled = [f for f in review.findings if f.status == "open" and f.confidence != "possible"]
    doubtful = [f for f in review.findings if f.status == "open" and f.confidence == "possible"]
    aside = [f for f in review.findings if f.status != "open"]
    anchors = _Anchors()
    groups = anchors.groups("check", settled, by_code, review.pages)
    possible = anchors.groups("possible", doubtful, by_code, review.pages)
    set_aside = anchors.groups("aside", aside, by_code, review.pages)
    linked = {group.code: group.anchor for group in (*possible, *groups)}
    dimensions = tuple(_dimension(d, review) for d in review.dimensions)
    return Report(
        project=review.project,
        tool=review.tool,
        scope=review.scope,
        verdict=_verdict(review, by_code),
        facts=_facts(review, settled, doubtful),
        core=tuple(d for d in dimensions if d.core),
        extension=tuple(d for d in dimensions if not d.core),
        steps=tuple(
            StepView(
                number=number,
                code=step.check,
                title=by_code[step.check].title if step.check in by_code else step.check,
                why=step.why,
                effort=step.effort.capitalize(),
                unlocks=step.unlocks,
                proof=step.proof,
                place=_place(step.path, step.line),
                anchor=linked.get(step.check, ""),
            )
            for number, step in enumerate(review.next_steps[:3], 1)
        ),
        plan=review.plan,
        strengths=_strengths(review, by_code),
        gaps=tuple(_level_gaps(level, review, linked) for level in LEVELS[1:]),
        findings=groups,
        possible=possible,
        set_aside=set_aside,
        routes=_routes(review.routes, groups + possible),
        architecture=review.architecture,
        traces=review.traces,
        outcomes=_outcomes(review.outcomes),
        sides=tuple(_side(entry) for entry in review.gathered),
        more_proof=tuple(words.sentence(hint) for hint in review.more_proof),
        arithmetic=review.arithmetic,
        counts=_counts(review, settled, doubtful, aside),
    )


def count_line(severities: Iterable[Severity]) -> str:
    """ "3 blocker, 12 major", without what there is none of."""
    counts = Counter(severities)
    return ", ".join(f"{counts[s]} {label.lower()}" for s, label in words.SEVERITIES.items() if counts[s])


def _verdict(review: Review, by_code: dict[str, OutcomeEntry]) -> Verdict:
    level = review.level
    caps = tuple(f"{by_code[code].title} ({code})" if code in by_code else code for code in level.capped_by)
    return Verdict(
        sentence=words.verdict(level),
        headline=words.headline(level),
        means=words.PROVEN_MEANS,
        index=f"{level.index:.1f}",
        evidence=min(1.0, max(0.0, level.evidence)),
        evidence_text=words.percent(level.evidence),
        assessed=level.assessed,
        proven=words.rank(level.proven),
        possible=words.rank(level.possible),
        caps=caps,
    )


def _facts(review: Review, settled: Sequence[FindingEntry], doubtful: Sequence[FindingEntry]) -> tuple[Fact, ...]:
    met = sum(outcome.state == "met" for outcome in review.outcomes)
    judged = sum(outcome.state != "not-applicable" for outcome in review.outcomes)
    more = f"and {len(doubtful)} possible" if doubtful else "none possible"
    scope = f"{words.number(review.scope.files, 'file')}, {words.number(review.scope.lines, 'line')}"
    return (
        Fact("Evidence", words.percent(review.level.evidence), "of what applies was decided"),
        Fact("Index", f"{review.level.index:.1f}", "of 100, for trends only"),
        Fact("Checks passed", f"{met} of {judged}", "that apply"),
        Fact("Findings", f"{len(settled)}", count_line(f.severity for f in settled) or more),
        Fact("Routes", f"{review.scope.routes}", scope),
    )


def _counts(
    review: Review,
    settled: Sequence[FindingEntry],
    doubtful: Sequence[FindingEntry],
    aside: Sequence[FindingEntry],
) -> str:
    severities = count_line(f.severity for f in settled)
    return "; ".join(
        part
        for part in (
            words.number(len(settled), "finding") + (f" ({severities})" if severities else ""),
            f"{len(doubtful)} possible" if doubtful else "",
            f"{len(aside)} waived or accepted" if aside else "",
            words.number(review.scope.routes, "route"),
            words.number(len({strength.check for strength in review.strengths}), "strength"),
        )
        if part
    )


def _dimension(entry: DimensionEntry, review: Review) -> DimensionView:
    states = Counter(o.state for o in review.outcomes if o.dimension == entry.name)
    missing = next((level for level in entry.levels if not level.held), None)
    need = ""
    if missing:
        need = f"For {words.label(missing.level)}: {_standing(missing, review.outcomes, entry.name)}"
    reached = min(100.0, max(0.0, entry.index))
    return DimensionView(
        name=entry.name,
        label=words.dimension_label(entry.name),
        about=words.DIMENSIONS.get(entry.name, ("", ""))[1],
        interval=words.dimension_interval(entry),
        index=f"{entry.index:.0f}",
        reached=round(reached, 1),
        within_reach=round(max(reached, words.rank(entry.possible) * 100 / 3), 1),
        core=entry.core,
        next_need=need,
        levels=tuple(
            LevelView(
                words.label(level.level), _holds(entry, level.level), _standing(level, review.outcomes, entry.name)
            )
            for level in entry.levels
        ),
        met=states["met"],
        not_met=states["not-met"],
        undecided=states["unknown"] + states["off"] + states["crashed"],
    )


def _holds(dimension: DimensionEntry, level: LevelName) -> bool:
    return all(entry.held for entry in dimension.levels if words.rank(entry.level) <= words.rank(level))


def _standing(entry: DimensionLevel, outcomes: Iterable[OutcomeEntry], dimension: str) -> str:
    """What is met of a level; the share of credits is told only where credits apply."""
    parts = [f"{entry.gates_met} of {words.number(entry.gates, 'gate')} met"] if entry.gates else []
    if any(
        o.kind == "credit" and o.level == entry.level and o.dimension == dimension and o.state != "not-applicable"
        for o in outcomes
    ):
        parts.append(
            f"credits {words.percent(entry.share)}{'' if entry.share >= CREDITS_NEEDED else ' of the 80 % needed'}"
        )
    return ", ".join(parts) or "no check of this level applies"


def _strengths(review: Review, by_code: dict[str, OutcomeEntry]) -> tuple[StrengthView, ...]:
    grouped: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for strength in review.strengths:
        where = _place(strength.path, strength.line) or strength.subject
        grouped[strength.check].append((where, strength.message, strength.rung))
    views = []
    for code, entries in grouped.items():
        outcome = by_code.get(code)
        places = tuple(dict.fromkeys(place for place, _, _ in entries if place))
        views.append(
            StrengthView(
                code=code,
                title=outcome.title if outcome else code,
                dimension=words.dimension_label(outcome.dimension) if outcome else "",
                rung=entries[0][2],
                message=entries[0][1].rstrip("."),
                places=places[:3],
                more=max(0, len(places) - 3),
            )
        )
    return tuple(views)


def _level_gaps(level: LevelName, review: Review, linked: dict[str, str]) -> LevelGaps:
    views = []
    for dimension in review.dimensions:
        held = next((entry for entry in dimension.levels if entry.level == level), None)
        gaps = [
            outcome
            for outcome in review.outcomes
            if outcome.dimension == dimension.name
            and outcome.level == level
            and outcome.state not in {"met", "not-applicable"}
        ]
        if gaps:
            gaps.sort(key=lambda o: (_KIND_RANK[o.kind], o.state != "not-met", -o.weight, o.check))
            summary = "held already" if _holds(dimension, level) else "not held"
            if held:
                summary += f"; {_standing(held, review.outcomes, dimension.name)}"
            views.append(
                DimensionGaps(
                    label=words.dimension_label(dimension.name),
                    summary=summary,
                    gaps=tuple(_gap(outcome, linked) for outcome in gaps),
                )
            )
    views.sort(key=lambda view: view.summary.startswith("held"))
    lacking = sum(d.core and not _holds(d, level) for d in review.dimensions)
    return LevelGaps(words.label(level), lacking, sum(len(d.gaps) for d in views), tuple(views))


def _gap(outcome: OutcomeEntry, linked: dict[str, str]) -> GapView:
    kind = {"never": "never-event", "gate": "gate", "credit": f"credit {outcome.weight}"}[outcome.kind]
    return GapView(
        code=outcome.check,
        title=outcome.title,
        kind=kind,
        state=outcome.state,
        state_label=words.STATES[outcome.state][0],
        detail=_detail(outcome),
        effort=outcome.effort,
        anchor=linked.get(outcome.check, ""),
    )


def _detail(outcome: OutcomeEntry) -> str:
    return ". ".join(part.rstrip(".") for part in (words.tally(outcome), words.sentence(outcome.reason)) if part)


class _Anchors:
    """Gives out ids that are unique in a document and plain ASCII, whatever the fingerprints hold."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, *parts: str) -> str:
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
        views = [
            self._group(prefix, code, members, by_code.get(code), pages.get(code)) for code, members in grouped.items()
        ]
        return tuple(sorted(views, key=lambda g: (_SEVERITY_RANK[g.severity], g.kind != "never-event", g.code)))

    def _group(
        self, prefix: str, code: str, members: list[FindingEntry], outcome: OutcomeEntry | None, page: Page | None
    ) -> FindingGroup:
        members = sorted(members, key=lambda f: (_SEVERITY_RANK[f.severity], f.confidence != "certain", f.path, f.line))
        first = members[0]
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
            in_full=tuple(views[:IN_FULL]),
            rows=tuple(views[IN_FULL:]),
            more=len(members) - len(views),
        )

    def _finding(self, finding: FindingEntry, first: FindingEntry) -> FindingView:
        news, names = brief(finding, first)
        return FindingView(
            anchor=self.new("finding", finding.check, finding.fingerprint[:12]),
            severity=finding.severity,
            severity_label=words.SEVERITIES[finding.severity],
            confidence_label=words.CONFIDENCES[finding.confidence],
            status=finding.status,
            subject=short_subject(finding.subject, finding.path),
            place=_place(finding.path, finding.line),
            line=finding.line,
            end_line=max(finding.line, finding.end_line),
            message=finding.message,
            brief=news,
            names=names,
            related=tuple((_place(place.path, place.line), place.message) for place in finding.related),
            fix={"safe": "Fix available", "unsafe": "Fix available, to be checked"}.get(finding.fix or "", ""),
            excerpt=finding.excerpt,
        )


def _routes(routes: Sequence[RouteEntry], groups: Sequence[FindingGroup]) -> tuple[RouteView, ...]:
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
                place=_place(route.path_file, route.line),
                security=", ".join(route.security) or "none",
                protected=bool(route.security),
                findings=len(anchors),
                anchor=anchors[0] if anchors else "",
            )
        )
    return tuple(views)


def _outcomes(outcomes: Sequence[OutcomeEntry]) -> tuple[OutcomeGroup, ...]:
    groups = []
    for state, (label, about) in words.STATES.items():
        members = tuple(
            OutcomeView(
                code=outcome.check,
                title=outcome.title,
                dimension=words.dimension_label(outcome.dimension),
                level=words.label(outcome.level),
                kind={"never": "never-event", "gate": "gate", "credit": "credit"}[outcome.kind],
                detail=_detail(outcome),
                rung=outcome.rung,
            )
            for outcome in outcomes
            if outcome.state == state
        )
        groups.append(OutcomeGroup(state, label, about, members))
    return tuple(groups)


def _side(entry: GatheredEntry) -> SideView:
    state = {"ok": "Seen", "unavailable": "Not available", "off": "Switched off"}[entry.state]
    text = ". ".join(words.sentence(part).rstrip(".") for part in (entry.reason, entry.how) if part)
    assumed = tuple(words.sentence(one) for one in entry.assumed)
    return SideView(words.SIDES[entry.what], entry.state == "ok", state, text, assumed)


def _place(path: str, line: int) -> str:
    return f"{path}:{line}" if path and line else path
