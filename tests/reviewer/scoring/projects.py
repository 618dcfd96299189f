"""Projects to score: written by hand, a letter for each subject, or drawn at random."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import product
from typing import TypeVar

from hypothesis import strategies as st
from msgspec.structs import replace

from fastreview.check import Check, Confidence, Effort, Kind, Rung, Severity
from fastreview.outcome import Evaluation, Finding, Level, Run, SubjectState, Verdict
from fastreview.project import Place, Project, Subject

LETTERS: dict[str, tuple[SubjectState, Rung | None]] = {
    "P": (SubjectState.PASS, None),
    "F": (SubjectState.FAIL, None),
    "U": (SubjectState.UNKNOWN, None),
    "W": (SubjectState.WAIVED, None),
    "A": (SubjectState.ACCEPTED, None),
    "d": (SubjectState.PASS, Rung.DECLARED),
    "c": (SubjectState.PASS, Rung.CONFIGURED),
    "x": (SubjectState.PASS, Rung.EXERCISED),
    "e": (SubjectState.PASS, Rung.ENFORCED),
}
"""P F U W A as in the model; d c x e pass on the declared, configured, exercised and enforced rung."""

RUNS = {"off": Run.OFF, "crashed": Run.CRASHED, "unknown": Run.UNKNOWN, "na": Run.NOT_APPLICABLE}

T = TypeVar("T")


def _silent(_: Subject, __: Project) -> Iterator[T]:
    return iter(())


def a_check(
    code: str,
    dimension: str = "core",
    level: int = 1,
    kind: Kind = Kind.GATE,
    *,
    weight: int = 0,
    tolerance: float = 0.0,
    cap: int = 0,
    effort: Effort = "hours",
) -> Check:
    return Check(
        code=code,
        slug=f"slug-{code.lower()}",
        dimension=dimension,
        level=level,
        kind=kind,
        weight=weight,
        each=Project,
        needs=(),
        effort=effort,
        severity=Severity.MAJOR,
        evaluate=_silent,
        module="projects",
        tolerance=tolerance,
        cap=cap,
    )


gate = a_check
never = partial(a_check, kind=Kind.NEVER)


def credit(code: str, dimension: str = "core", level: int = 1, *, weight: int = 1, effort: Effort = "hours") -> Check:
    return a_check(code, dimension, level, Kind.CREDIT, weight=weight, effort=effort)


def verdict(letter: str, subject: str = "s") -> Verdict:
    state, rung = LETTERS[letter]
    return Verdict(subject, state, "let it import the app" if letter == "U" else "", rung)


def judged(check: Check, outcome: str) -> Evaluation:
    """``judged(check, "PPF")``, or the name of a run that has no verdicts: "off", "crashed", "unknown", "na"."""
    if outcome in RUNS:
        return Evaluation(check, RUNS[outcome], reason=f"reason of {outcome}")
    verdicts = tuple(verdict(letter, f"subject {number}") for number, letter in enumerate(outcome))
    findings = tuple(finding(check.code, v.subject) for v in verdicts if v.state is SubjectState.FAIL)
    return Evaluation(check, Run.DONE, verdicts, findings=findings)


def finding(code: str, subject: str, path: str = "app/orders.py", line: int = 7) -> Finding:
    message = "This is wrong."
    return Finding(code, subject, Severity.MAJOR, Confidence.LIKELY, Place(path, line), message, f"{code} {subject}")


def with_verdict(evaluation: Evaluation, letter: str) -> Evaluation:
    """The check with one more subject, evaluated if it was not."""
    added = verdict(letter, f"subject {len(evaluation.verdicts)}")
    return replace(evaluation, run=Run.DONE, reason="", verdicts=(*evaluation.verdicts, added))


def swapped(project: Sequence[Evaluation], place: int, evaluation: Evaluation) -> tuple[Evaluation, ...]:
    return tuple(evaluation if index == place else other for index, other in enumerate(project))


DIMENSIONS = ("core", "async", "security", "testing", "extension", "payments")
"""Four that decide, and two that are only shown."""

_KINDS = (Kind.GATE, Kind.GATE, Kind.CREDIT, Kind.CREDIT, Kind.NEVER)
_mixed = st.text("PPPPPPFUWAdcxe", max_size=10)
_good = st.sampled_from(("P", "PP", "PPPPPPPPPP", "PPPPPPPPPA", "PPPPPPPPPF", "x", "e"))
_outcomes = st.one_of(_good, _good, _mixed, st.sampled_from(tuple(RUNS)))


@cache
def _shapes(dimensions: tuple[str, ...]) -> st.SearchStrategy[tuple[str, int, Kind, int]]:
    levels = tuple(range(1, Level.STAFF + 1))
    return st.sampled_from(tuple(product(dimensions, levels, _KINDS, range(4))))


@st.composite
def rule_sets(draw: st.DrawFn, dimensions: Sequence[str] = DIMENSIONS, prefix: str = "R") -> tuple[Check, ...]:
    """One to eight checks over a few dimensions, of all levels and kinds."""
    shapes = draw(st.lists(_shapes(tuple(dimensions)), min_size=1, max_size=8))
    return tuple(
        a_check(
            f"{prefix}{number:03}",
            dimension,
            level,
            kind,
            weight=(1, 2, 3, 5)[size] if kind is Kind.CREDIT else 0,
            tolerance=(0.0, 0.1, 0.3, 0.5)[size],
            cap=(0, 1, 2, 5)[size],
            effort=("minutes", "hours", "days", "hours")[size],
        )
        for number, (dimension, level, kind, size) in enumerate(shapes)
    )


@st.composite
def projects(
    draw: st.DrawFn,
    dimensions: Sequence[str] = DIMENSIONS,
    prefix: str = "R",
    outcomes: st.SearchStrategy[str] = _outcomes,
) -> tuple[Evaluation, ...]:
    """A random rule set evaluated on a random project."""
    return tuple(judged(check, draw(outcomes)) for check in draw(rule_sets(dimensions, prefix)))


@st.composite
def changes(draw: st.DrawFn, before: str, after: str) -> tuple[tuple[Evaluation, ...], tuple[Evaluation, ...]]:
    """A project twice: one subject of one check goes from one of the states ``before`` to one of ``after``."""
    project = draw(projects())
    place = draw(st.integers(0, len(project) - 1))
    old = with_verdict(project[place], draw(st.sampled_from(before)))
    new = with_verdict(project[place], draw(st.sampled_from(after)))
    return swapped(project, place, old), swapped(project, place, new)
