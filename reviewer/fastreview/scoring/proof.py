"""What would prove more: the reasons for what is unknown, the most valuable first."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from fastreview.scoring.dimension import Dimension
from fastreview.scoring.edge import listed, one_line, percent
from fastreview.scoring.overall import applicable

SHOWN = 20
"""Reasons come from what was reviewed, so their number has a bound."""


def more_proof(dimensions: Sequence[Dimension]) -> tuple[str, ...]:
    """A line for each reason with what it would decide: ``let it import the app (ARC012 and COR005: +8 % evidence)``.

    Only core checks count: nothing else is part of the evidence.
    """
    checks = applicable(dimensions)
    total = sum(check.weight for check in checks)
    gains: defaultdict[str, Fraction] = defaultdict(Fraction)
    codes: defaultdict[str, list[str]] = defaultdict(list)
    for check in checks:
        for reason, count in check.reasons:
            line = one_line(reason)
            gains[line] += Fraction(check.weight * count, check.tally.n * total)
            if check.check.code not in codes[line]:
                codes[line].append(check.check.code)
    ordered = sorted(gains, key=lambda reason: (-gains[reason], reason))
    decides = {reason: listed(tuple(sorted(codes[reason]))) for reason in ordered}
    lines = [f"{reason} ({decides[reason]}: +{percent(gains[reason])} evidence)" for reason in ordered]
    rest = len(lines) - SHOWN
    return (*lines[:SHOWN], f"{rest} further reasons") if rest > 0 else tuple(lines)
