"""The verdict for someone who reads no code: what it means, area by area, and what to do, in words of every day."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from fastreview.review import DimensionEntry, Effort, LevelName, NextStep, OutcomeEntry, Review
from fastreview_reports import words
from fastreview_reports.view.dimensions import DimensionView, dimension
from fastreview_reports.view.verdict import made_up

MEANS: dict[LevelName, str] = {
    "junior": "Some of the basics that make a service safe to run and easy to change are not shown to be there.",
    "intermediate": "The basics that make a service safe to run and easy to change are in place.",
    "senior": "Beyond the basics, it is built so that a team can change, test and run it with confidence.",
    "staff": "It goes beyond what one service needs, and much of it is kept that way by tools.",
}
AREAS = {
    "core": "Does the service say clearly what it takes and what it answers?",
    "architecture": "Can one part be changed without breaking another?",
    "async": "Does it stay responsive when many people use it at once?",
    "typing": "Can tools find mistakes before the code runs?",
    "data": "Is data read and stored correctly and without waste?",
    "security": "Can only the right people do what they may, and are secrets kept?",
    "testing": "Would a mistake be noticed before its users notice it?",
    "production": "Can it be set up, watched and released safely?",
}
EFFORTS: dict[Effort, str] = {"minutes": "Minutes", "hours": "Hours", "days": "Days"}
STRONG = 0.6
"""The share of passed checks from which an area is called one of the strongest."""
FEW = 4
"""With fewer checks than these, a share says little."""
TITLE = 90
"""Characters shown of the title of one of several checks in a sentence."""


class Area(Struct, frozen=True):
    """``bar`` holds the positions of the profile."""

    label: str
    question: str
    standing: str
    bar: DimensionView


class PlainStep(Struct, frozen=True):
    title: str
    effort: str
    area: str
    first: bool
    """It holds the whole verdict down until it is mended."""


class Plain(Struct, frozen=True):
    """``meaning`` are sentences; ``sure`` says how far the verdict can be trusted, and what was not looked at."""

    sentence: str
    meaning: tuple[str, ...]
    areas: tuple[Area, ...]
    steps: tuple[PlainStep, ...]
    strongest: tuple[str, ...]
    sure: tuple[str, ...]


def plain(review: Review) -> Plain:
    """For a review whose strings are safe already."""
    by_code = {outcome.check: outcome for outcome in review.outcomes}
    core = [entry for entry in review.dimensions if entry.core]
    return Plain(
        sentence=words.verdict(review.level),
        meaning=_meaning(review, by_code),
        areas=tuple(_area(entry, review) for entry in core),
        steps=tuple(_step(step, by_code, review.level.capped_by) for step in review.next_steps[:3]),
        strongest=_strongest(core, review.outcomes),
        sure=_sure(review),
    )


def _short(title: str) -> str:
    """The title of a check, which a pack may make as long as it likes."""
    return title if len(title) <= TITLE else f"{title[: TITLE - 1].rstrip()}…"


def _meaning(review: Review, by_code: dict[str, OutcomeEntry]) -> tuple[str, ...]:
    level = review.level
    if not level.assessed:
        return ("Too little could be looked at to say where this code stands. What would help is named below.",)
    said = [MEANS[level.proven]]
    titles = [_short(by_code[code].title if code in by_code else code) for code in level.capped_by]
    if titles:
        them = "One defect holds" if len(titles) == 1 else f"{len(titles)} kinds of defect hold"
        it = "it is" if len(titles) == 1 else "they are"
        said.append(f"{them} the verdict down, whatever else is good, until {it} mended: {words.listing(titles[:5])}.")
    elif reason := made_up(review):
        said.append(reason)
    found = Counter(f.severity for f in review.findings if f.status == "open" and f.confidence != "possible")
    if found["blocker"]:
        said.append(f"{words.number(found['blocker'], 'finding is', 'findings are')} of the highest severity.")
    elif not found:
        said.append("Nothing was found that has to be mended.")
    else:
        said.append("Nothing was found that is of the highest severity.")
    return tuple(said)


def _area(entry: DimensionEntry, review: Review) -> Area:
    return Area(
        words.dimension_label(entry.name),
        AREAS.get(entry.name, ""),
        words.dimension_interval(entry),
        dimension(entry, review, ()),
    )


def _step(step: NextStep, by_code: dict[str, OutcomeEntry], caps: Sequence[str]) -> PlainStep:
    outcome = by_code.get(step.check)
    return PlainStep(
        title=step.title or (outcome.title if outcome else step.check),
        effort=EFFORTS[step.effort],
        area=words.dimension_label(outcome.dimension) if outcome else "",
        first=step.check in caps,
    )


def _strongest(core: Sequence[DimensionEntry], outcomes: Sequence[OutcomeEntry]) -> tuple[str, ...]:
    shares = []
    for entry in core:
        states = [o.state for o in outcomes if o.dimension == entry.name and o.state != "not-applicable"]
        met = states.count("met")
        if len(states) >= FEW and met >= STRONG * len(states):
            text = f"{words.dimension_label(entry.name)}: {met} of {len(states)} checks passed"
            shares.append((words.rank(entry.proven), met / len(states), text))
    return tuple(text for *_, text in sorted(shares, key=lambda share: (-share[0], -share[1]))[:3])


def _sure(review: Review) -> tuple[str, ...]:
    level = review.level
    said = [f"{words.percent(level.evidence)} of what applies to this code could be decided."]
    if level.assessed and words.rank(level.possible) > words.rank(level.proven):
        said.append(f"If all the rest turned out well, the level would be {words.label(level.possible)}.")
    missing = [words.SIDES[entry.what].lower() for entry in review.gathered if entry.state != "ok"]
    if missing:
        said.append(f"Not looked at: {words.listing(missing)}.")
    return tuple(said)
