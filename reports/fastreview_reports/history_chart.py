"""The history of a project as a chart and its table, for pages.

A line never joins points that were measured by different rulers, nor is a change told between them.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from fastreview.review import LEVELS, History, HistoryPoint
from fastreview_reports.history_words import causes, commit, day, moved, signed, what, whole
from fastreview_reports.text import one_line

_BAND = 100 / 3
_WIDTH, _HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 16, 12, 32


class Mark(Struct, frozen=True):
    """A point of the chart; ``text`` says all that it stands for."""

    x: float
    y: float
    text: str


class Line(Struct, frozen=True):
    """A horizontal line with its label: an index, or the level that begins below it."""

    label: str
    y: float


class Row(Struct, frozen=True):
    """One review in words; ``change`` and ``causes`` are "" where nothing is to be told."""

    when: str
    commit: str
    level: str
    index: str
    evidence: str
    change: str
    causes: str
    what: str
    moved: bool
    """The first one, and each that has something to tell of the index."""


class Chart(Struct, frozen=True):
    """``lines`` are SVG path data, one per ruler; ``alt`` tells the picture in a sentence; ``left`` and ``right`` are the
    first and the last day."""

    width: int
    height: int
    left_edge: float
    right_edge: float
    bottom: float
    ticks: tuple[Line, ...]
    levels: tuple[Line, ...]
    """The upper ends of the levels that are drawn."""
    lines: tuple[str, ...]
    marks: tuple[Mark, ...]
    first_day: str
    last_day: str
    alt: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def chart(history: History) -> Chart | None:
    """The index over the reviews, and the table of them; None where there is nothing to compare. Drawn are the levels that
    the index was in."""
    points = history.points
    if len(points) < 2:
        return None
    axis = _Axis(min(point.index for point in points), max(point.index for point in points))
    step = (_WIDTH - _LEFT - _RIGHT) / (len(points) - 1)
    places = [(round(_LEFT + step * at, 1), axis.y(point.index)) for at, point in enumerate(points)]
    rows = [_row(point, points[at - 1] if at else None) for at, point in enumerate(points)]
    first, last = points[0], points[-1]
    return Chart(
        _WIDTH, _HEIGHT, _LEFT, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM, axis.ticks(), axis.levels(),
        tuple(" ".join(f"{'L' if at else 'M'}{x} {y}" for at, (x, y) in enumerate(places[run])) for run in _runs(points)),
        tuple(Mark(x, y, _said(point)) for (x, y), point in zip(places, points, strict=True)),
        day(first), day(last),
        f"The index of {len(points)} reviews, from {first.index:.1f} ({first.proven.capitalize()}) on {day(first)} to "
        f"{last.index:.1f} ({last.proven.capitalize()}) on {day(last)}.",
        tuple(rows[::-1]), tuple(one_line(note) for note in history.notes),
    )  # fmt: skip


class _Axis:
    """The upright one: whole levels, from the one of the lowest index to that of the highest."""

    def __init__(self, low: float, high: float) -> None:
        self.first = max(0, min(2, int(low / _BAND)))
        self.last = max(0, min(2, int(high / _BAND)))
        self.low, self.high = self.first * _BAND, (self.last + 1) * _BAND

    def y(self, index: float) -> float:
        share = (min(self.high, max(self.low, index)) - self.low) / (self.high - self.low)
        return round(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share), 1)

    def ticks(self) -> tuple[Line, ...]:
        apart = 10 if self.last - self.first < 2 else 20
        return tuple(Line(f"{at}", self.y(at)) for at in range(0, 101, apart) if self.low <= at <= self.high)

    def levels(self) -> tuple[Line, ...]:
        return tuple(
            Line(LEVELS[rank].capitalize(), self.y((rank + 1) * _BAND)) for rank in range(self.first, self.last + 1)
        )


def _row(point: HistoryPoint, before: HistoryPoint | None) -> Row:
    change = point.change
    joined = before is not None and before.ruler == point.ruler
    return Row(
        when=point.made.replace("T", " ").removesuffix("Z")[:16],
        commit=commit(point),
        level=point.proven.capitalize(),
        index=f"{point.index:.1f}" + (f" (then {point.recorded:.1f})" if point.recorded is not None else ""),
        evidence=f"{int(point.evidence * 100)} %",
        change=signed(whole(point, before)) if joined and before is not None else "",
        causes=(causes(change) if change else "") if joined or before is None else "other rules, not compared",
        what="; ".join(filter(None, (one_line(point.subject), *(what(change) if change else ())))),
        moved=before is None or not joined or moved(point, before),
    )


def _said(point: HistoryPoint) -> str:
    return (
        f"{day(point)} {commit(point)}: index {point.index:.1f}, {point.proven.capitalize()}, "
        f"evidence {int(point.evidence * 100)} %"
    )


def _runs(points: Sequence[HistoryPoint]) -> Iterator[slice]:
    """Neighbouring points with the same ruler."""
    start = 0
    for at in range(1, len(points) + 1):
        if at == len(points) or points[at].ruler != points[start].ruler:
            yield slice(start, at)
            start = at
