"""What the repairs up to the next level cost together: a range, for whoever plans a team's weeks."""

from collections.abc import Sequence

from fastreview.review import Effort, NextStep
from fastreview_reports.words import number

HOURS: dict[Effort, tuple[float, float]] = {"minutes": (0.25, 1), "hours": (1, 4), "days": (4, 16)}
"""From and to, each four times the one before: as the plan weighs them when it looks for the cheapest way."""
DAY = 8
HOW = (
    "Counted once for each check, however many places it has: minutes as a quarter of an hour to an hour, hours as one to "
    "four, days as half a day to two, a day as eight hours. Gathering evidence is not counted."
)


def effort(steps: Sequence[NextStep]) -> str:
    """ "2 to 8.5 days for 9 checks", "" where no repair lifts the level."""
    lifting = [step.effort for step in steps if step.kind == "lift"]
    if not lifting:
        return ""
    low, high = (sum(HOURS[one][end] for one in lifting) for end in (0, 1))
    return f"{_range(low, high)} for {number(len(lifting), 'check')}"


def _range(low: float, high: float) -> str:
    """In hours up to two days, else in days, to the half."""
    if high <= 1:
        return "up to an hour"
    unit, divisor = ("hours", 1) if high <= 2 * DAY else ("days", DAY)
    start, end = (max(0.5, round(value / divisor * 2) / 2) for value in (low, high))
    return f"{start:g} to {end:g} {unit}"
