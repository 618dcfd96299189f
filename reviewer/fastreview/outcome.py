"""What the engine found out about each check: plain data between the engine, scoring, the plan and the review."""

from enum import IntEnum, StrEnum

from msgspec import Struct

from fastreview.check import Check, Confidence, Related, Rung, Severity
from fastreview.project import Place


class SubjectState(StrEnum):
    PASS = "pass"  # noqa: S105 - a state, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    ACCEPTED = "accepted"


class Verdict(Struct, frozen=True, array_like=True, gc=False):
    """One subject under one check. ``reason`` says what was missing when it is unknown, or who accepted it and why."""

    subject: str
    state: SubjectState
    reason: str = ""
    rung: Rung | None = None


class Finding(Struct, frozen=True):
    """A `Hit` with what the engine adds. The fingerprint holds no line number: it survives moves within the file."""

    check: str
    subject: str
    severity: Severity
    confidence: Confidence
    place: Place
    message: str
    fingerprint: str
    related: tuple[Related, ...] = ()
    fix: str = ""
    status: str = "open"
    set_aside_by: tuple[Place, ...] = ()
    """The comments that waive or accept it."""


class Strength(Struct, frozen=True):
    check: str
    subject: str
    place: Place
    message: str
    rung: Rung | None


class Run(StrEnum):
    """How the evaluation of a check went as a whole."""

    DONE = "done"
    NOT_APPLICABLE = "not-applicable"
    OFF = "off"
    CRASHED = "crashed"
    UNKNOWN = "unknown"


class Evaluation(Struct, frozen=True):
    """One check on one project.

    ``verdicts`` holds a verdict per applicable subject. For a run that is not DONE it is empty and ``reason`` says why;
    UNKNOWN means that the facts it needs are missing.
    """

    check: Check
    run: Run
    verdicts: tuple[Verdict, ...] = ()
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    strengths: tuple[Strength, ...] = ()


class Level(IntEnum):
    JUNIOR = 0
    INTERMEDIATE = 1
    SENIOR = 2
    STAFF = 3

    @property
    def word(self) -> str:
        """As the review document names it: ``senior``."""
        return self.name.lower()

    @property
    def title(self) -> str:
        """As a sentence names it: ``Senior``."""
        return self.name.capitalize()
