"""The level, of the whole and by dimension."""

from msgspec import Struct

from fastreview.review.scales import LevelName


class Headline(Struct, frozen=True):
    """``evidence`` is 0 to 1. ``index`` is 0 to 100 with one decimal. Not ``assessed``: too little was decided."""

    proven: LevelName
    possible: LevelName
    evidence: float
    index: float
    assessed: bool
    capped_by: tuple[str, ...] = ()
    """Never-events that hold the level below Intermediate."""
    made_up_by: float = 0.0
    """The share of the rubric, 0 to 1, that makes up for dimensions below the level; 0 where enough of them hold it."""


class DimensionLevel(Struct, frozen=True):
    """``share`` is that of the credits, 0 to 1; ``blocking`` are the gates that are not met, and credits where it is short."""

    level: LevelName
    gates_met: int
    gates: int
    share: float
    held: bool
    blocking: tuple[str, ...]


class DimensionEntry(Struct, frozen=True):
    name: str
    proven: LevelName
    possible: LevelName
    index: float
    assessed: bool
    core: bool
    """False for ``extension``, which is shown and never decides the level."""
    banked: float
    """Share (0 to 1) of the work already done above the next level."""
    levels: tuple[DimensionLevel, ...]
