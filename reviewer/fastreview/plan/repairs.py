"""The smallest set of failing checks whose repair lifts the overall level.

Unknown counts as pass here: what is unknown wants proof, not repair, so only checks that fail are ever in a set. With
full evidence the level that is lifted is the proven one.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from msgspec import Struct

from fastreview.check import Kind
from fastreview.outcome import Level
from fastreview.review import Effort
from fastreview.scoring import rules
from fastreview.scoring.dimension import Dimension, Step
from fastreview.scoring.overall import applicable, core, demand, least, never_events, overall
from fastreview.scoring.standing import Reading, Standing

EFFORT: dict[Effort, int] = {"minutes": 1, "hours": 4, "days": 16}
"""How much longer a repair takes than one of minutes."""


class Repairs(Struct, frozen=True):
    """What to repair in a dimension so that it reaches ``target``; Junior when only a never-event is to go."""

    dimension: Dimension
    target: Level
    checks: tuple[Standing, ...]

    @property
    def cost(self) -> tuple[int, int]:
        return len(self.checks), sum(EFFORT[check.check.effort] for check in self.checks)


class Goal(Struct, frozen=True):
    """The repairs that lift the project to ``level``; None where no repair can, and dimensions are lifted instead."""

    level: Level | None
    repairs: tuple[Repairs, ...]


def goal(dimensions: Sequence[Dimension]) -> Goal:
    """The next overall level and the fewest checks to repair for it; between equally many, those of less effort.

    What each dimension needs is independent of the others, so the fewest overall are: what keeps any dimension too low,
    every never-event, and the cheapest of the dimensions that must still reach the level. Where the share of the rubric that
    is shown makes up for the others, repairs end there; none is proposed for the sake of that share alone.
    """
    reached = overall(dimensions, Reading.POSSIBLE)
    level = Level(reached + 1) if reached < Level.STAFF else None
    if level is None or not demand(dimensions, level, Reading.POSSIBLE).counted:
        return Goal(None, tuple(_lifted(dimension) for dimension in core(dimensions) if _next(dimension)))
    wanted = demand(dimensions, level, Reading.POSSIBLE)
    must = {dimension.name: _least(dimension, level, dimensions) for dimension in core(dimensions)}
    candidates = [
        (_more(_reach(dimension, level, must[dimension.name].checks), must[dimension.name]), order, dimension)
        for order, dimension in enumerate(core(dimensions))
        if dimension.name in wanted.counted and dimension.name not in wanted.holding
    ]
    chosen = dict(must)
    holding = len(wanted.holding)
    for _, _, dimension in sorted(candidates, key=lambda candidate: candidate[:2]):
        if holding >= wanted.needed(_shown_after(dimensions, chosen.values())):
            break
        chosen[dimension.name] = _reach(dimension, level, must[dimension.name].checks)
        holding += 1
    return Goal(level, tuple(repair for repair in chosen.values() if repair.checks))


def beyond(dimensions: Sequence[Dimension]) -> Iterator[tuple[Repairs, Standing]]:
    """Every check that fails, each with the repairs that it belongs to: those that lift its dimension, then single ones."""
    for dimension in dimensions:
        repairs = _lifted(dimension) if _next(dimension) else Repairs(dimension, Level.JUNIOR, ())
        yield from ((repairs, standing) for standing in repairs.checks)
        for standing in dimension.checks:
            if standing not in repairs.checks and _fails(standing):
                yield Repairs(dimension, Level.JUNIOR, (standing,)), standing


def _fails(standing: Standing) -> bool:
    tally = standing.tally
    if standing.check.kind is Kind.CREDIT:
        return tally.failed + tally.waived > 0
    return not standing.met(Reading.POSSIBLE)


def _shown_after(dimensions: Sequence[Dimension], repairs: Iterable[Repairs]) -> Fraction:
    """The share of the rubric that is shown once everything that fails in these checks passes."""
    mended = {check.check.code for repair in repairs for check in repair.checks}
    checks = applicable(dimensions)
    shares = (Fraction(1) if c.check.code in mended else c.tally.share(Reading.POSSIBLE) for c in checks)
    return sum(shares, Fraction(0)) / len(checks) if checks else Fraction(0)


def _next(dimension: Dimension) -> Step | None:
    return dimension.next_step(Reading.POSSIBLE)


def _lifted(dimension: Dimension) -> Repairs:
    step = _next(dimension)
    return _reach(dimension, step.level if step else dimension.ceiling)


def _least(dimension: Dimension, level: Level, dimensions: Sequence[Dimension]) -> Repairs:
    """What must be repaired in a dimension in any case."""
    never = tuple(s for s in never_events(dimensions, Reading.POSSIBLE) if s.check.dimension == dimension.name)
    return _reach(dimension, least(dimension, level), never)


def _more(repairs: Repairs, beyond: Repairs) -> tuple[int, int]:
    return repairs.cost[0] - beyond.cost[0], repairs.cost[1] - beyond.cost[1]


def _reach(dimension: Dimension, level: Level, besides: tuple[Standing, ...] = ()) -> Repairs:
    """The smallest set after which the dimension holds a level: every gate on the way and the fewest credits."""
    target = min((step.level for step in dimension.steps if step.applies and step.level >= level > 0), default=level)
    checks = list(besides)
    for step in dimension.steps:
        if step.level <= target:
            checks += (check for check in _hold(step) if check not in checks)
    return Repairs(dimension, target, tuple(checks))


def _hold(step: Step) -> tuple[Standing, ...]:
    """The fewest repairs after which a step is held: credits with the most to gain first."""
    reading = Reading.POSSIBLE
    weight = sum(credit.check.weight for credit in step.credits)
    short = (rules.SHARE_TO_HOLD[step.level] - step.share(reading)) * weight
    chosen: list[Standing] = []
    for credit in sorted(step.credits, key=lambda credit: (-_gain(credit), EFFORT[credit.check.effort])):
        if short <= 0:
            break
        chosen.append(credit)
        short -= _gain(credit)
    return (*step.unmet(reading), *chosen)


def _gain(credit: Standing) -> Fraction:
    return credit.check.weight - credit.earned(Reading.POSSIBLE)
