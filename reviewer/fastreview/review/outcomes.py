"""What each check came to: outcomes, findings, strengths, and what sets findings aside."""

from typing import Literal

from msgspec import Struct

from fastreview.review.scales import Age, Confidence, Effort, Kind, LevelName, RungName, Severity, State, Status


class SubjectCounts(Struct, frozen=True, rename={"passed": "pass", "failed": "fail"}):
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    waived: int = 0
    accepted: int = 0


class OutcomeEntry(Struct, frozen=True):
    check: str
    slug: str
    title: str
    dimension: str
    level: LevelName
    kind: Kind
    weight: int
    tolerance: float
    state: State
    subjects: SubjectCounts
    rung: RungName | Literal[""]
    reason: str
    """Why it is unknown, not applicable (the predicate that proved it), off or crashed."""
    unit: str = ""
    """What one subject is: route, function, project ..."""
    effort: Effort = "hours"


class RelatedPlace(Struct, frozen=True):
    path: str
    line: int
    message: str


class Excerpt(Struct, frozen=True):
    """Source lines around a place; ``first`` is the number of the first of them, ``language`` a Pygments lexer's name."""

    first: int
    lines: tuple[str, ...]
    language: str = "python"


class FindingEntry(Struct, frozen=True):
    check: str
    slug: str
    severity: Severity
    confidence: Confidence
    subject: str
    path: str
    line: int
    end_line: int
    message: str
    fingerprint: str
    related: tuple[RelatedPlace, ...]
    fix: Literal["safe", "unsafe"] | None
    status: Status
    excerpt: Excerpt | None = None
    age: Age = ""
    """Against a baseline or another review; "" where there was none."""


class SuppressionEntry(Struct, frozen=True):
    """What sets findings aside: a comment, or what a reviewer signed, which stands where its finding stands (``line`` 0 where
    it is not reported any more). ``state``: used; unused, expired or malformed (``note`` says why it does nothing);
    undecided where its check was. ``findings`` counts what it set aside."""

    path: str
    line: int
    checks: tuple[str, ...]
    kind: str
    reason: str
    by: str
    on: str
    until: str
    state: Literal["used", "unused", "expired", "malformed", "undecided"]
    note: str
    findings: int
    origin: Literal["comment", "signed"] = "comment"


class StrengthEntry(Struct, frozen=True):
    check: str
    slug: str
    subject: str
    path: str
    line: int
    message: str
    rung: RungName | Literal[""]
