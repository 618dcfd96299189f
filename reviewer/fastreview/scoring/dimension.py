"""From the checks of a dimension to its level, its index and the work done beyond the next level."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

from msgspec import Struct

from fastreview.check import Kind
from fastreview.outcome import Level
from fastreview.review import LEVELS, DimensionEntry, DimensionLevel
from fastreview.scoring import rules
from fastreview.scoring.edge import index_of, rounded_down
from fastreview.scoring.standing import Reading, Standing

KINDS = (Kind.NEVER, Kind.GATE, Kind.CREDIT)


def place(level: Level, share: Fraction) -> Fraction:
    """``share`` inside the band of ``level``, 0 to 1. Staff is the end of the scale."""
    if level is Level.STAFF:
        return Fraction(1)
    start, end = rules.BANDS[level], rules.BANDS[Level(level + 1)]
    return start + (end - start) * min(rules.SHARE_CAP, share)


class Step(Struct, frozen=True, dict=True):
    """The checks of one level of one dimension: never-events, then gates, then credits, each by code."""

    level: Level
    checks: tuple[Standing, ...]

    @cached_property
    def gates(self) -> tuple[Standing, ...]:
        """The applicable gates, never-events among them."""
        return tuple(check for check in self.checks if check.applies and check.check.kind is not Kind.CREDIT)

    @cached_property
    def credits(self) -> tuple[Standing, ...]:
        """The applicable credits."""
        return tuple(check for check in self.checks if check.applies and check.check.kind is Kind.CREDIT)

    @cached_property
    def applies(self) -> bool:
        return any(check.applies for check in self.checks)

    def unmet(self, reading: Reading) -> tuple[Standing, ...]:
        return self._unmet[reading]

    @cached_property
    def _unmet(self) -> dict[Reading, tuple[Standing, ...]]:
        return {reading: tuple(gate for gate in self.gates if not gate.met(reading)) for reading in Reading}

    def share(self, reading: Reading) -> Fraction:
        """``s = sum(w * share) / sum(w)`` of the credits, 1 when there are none."""
        return self._shares[reading]

    @cached_property
    def _shares(self) -> dict[Reading, Fraction]:
        weight = sum(credit.check.weight for credit in self.credits)
        if not weight:
            return dict.fromkeys(Reading, Fraction(1))
        earned = {reading: sum(credit.earned(reading) for credit in self.credits) for reading in Reading}
        return {reading: Fraction(earned[reading], weight) for reading in Reading}

    def held(self, reading: Reading) -> bool:
        """All gates met and a sufficient share of the credits; so nothing stands in the way where nothing applies."""
        return not self.unmet(reading) and self.share(reading) >= rules.SHARE_TO_HOLD[self.level]


class Dimension(Struct, frozen=True, dict=True):
    """A dimension with its three steps, Intermediate to Staff."""

    name: str
    core: bool
    steps: tuple[Step, ...]

    @cached_property
    def assessed(self) -> bool:
        """False when no check of it applies to this project."""
        return any(step.applies for step in self.steps)

    @cached_property
    def ceiling(self) -> Level:
        """The highest level at which something applies: more cannot be shown here, nor asked for."""
        return max((step.level for step in self.steps if step.applies), default=Level.JUNIOR)

    def level(self, reading: Reading) -> Level:
        """The highest level that is held with all levels below.

        A level where nothing applies is passed through on the way to a higher one that is held, but is not reached by
        itself: a level is demonstrated by evidence. Otherwise a dimension without an applicable check would turn from
        "not assessed" into Staff or Senior as soon as one of its checks is switched off and thereby counts.
        """
        return self._levels[reading]

    @cached_property
    def _levels(self) -> dict[Reading, Level]:
        return {reading: self._reached(reading) for reading in Reading}

    def _reached(self, reading: Reading) -> Level:
        reached = Level.JUNIOR
        for step in self.steps:
            if not step.held(reading):
                break
            if step.applies:
                reached = step.level
        return reached

    def next_step(self, reading: Reading) -> Step | None:
        """The lowest step above the level at which something applies; None at the ceiling."""
        level = self.level(reading)
        return next((step for step in self.steps if step.level > level and step.applies), None)

    @cached_property
    def checks(self) -> tuple[Standing, ...]:
        """Those that apply, of all levels."""
        return tuple(check for step in self.steps for check in step.checks if check.applies)

    def passing(self, reading: Reading) -> Fraction:
        """The shares of passing subjects of its checks, added up."""
        return self._passing[reading]

    @cached_property
    def _passing(self) -> dict[Reading, Fraction]:
        return {reading: sum((c.tally.share(reading) for c in self.checks), Fraction(0)) for reading in Reading}

    def position(self, reading: Reading) -> Fraction:
        """``(L + share) / 3``, 0 to 1: the band is the level, the place in it the share of the rubric that is shown."""
        return place(self.level(reading), shown((self,), reading))

    def banked(self, reading: Reading) -> Fraction:
        """The share, by weight, of what is done above the next level; 0 where there is nothing above it."""
        step = self.next_step(reading)
        above = [
            check
            for later in self.steps
            if step and later.level > step.level
            for check in later.checks
            if check.applies
        ]
        weight = sum(check.weight for check in above)
        return sum((check.earned(reading) for check in above), Fraction(0)) / weight if weight else Fraction(0)


def shown(dimensions: Sequence[Dimension], reading: Reading) -> Fraction:
    """Mean share of passing subjects over the checks of all levels, 0 without checks.

    Every check counts once, gate or credit: what decides levels is in the levels. Counting gates as all or nothing was
    tried and made size a defect, since the more places there are, the likelier is one that fails.
    """
    checks = sum(len(dimension.checks) for dimension in dimensions)
    return (
        sum((dimension.passing(reading) for dimension in dimensions), Fraction(0)) / checks if checks else Fraction(0)
    )


def profile(standings: Sequence[Standing]) -> tuple[Dimension, ...]:
    """All dimensions in the order in which they are shown: core, profile only, then those of third-party packs."""
    known = (*rules.CORE, *rules.PROFILE_ONLY)
    foreign = sorted({standing.check.dimension for standing in standings} - set(known))
    return tuple(
        Dimension(
            name,
            name in rules.CORE,
            tuple(
                Step(
                    level,
                    tuple(
                        sorted(
                            (s for s in standings if s.check.dimension == name and s.check.level == level),
                            key=lambda s: (KINDS.index(s.check.kind), s.check.code),
                        )
                    ),
                )
                for level in Level
                if level > Level.JUNIOR
            ),
        )
        for name in (*known, *foreign)
    )


def entry(dimension: Dimension) -> DimensionEntry:
    """The dimension as the review document shows it."""
    return DimensionEntry(
        name=dimension.name,
        proven=LEVELS[dimension.level(Reading.PROVEN)],
        possible=LEVELS[dimension.level(Reading.POSSIBLE)],
        index=index_of(dimension.position(Reading.PROVEN)),
        assessed=dimension.assessed,
        core=dimension.core,
        banked=rounded_down(dimension.banked(Reading.PROVEN)),
        levels=tuple(_level_entry(dimension, step) for step in dimension.steps),
    )


def _level_entry(dimension: Dimension, step: Step) -> DimensionLevel:
    reading = Reading.PROVEN
    unmet, share = step.unmet(reading), step.share(reading)
    short = step.credits if share < rules.SHARE_TO_HOLD[step.level] else ()
    return DimensionLevel(
        level=LEVELS[step.level],
        gates_met=len(step.gates) - len(unmet),
        gates=len(step.gates),
        share=rounded_down(share),
        held=step.held(reading) and (step.applies or step.level <= dimension.level(reading)),
        blocking=tuple(s.check.code for s in (*unmet, *(c for c in short if c.tally.share(reading) < 1))),
    )
