"""The picture of the layers: boxes from the web inwards, arrows for imports, those that findings call wrong marked.

Only known layers are drawn; what stands beside them (settings, schemas) is used from everywhere and would bury them.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from fastreview.review import Architecture, FindingEntry, LayerImport
from fastreview_reports.words import listing, number

ORDER = ("entry", "web", "business", "data")
"""Imports go down this list."""

WIDTH = 640
_CHECK = "layer-violation"
_BOX_LEFT, _BOX_WIDTH, _BOX_HEIGHT, _PITCH = 220, 200, 52, 104


class Box(Struct, frozen=True):
    name: str
    modules: int
    x: int
    y: int
    width: int
    height: int


class Arrow(Struct, frozen=True):
    """``path`` and its ``tip`` are SVG path data in the units of the picture; the label stands at (x, y), which is its
    start or its end as ``anchor`` says."""

    source: str
    target: str
    imports: int
    path: str
    tip: str
    x: int
    y: int
    anchor: Literal["start", "end"]
    wrong: bool


class Picture(Struct, frozen=True):
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    wrong: bool
    """Is any of the arrows wrong?"""
    outwards: bool
    """Does any go from a layer to one further out?"""
    beside: str
    """Groups of modules that are no layer, with their sizes."""


def draw(architecture: Architecture, wrong: Sequence[LayerImport] = ()) -> Picture | None:
    """None when no layer was recognised. ``wrong`` are imports that break the layers."""
    bad = {(one.source, one.target) for one in wrong}
    names = [name for name in ordered(architecture.layers) if name in ORDER]
    if not names:
        return None
    others = [name for name in ordered(architecture.layers) if name not in ORDER]
    top = {name: 12 + row * _PITCH for row, name in enumerate(names)}
    boxes = tuple(Box(name, architecture.layers[name], _BOX_LEFT, top[name], _BOX_WIDTH, _BOX_HEIGHT) for name in names)
    arrows = tuple(
        _arrow(edge.source, edge.target, edge.imports, names.index(edge.source), names.index(edge.target), bad)
        for edge in architecture.edges
        if edge.source in top and edge.target in top and edge.source != edge.target
    )
    return Picture(
        height=24 + (len(names) - 1) * _PITCH + _BOX_HEIGHT,
        boxes=boxes,
        arrows=arrows,
        wrong=any(arrow.wrong for arrow in arrows),
        outwards=any(names.index(arrow.target) < names.index(arrow.source) for arrow in arrows),
        beside=listing([f"{name} ({number(architecture.layers[name], 'module')})" for name in others]),
    )


def ordered(layers: Iterable[str]) -> list[str]:
    """Known layers from the outside inwards, then others by name."""
    return sorted(layers, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def broken(architecture: Architecture, findings: Iterable[FindingEntry]) -> tuple[LayerImport, ...]:
    """Outward imports at whose line a finding about the layers stands. Others are fine: storage may know the business."""
    told = {(f.path, f.line) for f in findings if f.slug == _CHECK and f.status == "open"}
    return tuple(one for one in architecture.outwards if (one.path, one.line) in told)


def _arrow(source: str, target: str, imports: int, start: int, end: int, bad: set[tuple[str, str]]) -> Arrow:
    upwards = end < start
    middle = _BOX_LEFT + _BOX_WIDTH // 2
    if end == start + 1:
        above, below = 12 + start * _PITCH + _BOX_HEIGHT, 12 + end * _PITCH
        path = f"M{middle} {above} L{middle} {below - 7}"
        tip = f"M{middle - 4} {below - 8} h8 l-4 7 Z"
        y = (above + below) // 2 + 4
        return Arrow(source, target, imports, path, tip, middle + 10, y, "start", (source, target) in bad)
    side = _BOX_LEFT if upwards else _BOX_LEFT + _BOX_WIDTH
    reach = 50 + 44 * abs(end - start)
    out = side - reach if upwards else side + reach
    first, last = (12 + row * _PITCH + _BOX_HEIGHT // 2 for row in (start, end))
    near = side - 7 if upwards else side + 7
    path = f"M{side} {first} C{out} {first} {out} {last} {near} {last}"
    tip = f"M{near} {last - 4} v8 l{7 if upwards else -7} -4 Z"
    # Inside the bow, whose furthest point is three quarters of the way to the control points: outside, labels would
    # lie on the wider bows.
    label = side - reach * 3 // 4 + 8 if upwards else side + reach * 3 // 4 - 8
    y = (first + last) // 2 + 4
    anchor: Literal["start", "end"] = "start" if upwards else "end"
    return Arrow(source, target, imports, path, tip, label, y, anchor, (source, target) in bad)
