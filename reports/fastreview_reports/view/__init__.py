"""What a report shows, between the review document and the templates: sentences, order, groups and counts.

Pure: a view is computed from the review alone, and every renderer shows the same one. Every string in it has passed
``text.safe``; escaping for HTML, Markdown or a terminal is left to the renderer.
"""

from msgspec import Struct, structs

from fastreview.review import (
    LEVELS,
    Architecture,
    Injectable,
    LayerImport,
    Plan,
    ProjectEntry,
    Review,
    ScopeEntry,
    SuppressionEntry,
    Tool,
    Trace,
)
from fastreview_reports import words
from fastreview_reports.history_chart import Chart, chart
from fastreview_reports.picture import broken
from fastreview_reports.selection import MEANS, Selection, selection
from fastreview_reports.text import safe
from fastreview_reports.view.dimensions import DimensionView, LevelView, dimension
from fastreview_reports.view.effort import effort
from fastreview_reports.view.evidence import OutcomeGroup, OutcomeView, SideView, outcomes, side
from fastreview_reports.view.findings import Anchors, FindingGroup, FindingView
from fastreview_reports.view.routes import RouteView, routes
from fastreview_reports.view.steps import LevelGaps, StepView, StrengthView, level_gaps, next_steps, strengths
from fastreview_reports.view.sums import Sums, sums
from fastreview_reports.view.verdict import Fact, Verdict, counts, facts, verdict

__all__ = [
    "DimensionView", "Fact", "FindingGroup", "FindingView", "LevelGaps", "LevelView", "OutcomeGroup", "OutcomeView",
    "Report", "RouteView", "SideView", "StepView", "StrengthView", "Verdict", "report", "shown",
]  # fmt: skip


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
    comments: tuple[SuppressionEntry, ...]
    """Comments that set nothing aside, or less than they say: expired, unused, not understood."""
    routes: tuple[RouteView, ...]
    architecture: Architecture
    broken: tuple[LayerImport, ...]
    """Imports that break the layers."""
    traces: tuple[Trace, ...]
    suppressions: tuple[SuppressionEntry, ...]
    history: Chart | None
    """Of earlier reviews; None where there are none."""
    outcomes: tuple[OutcomeGroup, ...]
    sides: tuple[SideView, ...]
    more_proof: tuple[str, ...]
    arithmetic: tuple[str, ...]
    sums: Sums
    """The same, taken apart."""
    injection: tuple[Injectable, ...]
    counts: str
    """The sentence of counts that is the same in every format."""
    notices: tuple[str, ...] = ()
    made: str = ""
    """The day, "" where it is not known."""
    effort: str = ""
    """What the repairs up to the next level cost together, "" where none lifts it."""
    selection: Selection | None = None
    """What was asked for, where that is too little for a level."""


_ASKED = ("not-met", "crashed", "unknown", "met", "not-applicable")
"""Of selected checks, what is to be done first."""


def shown(review: Review) -> Report:
    """The view for people: of a review of selected checks only what was selected."""
    view = report(review)
    return _partial(view, view.selection) if view.selection else view


def _partial(view: Report, asked: Selection) -> Report:
    """No level, caps and steps; of the profile those dimensions of which every check was asked."""
    whole = "architecture" in asked.dimensions
    judged = sum(len(group.outcomes) for group in view.outcomes if group.state not in ("off", "not-applicable"))
    met = sum(len(group.outcomes) for group in view.outcomes if group.state == "met")
    return structs.replace(
        view,
        verdict=structs.replace(
            view.verdict, sentence=asked.sentence, headline=asked.headline, means=MEANS, caps=(), proven=0, possible=0
        ),
        facts=(
            Fact("Checks passed", f"{met} of {judged}", "of the selected that apply"),
            *(fact for fact in view.facts if fact.name in ("Findings", "Routes")),
        ),
        core=tuple(d for d in view.core if d.name in asked.dimensions),
        extension=tuple(d for d in view.extension if d.name in asked.dimensions),
        outcomes=tuple(
            sorted((g for g in view.outcomes if g.state != "off"), key=lambda group: _ASKED.index(group.state))
        ),
        steps=(),
        effort="",
        plan=Plan(),
        gaps=(),
        more_proof=(),
        arithmetic=(),
        sums=sums(()),
        routes=(),
        traces=(),
        injection=(),
        history=None,
        architecture=view.architecture if whole else Architecture(),
        broken=view.broken if whole else (),
    )


def report(review: Review) -> Report:
    """The view of a review; the review may hold anything."""
    review = safe(review)
    opened = sums(review.arithmetic)
    by_code = {outcome.check: outcome for outcome in review.outcomes}
    settled = [f for f in review.findings if f.status == "open" and f.confidence != "possible"]
    doubtful = [f for f in review.findings if f.status == "open" and f.confidence == "possible"]
    aside = [f for f in review.findings if f.status != "open"]
    anchors = Anchors()
    groups = anchors.groups("check", settled, by_code, review.pages)
    possible = anchors.groups("possible", doubtful, by_code, review.pages)
    set_aside = anchors.groups("aside", aside, by_code, review.pages)
    linked = {group.code: group.anchor for group in (*possible, *groups)}
    dimensions = tuple(dimension(d, review, opened.dimensions.get(d.name, ())) for d in review.dimensions)
    return Report(
        project=review.project,
        tool=review.tool,
        scope=review.scope,
        verdict=verdict(review, by_code),
        facts=facts(review, settled, doubtful, opened),
        core=tuple(d for d in dimensions if d.core),
        extension=tuple(d for d in dimensions if not d.core),
        steps=next_steps(review.next_steps, by_code, linked),
        plan=review.plan,
        strengths=strengths(review, by_code),
        gaps=tuple(level_gaps(level, review, linked, opened) for level in LEVELS[1:]),
        findings=groups,
        possible=possible,
        set_aside=set_aside,
        routes=routes(review.routes, groups + possible, review.injection, anchors),
        comments=tuple(entry for entry in review.suppressions if entry.note and entry.origin == "comment"),
        architecture=review.architecture,
        broken=broken(review.architecture, review.findings),
        traces=review.traces,
        suppressions=review.suppressions,
        history=chart(review.history),
        outcomes=outcomes(review.outcomes, opened),
        sides=tuple(side(entry) for entry in review.gathered),
        more_proof=tuple(words.sentence(hint) for hint in review.more_proof),
        arithmetic=review.arithmetic,
        sums=opened,
        injection=review.injection,
        counts=counts(review, settled, doubtful, aside),
        notices=review.notices,
        made=review.made,
        effort=effort(review.next_steps),
        selection=selection(review),
    )
