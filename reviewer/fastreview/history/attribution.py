"""Why the index moved between two reviews: the code, the rules, what was looked at, or how much could be seen.

Both reviews are scored by the same rules. What only one of them could see (the imported app, a test run) is then taken from
both, and so is what only one of them looked at: folders left out of the other, checks that apply to one alone. What is left
of the difference is the code's. The parts add up to the whole, whatever the order of the causes, because each is measured
where all the others are held fixed: see `change`.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, structs

from fastreview.check import Check
from fastreview.facts import Facts, Gathered, Side
from fastreview.outcome import Run
from fastreview.pipeline import Choice, assess
from fastreview.review import HistoryChange
from fastreview.scoring import index_of_standings
from fastreview.scoring.standing import Standing, Tally
from fastreview.store import Summary, summary
from fastreview.store.record import Judged

MAX_CODES = 40
_RUNS = {"off": Run.OFF, "crashed": Run.CRASHED}


class Measured(Struct, frozen=True):
    """A review by today's rules. ``recorded`` is the index that it showed when it was made; ``facts`` are loaded when they
    are needed, None where they cannot be."""

    outline: Summary
    recorded: float
    facts: Callable[[], Facts | None]


def change(before: Measured, after: Measured, choice: Choice, checks: Sequence[Check]) -> HistoryChange | None:
    """What became different from ``before`` to ``after``; None where it takes facts that are not there. The parts make up
    the change of what was recorded:

    ``after.recorded - before.recorded = code + scope + evidence + ruleset``
    """
    a, b = before.outline, after.outline
    by_code = {check.code: check for check in checks}
    whole = _Pair(a, b)
    seen = _equally_seen(whole, before, after, choice)
    wide = _equally_wide(seen, before, after, choice) if seen else None
    if seen is None or wide is None:
        return None
    alike = _common(wide.a.judged, wide.b.judged)
    code = _index(alike[1], by_code) - _index(alike[0], by_code)
    ruleset = (after.recorded - b.level.index) - (before.recorded - a.level.index)
    return HistoryChange(
        code=_points(code),
        ruleset=_points(ruleset),
        scope=_points(seen.difference - code),
        evidence=_points(whole.difference - seen.difference),
        won=_moved(a.judged, b.judged)[:MAX_CODES],
        lost=_moved(b.judged, a.judged)[:MAX_CODES],
        fixed=len(set(a.findings) - set(b.findings)),
        new=len(set(b.findings) - set(a.findings)),
        levels=tuple(_levels(a, b)),
        asked=_asked(a.judged, b.judged)[:MAX_CODES],
        unasked=_asked(b.judged, a.judged)[:MAX_CODES],
    )


class _Pair(Struct, frozen=True):
    a: Summary
    b: Summary

    @property
    def difference(self) -> float:
        return self.b.level.index - self.a.level.index


def _equally_seen(pair: _Pair, before: Measured, after: Measured, choice: Choice) -> _Pair | None:
    """Both without the sides that only one of them has."""
    a, b = pair.a.sides, pair.b.sides
    sides = {side for side in Side if (a.get(side) == "ok") != (b.get(side) == "ok")}
    return _reduced(pair, before, after, choice, sides, set()) if sides else pair


def _equally_wide(pair: _Pair, before: Measured, after: Measured, choice: Choice) -> _Pair | None:
    """And without the files in folders that the other one left out."""
    left_out = {*pair.a.left_out, *pair.b.left_out}
    if set(pair.a.left_out) == set(pair.b.left_out):
        return pair
    a, b = before.outline.sides, after.outline.sides
    sides = {side for side in Side if (a.get(side) == "ok") != (b.get(side) == "ok")}
    return _reduced(pair, before, after, choice, sides, left_out)


def _reduced(
    pair: _Pair, before: Measured, after: Measured, choice: Choice, sides: set[Side], left_out: set[str]
) -> _Pair | None:
    found = []
    for outline, measured in ((pair.a, before), (pair.b, after)):
        facts = measured.facts()
        if facts is None:
            return None
        fewer = _without(facts, sides, left_out)
        found.append(outline if fewer is facts else summary(assess(fewer, None, choice).review))
    return _Pair(found[0], found[1])


def _without(facts: Facts, sides: set[Side], left_out: set[str]) -> Facts:
    """``facts`` itself where nothing of that is in it."""
    modules = tuple(module for module in facts.modules if not _below(module.path, left_out))
    gone = {side for side in sides if facts.side(side).ok}
    if not gone and len(modules) == len(facts.modules):
        return facts
    off = {side: Gathered(side, "off", "left out of a comparison with a review that had none of it") for side in gone}
    return structs.replace(
        facts,
        modules=modules,
        gathered=tuple(off.get(side.what, side) for side in facts.gathered),
        probe=None if Side.APP in gone else facts.probe,
        git=None if Side.GIT in gone else facts.git,
        types=None if Side.TYPES in gone else facts.types,
        tests=None if Side.TESTS in gone else facts.tests,
    )


def _below(path: str, folders: set[str]) -> bool:
    if not folders:
        return False
    parts = path.split("/")
    return any("/".join(parts[:end]) in folders for end in range(1, len(parts) + 1))


def _common(a: Sequence[Judged], b: Sequence[Judged]) -> tuple[tuple[Judged, ...], tuple[Judged, ...]]:
    """Both without the checks that apply to one of them only."""
    applying = [{judged.check for judged in one if judged.state != "not-applicable"} for one in (a, b)]
    both = applying[0] & applying[1]
    first, last = (
        tuple(judged if judged.check in both else structs.replace(judged, state="not-applicable") for judged in one)
        for one in (a, b)
    )
    return first, last


def _index(judged: Sequence[Judged], checks: Mapping[str, Check]) -> float:
    return index_of_standings([_standing(one, checks[one.check]) for one in judged if one.check in checks])


def _standing(judged: Judged, check: Check) -> Standing:
    """As it was counted, with or without subjects."""
    counts = judged.subjects
    tally = Tally(counts.passed, counts.failed, counts.unknown, counts.waived, counts.accepted)
    if judged.state == "not-applicable":
        return Standing(check, Run.NOT_APPLICABLE, Tally())
    if not tally.n and not tally.accepted:
        return Standing(check, _RUNS.get(judged.state, Run.UNKNOWN), Tally(unknown=1))
    return Standing(check, Run.DONE, tally)


def _moved(a: Sequence[Judged], b: Sequence[Judged]) -> tuple[str, ...]:
    """Checks that both apply, met in ``b`` and not in ``a``."""
    before = {judged.check: judged.state for judged in a}
    return tuple(
        judged.check for judged in b if judged.state == "met" and before.get(judged.check) in ("not-met", "unknown")
    )


def _asked(a: Sequence[Judged], b: Sequence[Judged]) -> tuple[str, ...]:
    """Checks that apply to ``b`` only."""
    before = {judged.check for judged in a if judged.state == "not-applicable"}
    return tuple(judged.check for judged in b if judged.state != "not-applicable" and judged.check in before)


def _levels(a: Summary, b: Summary) -> list[str]:
    told = []
    pairs = [("overall", a.level.proven, b.level.proven)]
    earlier = {dimension.name: dimension for dimension in a.dimensions}
    pairs += [(d.name, earlier[d.name].proven, d.proven) for d in b.dimensions if d.name in earlier]
    for name, old, new in pairs:
        if old != new:
            told.append(f"{name}: {new} (was {old})")
    return told


def _points(value: float) -> float:
    """One decimal, and no minus before a zero."""
    return round(value, 1) + 0.0
