"""What wants no repair but evidence, as steps: one for each thing that fastreview could be let do or be shown."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from fastreview.review import NextStep
from fastreview.scoring.dimension import Dimension
from fastreview.scoring.edge import listed, one_line, percent
from fastreview.scoring.overall import applicable, overall
from fastreview.scoring.standing import Reading, Standing, Tally

APP = "app"
CI = "ci"
_FLAG = re.compile(r"--(?:run-tests|type-check|thorough)\b")
_APP = re.compile(r"\blet (?:it|fastreview) import the app\b")
_CI = re.compile(r"\blet CI fail without it\b")


class Way(Struct, frozen=True):
    """How a kind of evidence is had. ``command`` gives it by itself; "" where the repository has to show it."""

    title: str
    command: str
    exercise: str


_WAYS = {
    "--run-tests": Way(
        "Let the tests run",
        "fastreview . --run-tests",
        "Before you run it, write down which route you expect to hold the event loop longest and which module to be tested "
        "least; then compare.",
    ),
    "--type-check": Way(
        "Let the types be checked",
        "fastreview . --type-check",
        "Before you run it, guess the module with the most type errors; then read the first three there and say which input "
        "would make each a crash.",
    ),
    "--thorough": Way(
        "Let guards be taken out",
        "fastreview . --thorough",
        "Before you run it, take one guard out yourself and predict which test fails.",
    ),
    CI: Way("Let CI enforce it", "", "Open a pull request that breaks it, and see CI refuse it."),
    APP: Way(
        "Let the app be imported",
        "fastreview .",
        "Import the app in a shell without network and without your `.env`, and explain each thing that it asks for.",
    ),
}
_OTHER = Way(
    "Show what is there",
    "",
    "Say what a stranger who may not run this code would have to see in the repository to believe it, and put it there.",
)


def proofs(dimensions: Sequence[Dimension]) -> Iterator[NextStep]:
    """The most valuable first: by the weight that is undecided without it."""
    checks = applicable(dimensions)
    total = sum(check.weight for check in checks)
    gains: defaultdict[str, Fraction] = defaultdict(Fraction)
    asked: defaultdict[str, dict[str, Standing]] = defaultdict(dict)
    for check in checks:
        for reason, count in check.reasons:
            way = _way(reason)
            gains[way] += Fraction(check.weight * count, check.tally.n * total)
            asked[way][check.check.code] = check
    for way in sorted(gains, key=lambda way: (-gains[way], way)):
        yield _step(way, tuple(asked[way].values()), gains[way], dimensions)


def _way(reason: str) -> str:
    if flag := _FLAG.search(reason):
        return flag.group()
    if _CI.search(reason):
        return CI
    return APP if _APP.search(reason) else one_line(reason)


def _step(way: str, checks: tuple[Standing, ...], gain: Fraction, dimensions: Sequence[Dimension]) -> NextStep:
    first = max(checks, key=lambda standing: (standing.weight, standing.check.level))
    codes = tuple(sorted(standing.check.code for standing in checks))
    known = _WAYS.get(way, _OTHER)
    undecided = f"{listed(codes)} {'is' if len(codes) == 1 else 'are'} undecided"
    lacks = one_line(first.reasons[0][0]) if known is not _OTHER else way
    return NextStep(
        check=first.check.code,
        why=f"{undecided}, and no code has to change for it." if known.command else f"{undecided}: {lacks}.",
        effort="minutes" if known.command else first.check.effort,
        unlocks=_unlocks(codes, gain, dimensions),
        proof=f"`{known.command}` no longer asks for it"
        if known.command
        else f"`fastreview . --select {','.join(codes)}` leaves nothing undecided",
        exercise=known.exercise,
        kind="prove",
        title=known.title,
    )


def _unlocks(codes: tuple[str, ...], gain: Fraction, dimensions: Sequence[Dimension]) -> str:
    evidence = f"up to {percent(gain)} more evidence"
    before, after = overall(dimensions, Reading.PROVEN), overall(_decided(codes, dimensions), Reading.PROVEN)
    if after > before:
        return f"{evidence}; if all of it is well, the project is proven {after.title}"
    return evidence


def _decided(codes: tuple[str, ...], dimensions: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """As if all that is undecided in these checks were found well."""
    return tuple(
        replace(
            dimension,
            steps=tuple(
                replace(step, checks=tuple(_well(s) if s.check.code in codes else s for s in step.checks))
                for step in dimension.steps
            ),
        )
        for dimension in dimensions
    )


def _well(standing: Standing) -> Standing:
    tally = standing.tally
    passed = tally.passed + tally.unknown
    return replace(
        standing, tally=Tally(passed=passed, failed=tally.failed, waived=tally.waived, accepted=tally.accepted)
    )
