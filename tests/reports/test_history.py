"""The chart, its table and the sparklines: nothing joins what different rulers measured."""

import html5lib
import msgspec
import pytest
from rich.console import Console
from tests.reports.example import example

from fastreview.review import History, HistoryChange, HistoryPoint
from fastreview_reports import by_name
from fastreview_reports.history import blocks
from fastreview_reports.history_chart import chart


def point(day: int, index: float, ruler: str = "a", **more: object) -> HistoryPoint:
    first = HistoryPoint(
        made=f"2026-01-{day:02d}T10:00:00Z", commit=f"{day:040x}", dirty=False, proven="junior", possible="senior",
        index=index, evidence=0.9, assessed=True, dimensions={"core": index}, ruler=ruler,
    )  # fmt: skip
    return msgspec.structs.replace(first, **more)


MOVED = HistoryChange(code=2.0, scope=-0.5, won=("ASY001",), fixed=3, levels=("core: intermediate (was junior)",))
THREE = History((point(1, 10.0), point(2, 11.5, change=MOVED), point(3, 20.0, "b")), ("One note.",))


def printed(history: History, width: int = 80) -> str:
    console = Console(width=width, record=True, color_system=None, file=None, quiet=False, markup=False)
    with console.capture() as caught:
        for block in blocks(history, width):
            console.print(block)
    return caught.get()


def test_a_line_never_joins_different_rulers() -> None:
    found = chart(THREE)
    assert found is not None
    assert [line.count("L") for line in found.lines] == [1, 0]
    assert [row.causes for row in found.rows] == ["other rules, not compared", "code +2.0, scope \u22120.5", ""]
    assert [row.change for row in found.rows] == ["", "+1.5", ""]


def test_the_axis_spans_the_levels_that_were_reached() -> None:
    found = chart(History((point(1, 30.0), point(2, 70.0))))
    assert found is not None
    assert [line.label for line in found.levels] == ["Junior", "Intermediate", "Senior"]
    low, high = (mark.y for mark in found.marks)
    assert low > high
    narrow = chart(THREE)
    assert narrow is not None
    assert [line.label for line in narrow.levels] == ["Junior"]


@pytest.mark.parametrize("points", [(), (point(1, 10.0),)])
def test_one_review_is_no_trend(points: tuple[HistoryPoint, ...]) -> None:
    assert chart(History(points)) is None


def test_the_terminal_tells_the_same_within_80_columns() -> None:
    out = printed(THREE)
    assert "3 reviews, 2026-01-01 to 2026-01-03" in out
    assert "10.0 → 11.5  +1.5  code +2.0, scope \u22120.5" in out
    assert "met now: ASY001" in out
    assert "One note." in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_a_sparkline_has_a_gap_where_the_ruler_changes() -> None:
    line = next(line for line in printed(THREE).splitlines() if line.startswith("  Index"))
    assert line.split("Index")[1].strip().startswith("▁▁ ▂")


def test_long_histories_are_thinned_to_the_width() -> None:
    many = History(tuple(point(1 + at % 28, at / 5) for at in range(400)))
    assert all(len(line) <= 80 for line in printed(many).splitlines())


def test_pages_show_chart_and_table_and_hostile_subjects_stay_text() -> None:
    hostile = History((point(1, 10.0), point(2, 11.0, subject="<script>alert(1)</script>\x1b[2J{{ 7 * 7 }}")))
    html = by_name("html")
    assert html is not None
    text = html.render(msgspec.structs.replace(example(), history=hostile)).decode()
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    assert len(tree.findall(".//script")) == 1
    assert tree.find(".//section[@id='history']//{http://www.w3.org/2000/svg}svg") is not None
    assert len(tree.findall(".//section[@id='history']//tbody/tr")) == 2
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
