"""What to do next, what is done well already, and what each level still lacks."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from fastreview.review import LevelName, NextStep, OutcomeEntry, Review
from fastreview_reports import words
from fastreview_reports.view.dimensions import holds, standing
from fastreview_reports.view.sums import Sums

KIND_RANK = {"never": 0, "gate": 1, "credit": 2}


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
    exercise: str = ""
    proving: bool = False
    """It asks for evidence, not for a repair."""


class StrengthView(Struct, frozen=True):
    """All places where one check is met."""

    code: str
    title: str
    dimension: str
    rung: str
    message: str
    places: tuple[str, ...]
    more: int
    partly: str = ""
    """Why it is not the whole story, where its check is not met: "" where it is."""


class GapView(Struct, frozen=True):
    code: str
    title: str
    kind: str
    state: str
    state_label: str
    detail: str
    effort: str
    anchor: str
    sum: str


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


def next_steps(
    steps: Sequence[NextStep], by_code: dict[str, OutcomeEntry], linked: dict[str, str]
) -> tuple[StepView, ...]:
    """The first three."""
    return tuple(
        StepView(
            number=number,
            code=step.check,
            title=step.title or (by_code[step.check].title if step.check in by_code else step.check),
            why=step.why,
            effort=step.effort.capitalize(),
            unlocks=step.unlocks,
            proof=step.proof,
            place=words.place(step.path, step.line),
            anchor=linked.get(step.check, "") if step.kind != "prove" else "",
            exercise=step.exercise,
            proving=step.kind == "prove",
        )
        for number, step in enumerate(steps[:3], 1)
    )


def strengths(review: Review, by_code: dict[str, OutcomeEntry]) -> tuple[StrengthView, ...]:
    grouped: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for strength in review.strengths:
        where = words.place(strength.path, strength.line) or strength.subject
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
                partly=_partly(outcome) if outcome else "",
            )
        )
    return tuple(sorted(views, key=lambda view: bool(view.partly)))


def _partly(outcome: OutcomeEntry) -> str:
    """Seen, and yet not enough for the check: shown less well than its level asks, or not everywhere."""
    if outcome.state == "unknown":
        return f"not counted yet ({outcome.reason})" if outcome.reason else "not counted yet"
    if outcome.state == "not-met":
        told = words.tally(outcome)
        return f"in part only ({told})" if told else "in part only"
    return ""


def level_gaps(level: LevelName, review: Review, linked: dict[str, str], opened: Sums) -> LevelGaps:
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
            gaps.sort(key=lambda o: (KIND_RANK[o.kind], o.state != "not-met", -o.weight, o.check))
            summary = "held already" if holds(dimension, level) else "not held"
            if held:
                summary += f"; {standing(held, review.outcomes, dimension.name)}"
            views.append(
                DimensionGaps(
                    label=words.dimension_label(dimension.name),
                    summary=summary,
                    gaps=tuple(gap(outcome, linked, opened) for outcome in gaps),
                )
            )
    views.sort(key=lambda view: view.summary.startswith("held"))
    lacking = sum(d.core and not holds(d, level) for d in review.dimensions)
    return LevelGaps(words.label(level), lacking, sum(len(d.gaps) for d in views), tuple(views))


def gap(outcome: OutcomeEntry, linked: dict[str, str], opened: Sums) -> GapView:
    kind = {"never": "never-event", "gate": "gate", "credit": f"credit {outcome.weight}"}[outcome.kind]
    return GapView(
        code=outcome.check,
        title=outcome.title,
        kind=kind,
        state=outcome.state,
        state_label=words.STATES[outcome.state][0],
        detail=words.detail(outcome),
        effort=outcome.effort,
        anchor=linked.get(outcome.check, ""),
        sum=opened.checks.get(outcome.check, ""),
    )
