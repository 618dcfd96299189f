"""The words for points of a history and what moved them, the same in every format."""

from collections.abc import Sequence

from fastreview.review import HistoryChange, HistoryPoint
from fastreview_reports.text import one_line
from fastreview_reports.words import number

CODES = 6
"""Checks that are named; the others are counted."""


def what(change: HistoryChange) -> list[str]:
    """What was won and lost, as sentences."""
    told = [one_line(level) for level in change.levels]
    if change.won:
        told.append(f"met now: {_codes(change.won)}")
    if change.lost:
        told.append(f"met no more: {_codes(change.lost)}")
    if change.scope and change.asked:
        told.append(f"applies now: {_codes(change.asked)}")
    if change.scope and change.unasked:
        told.append(f"applies no more: {_codes(change.unasked)}")
    counted = [f"{number(change.fixed, 'finding')} gone"] * bool(change.fixed)
    counted += [f"{number(change.new, 'finding')} new"] * bool(change.new)
    return [*told, ", ".join(counted)] if counted else told


def causes(change: HistoryChange) -> str:
    """``code +1.2, scope \u22120.3``; "" where nothing moved."""
    parts = (("code", change.code), ("rules", change.ruleset), ("scope", change.scope), ("evidence", change.evidence))
    return ", ".join(f"{name} {signed(value)}" for name, value in parts if value)


def moved(point: HistoryPoint, before: HistoryPoint) -> bool:
    """Whether there is anything to tell of the step to ``point``."""
    change = point.change or HistoryChange()
    return bool(whole(point, before) or change.levels or causes(change))


def whole(point: HistoryPoint, before: HistoryPoint) -> float:
    """By how much the index moved, as it was shown at the time."""
    return round(recorded(point) - recorded(before), 1) + 0.0


def recorded(point: HistoryPoint) -> float:
    return point.index if point.recorded is None else point.recorded


def signed(value: float) -> str:
    """With its sign; a true minus."""
    return f"{value:+.1f}".replace("-", "\u2212") if value else "0.0"


def commit(point: HistoryPoint) -> str:
    """The commit, shortened, with a plus where more than it was reviewed."""
    return f"{one_line(point.commit)[:8] or 'no commit'}{'+' if point.dirty else ''}"


def day(point: HistoryPoint) -> str:
    """``2026-01-31``"""
    return one_line(point.made)[:10]


def _codes(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - CODES} more" if len(codes) > CODES else ""
    return f"{', '.join(map(one_line, codes[:CODES]))}{more}"
