"""The scoring line by line, so that a reader can follow it with a pencil."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from fastreview.check import Kind
from fastreview.outcome import Level, Run
from fastreview.scoring import rules
from fastreview.scoring.dimension import Dimension, Step, shown
from fastreview.scoring.edge import decimal, index_of, one_line, percent
from fastreview.scoring.overall import (
    applicable,
    core,
    decided,
    demand,
    evidence,
    never_events,
    overall,
    position,
)
from fastreview.scoring.standing import Reading, Standing

LEGEND = (
    "P pass, F fail, U unknown, W waived; n = P + F + U + W. A accepted has left n.",
    "Proven counts U as fail, possible counts U as pass. A gate is met when P >= 1 and F + W + U <= allowed,",
    "allowed = min(floor(tolerance x n), cap). A credit earns its weight x P/n.",
    "A level is held when all gates are met and the credits earn enough of their weight: "
    + ", ".join(f"{decimal(share)} at {level.title}" for level, share in rules.SHARE_TO_HOLD.items())
    + ".",
)


def arithmetic(dimensions: Sequence[Dimension]) -> tuple[str, ...]:
    """Checks, levels and index of each dimension, then the overall rule, the evidence and the index."""
    return (*LEGEND, *_dimensions(dimensions), *_overall(dimensions), *_evidence(dimensions), *_index(dimensions))


def _dimensions(dimensions: Sequence[Dimension]) -> Iterator[str]:
    for dimension in dimensions:
        yield ""
        yield f"{dimension.name}" + ("" if dimension.core else " (shown, decides nothing)")
        for step in dimension.steps:
            if step.checks:
                yield from _step(step)
        if not dimension.assessed:
            yield "  not assessed: no check applies"
            continue
        levels = dimension.level(Reading.PROVEN).title, dimension.level(Reading.POSSIBLE).title
        yield f"  level: {levels[0]} (proven), {levels[1]} (possible)"
        yield from _dimension_index(dimension)


def _step(step: Step) -> Iterator[str]:
    yield f"  {step.level.title}"
    for standing in step.checks:
        yield f"    {standing.check.kind.value:6} {standing.check.code} {standing.check.slug}: {_check(standing)}"
    if not step.applies:
        yield "    nothing applies: passed through, not held by itself"
        return
    if step.gates:
        met = [len(step.gates) - len(step.unmet(reading)) for reading in Reading]
        yield f"    gates met: {met[0]} of {len(step.gates)}" + (f", possible {met[1]}" if met[1] > met[0] else "")
    if step.credits:
        yield f"    credits: {_credits(step)}"
    yield f"    held: {_held(step)}"


def _check(standing: Standing) -> str:
    if not standing.applies:
        return f"not applicable, {one_line(standing.reason) or 'no subject'}"
    if standing.run is not Run.DONE:
        credit = standing.check.kind is Kind.CREDIT
        outcome = f"earns 0, possible {standing.check.weight}" if credit else "not met, possible met"
        why = f" ({one_line(standing.reason)})" if standing.reason else ""
        return f"{standing.run.value}{why}: {outcome}"
    return f"{_counts(standing)}; {_credit(standing) if standing.check.kind is Kind.CREDIT else _gate(standing)}"


def _counts(standing: Standing) -> str:
    tally = standing.tally
    text = f"n {tally.n} = P {tally.passed} + F {tally.failed} + U {tally.unknown} + W {tally.waived}"
    notes = (
        (tally.accepted, f"A {tally.accepted}"),
        (tally.refused, f"{tally.refused} of W were accepted beyond the limit"),
        (tally.short, f"{tally.short} of U pass on too low a rung"),
    )
    return text + "".join(f", {note}" for number, note in notes if number)


def _gate(standing: Standing) -> str:
    missed, possible = (standing.tally.missed(reading) for reading in Reading)
    tolerance = f"tolerance {decimal(standing.tolerance)} x {standing.tally.n}, cap {standing.cap}, "
    text = f"{tolerance if standing.tolerance else ''}allowed {standing.allowed}; F + W + U = {missed}: "
    text += "met" if standing.met(Reading.PROVEN) else "not met"
    if not standing.tally.unknown:
        return text
    return f"{text}; possible F + W = {possible}: {'met' if standing.met(Reading.POSSIBLE) else 'not met'}"


def _credit(standing: Standing) -> str:
    tally, weight = standing.tally, standing.check.weight
    parts = [f"{weight} x {tally.good(reading)}/{tally.n} = {decimal(standing.earned(reading))}" for reading in Reading]
    return f"earns {parts[0]}" + (f", possible {parts[1]}" if tally.unknown else "")


def _credits(step: Step) -> str:
    weight = sum(credit.check.weight for credit in step.credits)
    shares = [step.share(reading) for reading in Reading]
    earned = sum((credit.earned(Reading.PROVEN) for credit in step.credits), Fraction(0))
    text = f"s = {decimal(earned)} / {weight} = {decimal(shares[0])}"
    return text + (f", possible {decimal(shares[1])}" if shares[1] > shares[0] else "")


def _held(step: Step) -> str:
    if step.held(Reading.PROVEN):
        return "yes"
    missing = [gate.check.code for gate in step.unmet(Reading.PROVEN)]
    if step.share(Reading.PROVEN) < rules.SHARE_TO_HOLD[step.level]:
        missing.append(f"s < {decimal(rules.SHARE_TO_HOLD[step.level])}")
    return f"no ({', '.join(missing)})" + ("; possible yes" if step.held(Reading.POSSIBLE) else "")


def _dimension_index(dimension: Dimension) -> Iterator[str]:
    level, step = dimension.level(Reading.PROVEN), dimension.next_step(Reading.PROVEN)
    yield f"  {_placed(level, (dimension,))} = {index_of(dimension.position(Reading.PROVEN))}"
    if banked := dimension.banked(Reading.PROVEN):
        yield f"  banked: {percent(banked)} of the work above {step.level.title if step else 'that'} is done"


def _placed(level: Level, dimensions: Sequence[Dimension]) -> str:
    """How the index comes about, up to the equals sign."""
    if level is Level.STAFF:
        return "index: Staff"
    checks = sum(len(dimension.checks) for dimension in dimensions)
    done = sum((dimension.passing(Reading.PROVEN) for dimension in dimensions), Fraction(0))
    share = shown(dimensions, Reading.PROVEN)
    text = f"index: P/n over {checks} checks add up to {decimal(done)}, a share of {decimal(share)}"
    limit = f" (at most {decimal(rules.SHARE_CAP)})" if share > rules.SHARE_CAP else ""
    return f"{text}{limit}; 100 x ({int(level)} + {decimal(min(share, rules.SHARE_CAP))}) / 3"


def _overall(dimensions: Sequence[Dimension]) -> Iterator[str]:
    yield ""
    yield "overall"
    for reading in Reading:
        yield f"  {reading.value}"
        for level in sorted(Level)[1:]:
            yield f"    {_demand(dimensions, level, reading)}"
        if never := never_events(dimensions, reading):
            codes = ", ".join(gate.check.code for gate in never)
            yield f"    never-events not ruled out: {codes}; at most {rules.NEVER_EVENT_CAP.title}"
        yield f"    level: {overall(dimensions, reading).title}"


def _demand(dimensions: Sequence[Dimension], level: Level, reading: Reading) -> str:
    wanted = demand(dimensions, level, reading)
    if not wanted.counted:
        return f"{level.title}: nothing applies at this level: not met"
    text = f"{level.title}: held by {len(wanted.holding)} of {len(wanted.counted)} dimensions, {wanted.wanted} wanted"
    if wanted.compensation:
        text += (
            f", or {wanted.fewer} where {percent(wanted.compensation.rubric)} of the rubric is shown: "
            f"{percent(wanted.shown)}"
        )
    if wanted.too_low:
        text += f"; below what is tolerated: {', '.join(wanted.too_low)}"
    return f"{text}: {'met' if wanted.met else 'not met'}"


def _evidence(dimensions: Sequence[Dimension]) -> Iterator[str]:
    checks = applicable(dimensions)
    weight, sure = sum(check.weight for check in checks), sum((decided(check) for check in checks), Fraction(0))
    weights = f"a gate weighs {rules.GATE_WEIGHT[Kind.GATE]}, a never-event {rules.GATE_WEIGHT[Kind.NEVER]}"
    yield ""
    yield f"evidence: weight x (n - U)/n, {weights}, a credit its own weight"
    share = evidence(dimensions)
    enough = "assessed" if core(dimensions) and share >= rules.EVIDENCE_NEEDED else "not assessed"
    yield f"  {decimal(sure)} of {weight} = {percent(share)}; {percent(rules.EVIDENCE_NEEDED)} wanted: {enough}"


def _index(dimensions: Sequence[Dimension]) -> Iterator[str]:
    level = overall(dimensions, Reading.PROVEN)
    yield ""
    yield f"{_placed(level, core(dimensions))} = {index_of(position(dimensions, Reading.PROVEN))}, in the band of {level.title}"
