"""The history of a project on a terminal: sparklines, and what each change of the index came from."""

from collections.abc import Callable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fastreview.review import LEVELS, History, HistoryChange, HistoryPoint
from fastreview_reports.history_words import causes, commit, day, moved, recorded, signed, what, whole
from fastreview_reports.text import one_line

JUMPS = 8
"""Changes told: the largest, in order of time."""
_TICKS = "▁▂▃▄▅▆▇█"
_GAP = " "


def blocks(history: History, width: int) -> Iterator[RenderableType]:
    """For a terminal of ``width`` columns."""
    points = history.points
    first, last = points[0], points[-1]
    days = day(last) if len(points) == 1 else f"{day(first)} to {day(last)}"
    yield Text(f"{len(points)} review{'s' if len(points) > 1 else ''}, {days}", style="bold")
    yield Text("")
    yield _sparklines(points, max(8, min(60, width - 42)))
    told = [(point, points[at - 1]) for at, point in enumerate(points) if at and point.change is not None]
    moving = [pair for pair in told if moved(*pair)]
    if moving:
        yield _title(f"What moved it ({len(moving)} of {len(points) - 1} steps)")
        largest = sorted(moving, key=lambda pair: -abs(whole(pair[0], pair[1])))[:JUMPS]
        for point, before in sorted(largest, key=lambda pair: points.index(pair[0])):
            yield Padding(_jump(point, before), (0, 0, 0, 2))
        if len(moving) > JUMPS:
            yield Padding(
                Text(f"and {len(moving) - JUMPS} smaller steps; --format json has them all", style="dim"), (0, 0, 0, 2)
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
    step = whole(point, before)
    head = Text.assemble(
        (f"{day(point)} {commit(point)}  ", "dim"),
        f"{recorded(before):.1f} → {recorded(point):.1f}  ",
        (signed(step), "green" if step > 0 else "red" if step < 0 else "dim"),
        f"  {causes(change)}",
    )
    lines = [head]
    if point.subject:
        lines.append(Text(f"  {one_line(point.subject)[:72]}", style="cyan"))
    lines += [Text(f"  {part}", style="dim") for part in what(change)]
    return Group(*lines, Text(""))


def _title(text: str) -> Group:
    return Group(Text(""), Rule(Text(text, style="bold"), align="left", characters="─", style="dim"))
