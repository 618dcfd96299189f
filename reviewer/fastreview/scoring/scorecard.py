"""`score`: the evaluations of a project in, its scorecard out."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from fastreview.check import Check, Rung
from fastreview.outcome import Evaluation, Run
from fastreview.review import DimensionEntry, Headline, RungName, State, SubjectCounts
from fastreview.scoring.arithmetic import arithmetic
from fastreview.scoring.dimension import Dimension, entry, profile
from fastreview.scoring.edge import one_line
from fastreview.scoring.overall import headline
from fastreview.scoring.proof import more_proof
from fastreview.scoring.standing import Reading, Standing, standing

RUNGS: dict[Rung, RungName] = {
    Rung.DECLARED: "declared",
    Rung.CONFIGURED: "configured",
    Rung.EXERCISED: "exercised",
    Rung.ENFORCED: "enforced",
}


class CheckResult(Struct, frozen=True):
    """How a check came out. ``subjects`` are as they count: a pass on too low a rung is unknown, an acceptance beyond
    the limit is waived. ``proven`` and ``possible`` are shares of the subjects, 0 to 1."""

    check: Check
    state: State
    subjects: SubjectCounts
    proven: Fraction
    possible: Fraction
    rung: RungName | Literal[""]
    reason: str


class Scorecard(Struct, frozen=True):
    """Everything scoring says about a project. ``results`` are in the order of the profile; ``arithmetic`` can be
    followed with a pencil; ``more_proof`` says what would prove more. ``profile`` holds the exact figures behind."""

    headline: Headline
    dimensions: tuple[DimensionEntry, ...]
    results: tuple[CheckResult, ...]
    arithmetic: tuple[str, ...]
    more_proof: tuple[str, ...]
    profile: tuple[Dimension, ...]


def score(evaluations: Sequence[Evaluation]) -> Scorecard:
    """Scores a project. The order of evaluations and verdicts, the names of subjects and their places do not matter."""
    dimensions = profile([standing(evaluation) for evaluation in evaluations])
    return Scorecard(
        headline=headline(dimensions),
        dimensions=tuple(entry(dimension) for dimension in dimensions),
        results=tuple(_result(s) for dimension in dimensions for step in dimension.steps for s in step.checks),
        arithmetic=arithmetic(dimensions),
        more_proof=more_proof(dimensions),
        profile=dimensions,
    )


def index_of_standings(standings: Sequence[Standing]) -> float:
    """The index, 0 to 100, of checks that are counted already."""
    return headline(profile(standings)).index


def _result(standing: Standing) -> CheckResult:
    state, tally = _state(standing), standing.tally
    reasons = [reason for reason, _ in standing.reasons] if state == "unknown" else []
    return CheckResult(
        check=standing.check,
        state=state,
        subjects=SubjectCounts(tally.passed, tally.failed, tally.unknown, tally.waived, tally.accepted)
        if standing.run is Run.DONE
        else SubjectCounts(),
        proven=tally.share(Reading.PROVEN),
        possible=tally.share(Reading.POSSIBLE),
        rung="" if standing.rung is None else RUNGS[standing.rung],
        reason=one_line(standing.reason or next(iter(reasons), ""), limit=400),
    )


def _state(standing: Standing) -> State:
    if not standing.applies:
        return "not-applicable"
    match standing.run:
        case Run.OFF:
            return "off"
        case Run.CRASHED:
            return "crashed"
        case _ if standing.met(Reading.PROVEN):
            return "met"
        case _ if standing.met(Reading.POSSIBLE):
            return "unknown"
        case _:
            return "not-met"
