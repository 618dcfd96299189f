"""The history of a project: sparklines for a terminal, and the figures of a chart and its table for pages.

A line never joins points that were measured by different rulers, nor is a change told between them.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fastreview.review import LEVELS, History, HistoryChange, HistoryPoint
from fastreview_reports.text import one_line, visible
from fastreview_reports.words import number

JUMPS = 8
"""Changes told on a terminal: the largest, in order of time."""
CODES = 6
_TICKS = "▁▂▃▄▅▆▇█"
_GAP = " "
_BANDS = (100 / 3, 200 / 3, 100)
_WIDTH, _HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 96, 16, 16, 32
MAX_ROWS = 60
"""Rows of the table on a page; the chart shows all points."""


class Mark(Struct, frozen=True):
    """A point of the chart; ``text`` says all that it stands for."""

    x: float
    y: float
    text: str


class Band(Struct, frozen=True):
    """The part of the chart in which a level's index lies; (x, y) is where its name stands."""

    label: str
    y: float
    height: float
    text_y: float


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


class Chart(Struct, frozen=True):
    """``lines`` are SVG path data, one per ruler; ``alt`` tells the picture in a sentence; ``left`` and ``right`` are the
    first and the last day."""

    width: int
    height: int
    left_edge: float
    right_edge: float
    bottom: float
    bands: tuple[Band, ...]
    lines: tuple[str, ...]
    marks: tuple[Mark, ...]
    first_day: str
    last_day: str
    alt: str
    rows: tuple[Row, ...]
    hidden: int
    """Rows that the table leaves out: the oldest."""
    notes: tuple[str, ...]


def chart(history: History) -> Chart | None:
    """The index over the reviews, and the table of them; None where there is nothing to compare."""
    points = history.points
    if len(points) < 2:
        return None
    step = (_WIDTH - _LEFT - _RIGHT) / (len(points) - 1)
    places = [(round(_LEFT + step * at, 1), _y(point.index)) for at, point in enumerate(points)]
    lines = []
    for run in _runs(points):
        path = " ".join(f"{'L' if at else 'M'}{places[number][0]} {places[number][1]}" for at, number in enumerate(run))
        lines.append(path)
    bands = []
    for rank, level in enumerate(LEVELS[:-1]):
        top, low = _y(_BANDS[rank]), _y(_BANDS[rank] - 100 / 3)
        bands.append(Band(level.capitalize(), top, round(low - top, 1), round((top + low) / 2 + 4, 1)))
    rows = [_row(point, points[at - 1] if at else None) for at, point in enumerate(points)]
    first, last = points[0], points[-1]
    return Chart(
        _WIDTH, _HEIGHT, _LEFT, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM, tuple(bands), tuple(lines),
        tuple(Mark(x, y, _said(point)) for (x, y), point in zip(places, points, strict=True)),
        _day(first), _day(last),
        f"The index of {len(points)} reviews, from {first.index:.1f} ({first.proven.capitalize()}) on {_day(first)} to "
        f"{last.index:.1f} ({last.proven.capitalize()}) on {_day(last)}.",
        tuple(rows[-MAX_ROWS:][::-1]), max(0, len(rows) - MAX_ROWS), tuple(one_line(note) for note in history.notes),
    )  # fmt: skip


def blocks(history: History, width: int) -> Iterator[RenderableType]:
    """For a terminal of ``width`` columns."""
    points = history.points
    first, last = points[0], points[-1]
    days = _day(last) if len(points) == 1 else f"{_day(first)} to {_day(last)}"
    yield Text(f"{len(points)} review{'s' if len(points) > 1 else ''}, {days}", style="bold")
    yield Text("")
    yield _sparklines(points, max(8, min(60, width - 42)))
    told = [(point, points[at - 1]) for at, point in enumerate(points) if at and point.change is not None]
    moved = [pair for pair in told if _moved(*pair)]
    if moved:
        yield _title(f"What moved it ({len(moved)} of {len(points) - 1} steps)")
        largest = sorted(moved, key=lambda pair: -abs(_whole(pair[0], pair[1])))[:JUMPS]
        for point, before in sorted(largest, key=lambda pair: points.index(pair[0])):
            yield Padding(_jump(point, before), (0, 0, 0, 2))
        if len(moved) > JUMPS:
            yield Padding(
                Text(f"and {len(moved) - JUMPS} smaller steps; --format json has them all", style="dim"), (0, 0, 0, 2)
            )
    elif len(points) > 1:
        yield Text("")
        yield Padding(Text("Nothing moved the index."), (0, 0, 0, 2))
    for note in history.notes:
        yield Text("")
        yield Padding(Text(one_line(note), style="dim"), (0, 0, 0, 2))


