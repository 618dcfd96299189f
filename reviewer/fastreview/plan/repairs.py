"""The smallest set of failing checks whose repair lifts the overall level.

Unknown counts as pass here: what is unknown wants proof, not repair, so only checks that fail are ever in a set. With
full evidence the level that is lifted is the proven one.
"""

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct

from fastreview.outcome import Level
from fastreview.review import Effort
from fastreview.scoring import rules
from fastreview.scoring.dimension import Dimension, Step
from fastreview.scoring.overall import core, demand, least, never_events, overall
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
    every never-event, and the cheapest of the dimensions that must still reach the level for three quarters to hold it.
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
    chosen = sorted(candidates, key=lambda candidate: candidate[:2])[: max(wanted.wanted - len(wanted.holding), 0)]
    lifted = {dimension.name: _reach(dimension, level, must[dimension.name].checks) for _, _, dimension in chosen}
    repairs = (lifted.get(name, least_repairs) for name, least_repairs in must.items())
    return Goal(level, tuple(repair for repair in repairs if repair.checks))


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
    short = (rules.SHARE_TO_HOLD - step.share(reading)) * weight
    chosen: list[Standing] = []
    for credit in sorted(step.credits, key=lambda credit: (-_gain(credit), EFFORT[credit.check.effort])):
        if short <= 0:
            break
        chosen.append(credit)
        short -= _gain(credit)
    return (*step.unmet(reading), *chosen)


def _gain(credit: Standing) -> Fraction:
    return credit.check.weight - credit.earned(Reading.POSSIBLE)
