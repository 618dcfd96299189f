"""The repairs as steps to read: where to begin, why, what each leads to, and how the next review shows it."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec.structs import replace

from fastreview.check import Confidence, Kind
from fastreview.outcome import Evaluation, Finding
from fastreview.plan.exercises import EXERCISES, FALLBACK
from fastreview.plan.proofs import proofs
from fastreview.plan.repairs import EFFORT, Goal, Repairs, beyond, goal
from fastreview.review import NextStep, StepKind
from fastreview.scoring.dimension import Dimension
from fastreview.scoring.edge import listed, one_line
from fastreview.scoring.overall import overall
from fastreview.scoring.scorecard import Scorecard
from fastreview.scoring.standing import Reading, Standing, Tally

CONFIDENCE = (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE)


AT_LEAST = 3
"""Steps that are named where so much is left to mend or to prove."""


def next_steps(evaluations: Sequence[Evaluation], scorecard: Scorecard, why: Mapping[str, str]) -> tuple[NextStep, ...]:
    """The smallest set of failing checks whose repair lifts the overall level, in the order in which to repair them.

    Never-events come first because they cap the level. Where the level could be higher than it is proven, evidence comes
    next: it costs least. Then leverage over effort decides: a check that alone stands between its dimension and the level
    has leverage 1, one of three a third. Where no repair lifts the overall level, the steps lift single dimensions. Fewer
    than three are filled up with what fails beyond that level and what wants proof. ``why`` maps a code to the reason that
    its page gives, for checks that fail without a finding; a finding says it of this code.
    """
    profile = scorecard.profile
    aim = goal(profile)
    findings = {evaluation.check.code: evaluation.findings for evaluation in evaluations}
    lifting = sorted(
        ((repairs, standing) for repairs in aim.repairs for standing in repairs.checks),
        key=lambda pair: (pair[1].check.kind is not Kind.NEVER, -_worth(*pair)),
    )
    steps = [
        _repair(standing, findings, why, "; ".join(_unlocks(aim, repairs, standing)), "lift")
        for repairs, standing in lifting
    ]
    evidence = list(proofs(profile))
    named = {standing.check.code for _, standing in lifting}
    further = [
        _repair(standing, findings, why, "; ".join(_shows(repairs, standing)), "more")
        for repairs, standing in sorted(beyond(profile), key=_nearness)
        if standing.check.code not in named
    ]
    if overall(profile, Reading.PROVEN) < overall(profile, Reading.POSSIBLE):
        capped = sum(standing.check.kind is Kind.NEVER for _, standing in lifting)
        steps[capped:capped] = evidence[:1]
        spare = [*evidence[1:], *further]
    else:
        spare = [*further, *evidence]
    steps += spare[: max(AT_LEAST - len(steps), 0)]
    return tuple(steps)


def _nearness(pair: tuple[Repairs, Standing]) -> tuple[bool, int, Fraction]:
    """What decides before what is only shown, lower levels first, then leverage over effort."""
    repairs, standing = pair
    return not repairs.dimension.core, standing.check.level, -_worth(repairs, standing)


def _worth(repairs: Repairs, standing: Standing) -> Fraction:
    return Fraction(1, len(repairs.checks) * EFFORT[standing.check.effort])


def _repair(
    standing: Standing,
    findings: Mapping[str, Sequence[Finding]],
    why: Mapping[str, str],
    unlocks: str,
    kind: StepKind,
) -> NextStep:
    check = standing.check
    found = sorted(
        (f for f in findings.get(check.code, ()) if f.status != "accepted" and f.confidence is not Confidence.POSSIBLE),
        key=lambda finding: (finding.status != "open", CONFIDENCE.index(finding.confidence), finding.place),
    )
    first = found[0] if found else None
    return NextStep(
        check=check.code,
        why=first.message if first else why.get(check.code, ""),
        effort=check.effort,
        unlocks=unlocks,
        proof=_proof(check.code, found),
        path=first.place.path if first else "",
        line=first.place.line if first else 0,
        exercise=_exercise(check.code, first),
        kind=kind,
    )


def _exercise(code: str, first: Finding | None) -> str:
    """The sentence of a check, with the names of the example; what it names is text of the project."""
    where, subject = "this code", "this service"
    if first and first.place.path:
        path = one_line(first.place.path).replace("`", "'")
        where = f"`{path}:{first.place.line}`" if first.place.line else f"`{path}`"
    if first and first.subject and first.subject != "project":
        subject = f"`{one_line(first.subject).replace('`', chr(39))}`"
    sentence = EXERCISES.get(code, FALLBACK)
    return sentence.replace("{where}", where).replace("{subject}", subject)


def _proof(code: str, found: Sequence[Finding]) -> str:
    paths = list(dict.fromkeys(finding.place.path for finding in found if finding.place.path))
    others = len(paths) - 1
    where = f" in {one_line(paths[0])}" if paths else ""
    where += f" and {others} other file{'s' if others > 1 else ''}" if others > 0 else ""
    waived = " and nothing is waived" if any(finding.status == "waived" for finding in found) else ""
    return f"`fastreview . --select {code}` reports nothing{where}{waived}"


def _unlocks(aim: Goal, repairs: Repairs, standing: Standing) -> Iterator[str]:
    if standing.check.kind is Kind.NEVER:
        never = [s for part in aim.repairs for s in part.checks if s.check.kind is Kind.NEVER]
        others = tuple(s.check.code for s in never if s is not standing)
        yield f"the overall level is no longer capped{_together(others)}"
    if repairs.target:
        others = tuple(s.check.code for s in repairs.checks if s is not standing)
        reaches = "reaches" if _repaired(repairs).level(Reading.PROVEN) >= repairs.target else "can reach"
        yield f"{_title(repairs.dimension)} {reaches} {repairs.target.title}{_together(others)}"
    if aim.level and [s for part in aim.repairs for s in part.checks] == [standing]:
        yield f"and with it the project {aim.level.title}"


def _shows(repairs: Repairs, standing: Standing) -> Iterator[str]:
    """What a repair leads to that is not asked for by the next level."""
    if repairs.target > repairs.dimension.level(Reading.POSSIBLE):
        others = tuple(s.check.code for s in repairs.checks if s is not standing)
        yield f"{_title(repairs.dimension)} can reach {repairs.target.title}{_together(others)}"
    else:
        yield f"{_title(repairs.dimension)} shows more, at the level that it has"


def _together(others: tuple[str, ...]) -> str:
    return f", once {listed(others, limit=4)} {'are' if len(others) > 1 else 'is'} mended too" if others else ""


def _repaired(repairs: Repairs) -> Dimension:
    """The dimension after the repairs, what is unknown left as it is."""
    return replace(
        repairs.dimension,
        steps=tuple(
            replace(step, checks=tuple(_pass(s) if s in repairs.checks else s for s in step.checks))
            for step in repairs.dimension.steps
        ),
    )


def _pass(standing: Standing) -> Standing:
    tally = standing.tally
    passed = tally.passed + tally.failed + tally.waived
    return replace(standing, tally=Tally(passed=passed, unknown=tally.unknown, accepted=tally.accepted))


_TITLES = {"core": "FastAPI and Pydantic", "async": "Async and ASGI"}
"""Dimensions whose names need explaining; as the reports call them."""


def _title(dimension: Dimension) -> str:
    return _TITLES.get(dimension.name) or one_line(dimension.name).capitalize()
