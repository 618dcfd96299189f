"""One check on one project, counted: from verdicts to a tally, and from a tally to met or not met.

P, F, U, W and A are the subjects that pass, fail, are unknown, waived and accepted; ``n = P + F + W + U``.
"""

from collections import Counter
from enum import Enum
from fractions import Fraction
from math import floor

from msgspec import Struct

from fastreview.check import Check, Kind, Rung
from fastreview.outcome import Evaluation, Level, Run, SubjectState, Verdict
from fastreview.scoring import rules


class Reading(Enum):
    """Everything is evaluated twice: unknown as fail is what is proven, unknown as pass what is possible."""

    PROVEN = "proven"
    POSSIBLE = "possible"


class Tally(Struct, frozen=True):
    """Subjects of a check by state. ``refused`` of the waived were accepted beyond the limit; ``short`` of the unknown
    pass, but on a lower rung than the level wants."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    waived: int = 0
    accepted: int = 0
    refused: int = 0
    short: int = 0

    @property
    def n(self) -> int:
        """The denominator. What is accepted has left it."""
        return self.passed + self.failed + self.unknown + self.waived

    def good(self, reading: Reading) -> int:
        return self.passed if reading is Reading.PROVEN else self.passed + self.unknown

    def missed(self, reading: Reading) -> int:
        return self.n - self.good(reading)

    def share(self, reading: Reading) -> Fraction:
        """``P / n``, or ``(P + U) / n`` for what is possible; 0 without subjects."""
        return Fraction(self.good(reading), self.n) if self.n else Fraction(0)


class Standing(Struct, frozen=True):
    """A check with its tally. A run that is off, crashed or without its facts stands as one unknown subject: proven 0,
    possible 1. ``reasons`` counts why subjects are unknown; ``rung`` is the lowest that a pass reached."""

    check: Check
    run: Run
    tally: Tally
    reasons: tuple[tuple[str, int], ...] = ()
    reason: str = ""
    rung: Rung | None = None

    @property
    def applies(self) -> bool:
        """False for a check that a predicate ruled out, and for one that found no subject."""
        return self.tally.n > 0

    @property
    def weight(self) -> int:
        """In the evidence and in banked work."""
        return rules.GATE_WEIGHT.get(self.check.kind, self.check.weight)

    @property
    def tolerance(self) -> Fraction:
        """As written: a tolerance that was computed as ``1 - 0.9`` is 0.1 again, or floor would lose a subject."""
        if self.check.kind is Kind.NEVER or not self.check.tolerance:
            return Fraction(0)
        return Fraction(self.check.tolerance).limit_denominator(10_000)

    @property
    def cap(self) -> int:
        return 0 if self.check.kind is Kind.NEVER else self.check.cap

    @property
    def allowed(self) -> int:
        """How many subjects may miss a gate, ``min(floor(t * n), cap)``: the cap stops dilution by trivial subjects."""
        return min(floor(self.tolerance * self.tally.n), self.cap)

    def met(self, reading: Reading) -> bool:
        """A gate: ``P >= 1`` and ``F + W + U <= allowed``; for what is possible, U counts as P.

        A credit has no such line of its own and earns ``P / n`` of its weight; it reads as met from
        `rules.CREDIT_MET` on.
        """
        if self.check.kind is Kind.CREDIT:
            return self.tally.share(reading) >= rules.CREDIT_MET
        return self.tally.good(reading) >= 1 and self.tally.missed(reading) <= self.allowed

    def earned(self, reading: Reading) -> Fraction:
        """Weight already earned: all or nothing for a gate, the share for a credit."""
        done = self.tally.share(reading) if self.check.kind is Kind.CREDIT else Fraction(self.met(reading))
        return self.weight * done


def standing(evaluation: Evaluation) -> Standing:
    """Counts the verdicts of a check.

    A pass on a rung below the one its level wants is unknown until more is shown; a pass without a rung is proven by
    the code itself. At most a tenth of the subjects, rounded down, may be accepted and leave the denominator, none of a
    never-event; the rest of the acceptances count as waivers.
    """
    check, run = evaluation.check, evaluation.run
    match run:
        case Run.NOT_APPLICABLE:
            return Standing(check, run, Tally(), reason=evaluation.reason)
        case Run.OFF | Run.CRASHED | Run.UNKNOWN:
            reason = _without_verdicts(run, evaluation.reason)
            return Standing(check, run, Tally(unknown=1), ((reason, 1),), evaluation.reason)
        case Run.DONE:
            return _counted(check, evaluation.verdicts)


def _without_verdicts(run: Run, reason: str) -> str:
    match run:
        case Run.OFF:
            return f"switch the check on: {reason}" if reason else "switch the check on"
        case Run.CRASHED:
            return f"report the crash of the check: {reason}" if reason else "report the crash of the check"
        case _:
            return reason or "provide the facts that the check needs"


def _counted(check: Check, verdicts: tuple[Verdict, ...]) -> Standing:
    wanted = rules.WANTED_RUNG[Level(check.level)]
    # Of thousands of verdicts a few differ from one another.
    alike = Counter([(verdict.state, verdict.rung, verdict.reason) for verdict in verdicts])
    states: Counter[SubjectState] = Counter()
    rungs: Counter[Rung] = Counter()
    missing: Counter[str] = Counter()
    for (state, rung, reason), count in alike.items():
        states[state] += count
        if state is SubjectState.PASS and rung is not None:
            rungs[rung] += count
        elif state is SubjectState.UNKNOWN:
            missing[reason or "provide the facts that the check needs"] += count
    short = sum(count for rung, count in rungs.items() if rung < wanted)
    limit = 0 if check.kind is Kind.NEVER else floor(rules.ACCEPTED_AT_MOST * len(verdicts))
    accepted = min(states[SubjectState.ACCEPTED], limit)
    refused = states[SubjectState.ACCEPTED] - accepted
    tally = Tally(
        passed=states[SubjectState.PASS] - short,
        failed=states[SubjectState.FAIL],
        unknown=states[SubjectState.UNKNOWN] + short,
        waived=states[SubjectState.WAIVED] + refused,
        accepted=accepted,
        refused=refused,
        short=short,
    )
    if short:
        missing[rules.RUNG_PROOF[wanted]] += short
    reasons = tuple(sorted(missing.items(), key=lambda entry: (-entry[1], entry[0])))
    nothing = "" if tally.n else f"there is no {check.each.unit} to judge"
    return Standing(check, Run.DONE, tally, reasons, nothing, min(rungs, default=None))
