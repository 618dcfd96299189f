"""The picture of what FastAPI injects: boxes from what routes ask for to what that needs in turn, left to right.

What needs nothing of the others, and is needed by none, stands below in rows.
"""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from fastreview.review import Injectable
from fastreview_reports.words import number

MOST = 18
"""Boxes drawn; those that most routes depend on come first."""
WIDTH, HEIGHT = 228, 44
"""Of a box."""
_GAP, _PITCH, _MARGIN = 56, 60, 4
_ABREAST = 3
"""Boxes in a row of those that stand alone."""

KINDS = {
    "function": "function",
    "generator": "yields",
    "class": "class",
    "instance": "object",
    "security": "security",
    "other": "not followed",
}


class Node(Struct, frozen=True):
    name: str
    about: str
    kind: str
    x: int
    y: int


class Edge(Struct, frozen=True):
    """``path`` is SVG path data, ``tip`` that of its arrow head."""

    path: str
    tip: str


class Graph(Struct, frozen=True):
    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int


def draw_injection(injection: Sequence[Injectable]) -> Graph | None:
    """None when nothing is injected."""
    chosen = sorted(range(len(injection)), key=lambda n: (-injection[n].routes, n))[:MOST]
    if not chosen:
        return None
    needs = {n: [m for m in injection[n].needs if m in chosen and m != n] for n in chosen}
    joined = {n for n in chosen if needs[n]} | {m for n in chosen for m in needs[n]}
    rows = _rows(_columns([n for n in chosen if n in joined], needs), needs) if joined else []
    at = {n: (column, row) for column, members in enumerate(rows) for row, n in enumerate(members)}
    below = max(map(len, rows), default=0)
    alone = [n for n in chosen if n not in joined]
    at |= {n: (place % _ABREAST, below + place // _ABREAST) for place, n in enumerate(alone)}
    last_column, last_row = (max(place[axis] for place in at.values()) for axis in (0, 1))
    at = {n: (_MARGIN + column * (WIDTH + _GAP), _MARGIN + row * _PITCH) for n, (column, row) in at.items()}
    nodes = tuple(_node(injection[n], *at[n]) for n in chosen)
    edges = tuple(_edge(at[n], at[m]) for n in chosen for m in needs[n] if at[m][0] > at[n][0])
    return Graph(
        width=2 * _MARGIN + last_column * (WIDTH + _GAP) + WIDTH,
        height=2 * _MARGIN + last_row * _PITCH + HEIGHT,
        nodes=nodes,
        edges=edges,
        left_out=len(injection) - len(chosen),
    )


def _columns(chosen: Sequence[int], needs: dict[int, list[int]]) -> dict[int, int]:
    """Each one right of everything that needs it; what a cycle holds stops at the number of boxes."""
    column = dict.fromkeys(chosen, 0)
    for _ in chosen:
        moved = False
        for n in chosen:
            for m in needs[n]:
                if column[m] <= column[n] < len(chosen) - 1:
                    column[m] = column[n] + 1
                    moved = True
        if not moved:
            break
    needed = {m for n in chosen for m in needs[n]}
    for n in chosen:
        if n not in needed and needs[n]:
            # No further left than the first arrow asks: long arrows would run behind the boxes between.
            column[n] = max(column[n], min(column[m] for m in needs[n]) - 1)
    used = sorted(set(column.values()))
    return {n: used.index(place) for n, place in column.items()}


def _rows(columns: dict[int, int], needs: dict[int, list[int]]) -> list[list[int]]:
    """The members of each column from top to bottom, near to what needs them."""
    rows: list[list[int]] = [[] for _ in range(max(columns.values()) + 1)]
    for n in columns:
        rows[columns[n]].append(n)
    for left, members in pairwise(rows):
        height = {n: row for row, n in enumerate(left)}
        around = {m: [height[n] for n in left if m in needs[n]] for m in members}
        members.sort(key=lambda m: sum(around[m]) / len(around[m]) if around[m] else len(left))
    return rows


def _node(one: Injectable, x: int, y: int) -> Node:
    about = [number(one.routes, "route"), KINDS[one.kind]]
    if one.runs == "thread":
        about.append("thread")
    if not one.cached:
        about.append("not cached")
    return Node(one.name if len(one.name) <= 23 else f"{one.name[:22]}…", ", ".join(about), one.kind, x, y)


def _edge(start: tuple[int, int], end: tuple[int, int]) -> Edge:
    x, y = start[0] + WIDTH, start[1] + HEIGHT // 2
    to_x, to_y = end[0], end[1] + HEIGHT // 2
    bend = (to_x - x) // 2
    return Edge(
        f"M{x} {y} C{x + bend} {y} {to_x - bend} {to_y} {to_x - 7} {to_y}", f"M{to_x - 7} {to_y - 4} v8 l7 -4 Z"
    )
