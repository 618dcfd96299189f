"""Earlier reviews of the project."""

from msgspec import Struct

from fastreview.review.scales import LevelName


class HistoryChange(Struct, frozen=True):
    """What the index moved by since the point before, in points of 100, split by cause; the parts add up to the whole.

    ``scope``: what was looked at, or what the checks apply to; ``evidence``: how much could be seen. ``won`` and ``lost``
    are codes of checks that are met now, or no more; ``fixed`` and ``new`` count findings.
    """

    code: float = 0.0
    ruleset: float = 0.0
    scope: float = 0.0
    evidence: float = 0.0
    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    fixed: int = 0
    new: int = 0
    levels: tuple[str, ...] = ()
    """Levels won and lost, as sentences: "security: senior (was intermediate)"."""
    asked: tuple[str, ...] = ()
    """Codes of checks that apply now and did not: what ``scope`` comes from."""
    unasked: tuple[str, ...] = ()
    """Those that apply no more."""


class HistoryPoint(Struct, frozen=True):
    """An earlier review of the project. Points are joined by a line only where their ``ruler`` is the same.

    ``recorded`` is the index that was shown then, where other rules give another one now.
    """

    made: str
    """UTC, as ``2026-11-22T14:03:00Z``: when the commit was made, else when it was reviewed."""
    commit: str
    dirty: bool
    proven: LevelName
    possible: LevelName
    index: float
    evidence: float
    assessed: bool
    dimensions: dict[str, float]
    ruler: str
    recorded: float | None = None
    subject: str = ""
    """First line of the commit's message."""
    change: HistoryChange | None = None


class History(Struct, frozen=True):
    """Earlier reviews of the project, the oldest first. ``notes`` say what is missing from it, as sentences."""

    points: tuple[HistoryPoint, ...] = ()
    notes: tuple[str, ...] = ()
