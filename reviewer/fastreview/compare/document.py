"""What a comparison says: plain data for the renderers, "fastreview-comparison/1" as JSON."""

from typing import Literal

import msgspec
from msgspec import Struct

from fastreview.review import LEVELS, Confidence, Kind, LevelName, Severity, State

SCHEMA = "fastreview-comparison/1"

FindingKind = Literal["new", "revealed", "fixed", "persisting", "moved", "set-aside", "undecided"]
"""``revealed``: there now, but its check was not decided before. ``undecided``: gone, but its check is not decided now, so
nobody knows whether it is fixed. ``set-aside``: open before, waived or accepted now."""

RouteKind = Literal["added", "removed", "moved", "changed"]


class Stamp(Struct, frozen=True):
    """Which review it was. ``ruler`` is everything that has to be equal for figures to be comparable."""

    name: str
    commit: str
    dirty: bool
    ruleset: str
    model: str
    configured: tuple[str, ...]
    sides: tuple[str, ...]
    """The sides that were seen: source, app, files ..."""


class LevelChange(Struct, frozen=True):
    """The level of a dimension, or of the project where ``dimension`` is ""."""

    dimension: str
    before: LevelName
    after: LevelName
    possible_before: LevelName
    possible_after: LevelName
    index_before: float
    index_after: float
    assessed_before: bool = True
    assessed_after: bool = True

    @property
    def steps(self) -> int:
        """Levels won, negative where some were lost."""
        return LEVELS.index(self.after) - LEVELS.index(self.before)


class OutcomeChange(Struct, frozen=True):
    """A check that came out differently."""

    check: str
    slug: str
    title: str
    dimension: str
    level: LevelName
    kind: Kind
    before: State | Literal["absent"]
    after: State | Literal["absent"]


class FindingChange(Struct, frozen=True):
    """``path`` and ``line`` are where it stands after, of one that is gone where it stood; ``was`` is where a moved one stood."""

    kind: FindingKind
    check: str
    slug: str
    never: bool
    severity: Severity
    confidence: Confidence
    subject: str
    path: str
    line: int
    message: str
    fingerprint: str
    was: str = ""


class StrengthChange(Struct, frozen=True):
    """``gained`` is false for a strength that is no longer shown; ``count`` are the places."""

    gained: bool
    check: str
    slug: str
    message: str
    path: str
    line: int
    count: int


class RouteChange(Struct, frozen=True):
    """A change of the contract. ``breaking`` tells that a client that worked before may not work now."""

    kind: RouteKind
    route: str
    was: str = ""
    """The route before, of one that moved to another path."""
    details: tuple[str, ...] = ()
    breaking: bool = False
    path: str = ""
    line: int = 0


class Comparison(Struct, frozen=True):
    """``cautions`` say what keeps the two from being measured alike; without any, all differences come from the code."""

    schema: str
    before: Stamp
    after: Stamp
    level: LevelChange
    evidence_before: float
    evidence_after: float
    dimensions: tuple[LevelChange, ...]
    outcomes: tuple[OutcomeChange, ...]
    findings: tuple[FindingChange, ...]
    strengths: tuple[StrengthChange, ...]
    routes: tuple[RouteChange, ...]
    cautions: tuple[str, ...] = ()

    def of(self, *kinds: FindingKind) -> tuple[FindingChange, ...]:
        return tuple(finding for finding in self.findings if finding.kind in kinds)


def encode(found: Comparison) -> bytes:
    """UTF-8 JSON, indented: the same reviews give the same bytes."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"
