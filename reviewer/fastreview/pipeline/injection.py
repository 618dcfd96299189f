"""The dependency graph of all routes together: each thing that FastAPI injects once, and what it needs."""

from collections import Counter
from typing import Literal

from msgspec import Struct, structs

from fastreview.project import Project
from fastreview.project.code import Class, Function
from fastreview.project.dependencies import Injected
from fastreview.project.routes import Route
from fastreview.project.values import Instance
from fastreview.review import Injectable

MAX_NODES = 300

Kind = Literal["function", "generator", "class", "instance", "security", "other"]


class Injection(Struct, frozen=True):
    """``roots`` are, by the id of a route, the positions of what it asks for itself."""

    nodes: tuple[Injectable, ...]
    roots: dict[int, tuple[int, ...]]


def injection(project: Project) -> Injection:
    graph = _Graph()
    roots = {id(route): graph.of_route(route) for route in project.routes}
    counts: Counter[int] = Counter()
    for route in project.routes:
        counts.update(graph.below(roots[id(route)]))
    nodes = tuple(structs.replace(node, routes=counts[position]) for position, node in enumerate(graph.nodes))
    return Injection(nodes, roots)


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[Injectable] = []
        self._positions: dict[tuple[str, str], int] = {}

    def of_route(self, route: Route) -> tuple[int, ...]:
        return self._all(route.dependencies)

    def below(self, positions: tuple[int, ...]) -> frozenset[int]:
        """The positions and those of everything that is needed for them."""
        found: set[int] = set()
        pending = list(positions)
        while pending:
            position = pending.pop()
            if position not in found:
                found.add(position)
                pending.extend(self.nodes[position].needs)
        return frozenset(found)

    def _all(self, injected: tuple[Injected, ...]) -> tuple[int, ...]:
        found = (self._position(one) for one in injected)
        return tuple(dict.fromkeys(position for position in found if position >= 0))

    def _position(self, one: Injected) -> int:
        """Where it stands, added when it is new; -1 where there is no room."""
        # Of an object with `__call__`, each instance is a dependency of its own.
        own = one.function if isinstance(one.provider, Function | Class) else None
        key = (own.key, "") if own is not None else (one.name, one.scheme)
        known = self._positions.get(key)
        if known is None:
            if len(self.nodes) >= MAX_NODES:
                return -1
            known = self._positions[key] = len(self.nodes)
            self.nodes.append(_node(one))
            self.nodes[known] = structs.replace(self.nodes[known], needs=self._all(one.inner))
        if not one.use_cache and self.nodes[known].cached:
            self.nodes[known] = structs.replace(self.nodes[known], cached=False)
        return known


def _node(one: Injected) -> Injectable:
    place = one.function.place if one.function is not None else one.place
    return Injectable(one.name, _kind(one), place.path, place.line, _runs(one.function))


def _kind(one: Injected) -> Kind:
    if one.scheme:
        return "security"
    if isinstance(one.provider, Class):
        return "class"
    if one.function is None:
        return "other"
    if isinstance(one.provider, Instance):
        return "instance"
    return "generator" if one.function.facts.yields else "function"


def _runs(function: Function | None) -> Literal["loop", "thread", ""]:
    if function is None or function.name == "__init__":
        return ""
    return "loop" if function.is_async else "thread"
