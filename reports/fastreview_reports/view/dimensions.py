"""Where each dimension stands, and what its next level needs."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from fastreview.review import DimensionEntry, DimensionLevel, LevelName, OutcomeEntry, Review
from fastreview_reports import words

CREDITS_NEEDED: dict[LevelName, float] = {"intermediate": 0.5, "senior": 0.8, "staff": 0.8}
"""The share of credits that holds a level."""


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
    sum: tuple[str, ...] = ()
    """The lines of arithmetic behind it."""


def dimension(entry: DimensionEntry, review: Review, lines: tuple[str, ...]) -> DimensionView:
    states = Counter(o.state for o in review.outcomes if o.dimension == entry.name)
    missing = next((level for level in entry.levels if not level.held), None)
    need = ""
    if missing:
        need = f"For {words.label(missing.level)}: {standing(missing, review.outcomes, entry.name)}"
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
            LevelView(words.label(level.level), holds(entry, level.level), standing(level, review.outcomes, entry.name))
            for level in entry.levels
        ),
        met=states["met"],
        not_met=states["not-met"],
        undecided=states["unknown"] + states["off"] + states["crashed"],
        sum=lines,
    )


def holds(dimension: DimensionEntry, level: LevelName) -> bool:
    return all(entry.held for entry in dimension.levels if words.rank(entry.level) <= words.rank(level))


def standing(entry: DimensionLevel, outcomes: Iterable[OutcomeEntry], dimension: str) -> str:
    """What is met of a level; the share of credits is told only where credits apply."""
    parts = [f"{entry.gates_met} of {words.number(entry.gates, 'gate')} met"] if entry.gates else []
    if any(
        o.kind == "credit" and o.level == entry.level and o.dimension == dimension and o.state != "not-applicable"
        for o in outcomes
    ):
        needed = CREDITS_NEEDED[entry.level]
        short = "" if entry.share >= needed else f" of the {words.percent(needed)} needed"
        parts.append(f"credits {words.percent(entry.share)}{short}")
    return ", ".join(parts) or "no check of this level applies"