def _sparklines(points: Sequence[HistoryPoint], columns: int) -> RenderableType:
    table = Table.grid(padding=(0, 1), expand=False)
    table.add_column(no_wrap=True, max_width=16, overflow="ellipsis")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    chosen = _thinned(points, columns)
    first, last = points[0], points[-1]

    def row(label: str, value: Callable[[HistoryPoint], float | None], text: Callable[[HistoryPoint], str]) -> None:
        line = Text(_spark(chosen, value), style="green")
        start, end = text(first), text(last)
        table.add_row(Text(label), line, Text(end if start == end else f"{start} → {end}"))

    row("Level", lambda p: LEVELS.index(p.proven) * 100 / 3, lambda p: p.proven.capitalize())
    row("Index", lambda p: p.index, lambda p: f"{p.index:.1f}")
    row("Evidence", lambda p: p.evidence * 100, lambda p: f"{int(p.evidence * 100)} %")
    table.add_row(Text(""), Text(""), Text(""))
    for name in last.dimensions:
        row(
            f"  {one_line(name).capitalize()}",
            lambda p, name=name: p.dimensions.get(name),  # type: ignore[misc]
            lambda p, name=name: f"{p.dimensions[name]:.1f}" if name in p.dimensions else "none",  # type: ignore[misc]
        )
    return Padding(table, (0, 0, 0, 2))


def _spark(points: Sequence[HistoryPoint], value: Callable[[HistoryPoint], float | None]) -> str:
    """One sign a point on the scale from 0 to 100; a gap where the ruler changes."""
    signs = []
    for at, point in enumerate(points):
        if at and point.ruler != points[at - 1].ruler:
            signs.append(_GAP)
        found = value(point)
        signs.append("·" if found is None else _TICKS[min(len(_TICKS) - 1, int(found / 100 * len(_TICKS)))])
    return "".join(signs)


def _thinned(points: Sequence[HistoryPoint], columns: int) -> Sequence[HistoryPoint]:
    """Evenly chosen where there are more points than columns; the first and the last are always among them."""
    if len(points) <= columns:
        return points
    return [points[round(at * (len(points) - 1) / (columns - 1))] for at in range(columns)]


def _jump(point: HistoryPoint, before: HistoryPoint) -> Group:
    change = point.change or HistoryChange()
    whole = _whole(point, before)
    head = Text.assemble(
        (f"{_day(point)} {_commit(point)}  ", "dim"),
        f"{_recorded(before):.1f} → {_recorded(point):.1f}  ",
        (_signed(whole), "green" if whole > 0 else "red" if whole < 0 else "dim"),
        f"  {_causes(change)}",
    )
    lines = [head]
    if point.subject:
        lines.append(Text(f"  {one_line(point.subject)[:72]}", style="cyan"))
    lines += [Text(f"  {part}", style="dim") for part in _what(change)]
    return Group(*lines, Text(""))


def _what(change: HistoryChange) -> list[str]:
    told = [one_line(level) for level in change.levels]
    if change.won:
        told.append(f"met now: {_codes(change.won)}")
    if change.lost:
        told.append(f"met no more: {_codes(change.lost)}")
    counted = [f"{number(change.fixed, 'finding')} gone"] * bool(change.fixed)
    counted += [f"{number(change.new, 'finding')} new"] * bool(change.new)
    return [*told, ", ".join(counted)] if counted else told


def _codes(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - CODES} more" if len(codes) > CODES else ""
    return f"{', '.join(map(one_line, codes[:CODES]))}{more}"


def _row(point: HistoryPoint, before: HistoryPoint | None) -> Row:
    change = point.change
    joined = before is not None and change is not None
    return Row(
        when=point.made.replace("T", " ").removesuffix("Z")[:16],
        commit=_commit(point),
        level=point.proven.capitalize(),
        index=f"{point.index:.1f}" + (f" (then {point.recorded:.1f})" if point.recorded is not None else ""),
        evidence=f"{int(point.evidence * 100)} %",
        change=_signed(_whole(point, before)) if joined and before is not None else "",
        causes=_causes(change) if change is not None else ("other rules: not compared" if before is not None else ""),
        what="; ".join(filter(None, (visible(one_line(point.subject)), *(_what(change) if change else ())))),
    )


def _causes(change: HistoryChange) -> str:
    parts = (("code", change.code), ("rules", change.ruleset), ("scope", change.scope), ("evidence", change.evidence))
    return ", ".join(f"{name} {_signed(value)}" for name, value in parts if value)


def _moved(point: HistoryPoint, before: HistoryPoint) -> bool:
    change = point.change or HistoryChange()
    return bool(_whole(point, before) or change.levels or _causes(change))


def _whole(point: HistoryPoint, before: HistoryPoint) -> float:
    return round(_recorded(point) - _recorded(before), 1) + 0.0


def _recorded(point: HistoryPoint) -> float:
    return point.index if point.recorded is None else point.recorded


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\u2212") if value else "0.0"


def _said(point: HistoryPoint) -> str:
    return (
        f"{_day(point)} {_commit(point)}: index {point.index:.1f}, {point.proven.capitalize()}, "
        f"evidence {int(point.evidence * 100)} %"
    )


def _commit(point: HistoryPoint) -> str:
    return f"{one_line(point.commit)[:8] or 'no commit'}{'+' if point.dirty else ''}"


def _day(point: HistoryPoint) -> str:
    return one_line(point.made)[:10]


def _runs(points: Sequence[HistoryPoint]) -> Iterator[list[int]]:
    """Numbers of neighbouring points with the same ruler."""
    run: list[int] = []
    for at, point in enumerate(points):
        if run and points[run[-1]].ruler != point.ruler:
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _y(index: float) -> float:
    return round(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - min(100.0, max(0.0, index)) / 100), 1)


def _title(text: str) -> Group:
    return Group(Text(""), Rule(Text(text, style="bold"), align="left", characters="─", style="dim"))
