"""The picture of what is injected: arrows go right, nothing overlaps, and no document can break it."""

from hypothesis import given
from hypothesis import strategies as st

from fastreview.review import Injectable
from fastreview_reports.graph import HEIGHT, MOST, WIDTH, draw_injection

NAMES = st.builds(
    Injectable,
    name=st.text(min_size=1, max_size=60),
    kind=st.sampled_from(["function", "generator", "class", "instance", "security", "other"]),
    runs=st.sampled_from(["loop", "thread", ""]),
    cached=st.booleans(),
    routes=st.integers(0, 500),
    needs=st.lists(st.integers(-3, 40), max_size=4).map(tuple),
)


def test_what_is_needed_stands_right_of_what_needs_it() -> None:
    graph = draw_injection(
        (
            Injectable("session", "generator", routes=9),
            Injectable("user", "function", routes=5, needs=(2, 0)),
            Injectable("scheme", "security", routes=5),
            Injectable("paging", "class", routes=2, cached=False),
        )
    )
    assert graph is not None
    by_name = {node.name: node for node in graph.nodes}
    assert by_name["user"].x < by_name["session"].x == by_name["scheme"].x
    assert by_name["paging"].y > max(by_name["session"].y, by_name["scheme"].y)
    assert by_name["paging"].about == "2 routes, class, not cached"
    assert len(graph.edges) == 2


def test_nothing_injected_is_no_picture() -> None:
    assert draw_injection(()) is None


@given(st.lists(NAMES, min_size=1, max_size=40))
def test_any_graph_is_drawn_inside_its_frame_without_overlap(nodes: list[Injectable]) -> None:
    graph = draw_injection(nodes)
    assert graph is not None
    assert len(graph.nodes) == min(MOST, len(nodes))
    assert graph.left_out == len(nodes) - len(graph.nodes)
    places = [(node.x, node.y) for node in graph.nodes]
    assert len(set(places)) == len(places)
    assert all(0 <= x <= graph.width - WIDTH and 0 <= y <= graph.height - HEIGHT for x, y in places)
