"""From the core dimensions to the level, the evidence and the index of the project."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from msgspec import Struct

from fastreview.check import Kind
from fastreview.outcome import Level
from fastreview.review import LEVELS, Headline
from fastreview.scoring import rules
from fastreview.scoring.dimension import Dimension, place, shown
from fastreview.scoring.edge import index_of, rounded_down
from fastreview.scoring.standing import Reading, Standing


class Demand(Struct, frozen=True):
    """What an overall level asks of the core dimensions. ``counted`` are those with something applicable at this level
    or above, ``holding`` those of them that hold it, ``too_low`` those that lie further below than is tolerated, ``shown``
    the share of the rubric that is shown, which at some levels makes up for dimensions that do not hold it."""

    level: Level
    counted: tuple[str, ...]
    holding: tuple[str, ...]
    too_low: tuple[str, ...]
    shown: Fraction

    @property
    def wanted(self) -> int:
        """How many must hold it: three quarters, rounded up."""
        return ceil(rules.OVERALL_SHARE * len(self.counted))

    @property
    def compensation(self) -> rules.Compensation | None:
        return rules.COMPENSATION.get(self.level)

    @property
    def fewer(self) -> int:
        """How many must hold it where enough of the rubric is shown."""
        return ceil(self.compensation.dimensions * len(self.counted)) if self.compensation else self.wanted

    def needed(self, shown: Fraction) -> int:
        """How many must hold it once ``shown`` of the rubric is."""
        return self.fewer if self.compensation and shown >= self.compensation.rubric else self.wanted

    @property
    def met(self) -> bool:
        return bool(self.counted) and not self.too_low and len(self.holding) >= self.needed(self.shown)


def core(dimensions: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """The dimensions that decide: core, with something that applies to this project."""
    return tuple(dimension for dimension in dimensions if dimension.core and dimension.assessed)


def least(dimension: Dimension, overall: Level) -> Level:
    """The lowest level at which a dimension does not stand in the way of an overall level: one below it, or all that
    can be shown where the checks that apply end earlier."""
    return min(Level(max(overall - rules.OVERALL_SLACK, 0)), dimension.ceiling)


def demand(dimensions: Sequence[Dimension], level: Level, reading: Reading) -> Demand:
    deciding = core(dimensions)
    counted = [dimension for dimension in deciding if dimension.ceiling >= level]
    return Demand(
        level,
        tuple(dimension.name for dimension in counted),
        tuple(dimension.name for dimension in counted if dimension.level(reading) >= level),
        tuple(dimension.name for dimension in deciding if dimension.level(reading) < least(dimension, level)),
        shown(core(dimensions), reading),
    )


def never_events(dimensions: Sequence[Dimension], reading: Reading) -> tuple[Standing, ...]:
    """The never-events of core dimensions that are not ruled out. What is unknown is not ruled out in what is proven:
    a failure that becomes unknown must not help."""
    return tuple(
        gate
        for dimension in core(dimensions)
        for step in dimension.steps
        for gate in step.unmet(reading)
        if gate.check.kind is Kind.NEVER
    )


def overall(dimensions: Sequence[Dimension], reading: Reading) -> Level:
    """The highest level whose demand is met, capped while a never-event is not ruled out."""
    level = max(
        (level for level in Level if level and demand(dimensions, level, reading).met),
        default=Level.JUNIOR,
    )
    return min(level, rules.NEVER_EVENT_CAP) if never_events(dimensions, reading) else level


def applicable(dimensions: Sequence[Dimension]) -> tuple[Standing, ...]:
    """The applicable checks of core dimensions, whose weight is the evidence that could be had."""
    return tuple(check for dimension in core(dimensions) for check in dimension.checks)


def decided(standing: Standing) -> Fraction:
    """Weight of the decided part of a check: ``w * (n - U) / n``. A waived failure is decided."""
    return standing.weight * Fraction(standing.tally.n - standing.tally.unknown, standing.tally.n)


def evidence(dimensions: Sequence[Dimension]) -> Fraction:
    """Weight decided over weight applicable, 0 when nothing applies."""
    checks = applicable(dimensions)
    weight = sum(check.weight for check in checks)
    return sum((decided(check) for check in checks), Fraction(0)) / weight if weight else Fraction(0)


def position(dimensions: Sequence[Dimension], reading: Reading) -> Fraction:
    """The share of the rubric that is shown, over the checks of all core dimensions, inside the band of the level."""
    return place(overall(dimensions, reading), shown(core(dimensions), reading))


def band(index: float) -> Level:
    """The level to which an index belongs, that of the project or of a dimension (0 to 100, one decimal)."""
    return max(level for level, start in rules.BANDS.items() if Fraction(index) >= 100 * start)


def headline(dimensions: Sequence[Dimension]) -> Headline:
    proven, decided_share = overall(dimensions, Reading.PROVEN), evidence(dimensions)
    wanted = demand(dimensions, proven, Reading.PROVEN)
    return Headline(
        proven=LEVELS[proven],
        possible=LEVELS[overall(dimensions, Reading.POSSIBLE)],
        evidence=rounded_down(decided_share),
        index=index_of(position(dimensions, Reading.PROVEN)),
        assessed=bool(core(dimensions)) and decided_share >= rules.EVIDENCE_NEEDED,
        capped_by=tuple(gate.check.code for gate in never_events(dimensions, Reading.PROVEN)),
        made_up_by=rounded_down(wanted.shown) if proven and len(wanted.holding) < wanted.wanted else 0.0,
    )
