"""Which route a written URL reaches: a tree of path templates, in which parts of the URL may be unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from fastreview.project.constants import UNKNOWN_PART
from fastreview.project.kept_property import cached_property
from fastreview.project.routes import Route

MAX_STEPS = 20_000
"""Nodes visited for one URL."""

_PARAMETER = re.compile(r"\{[^{}]*\}")
_CONVERTERS = {"int": re.compile(r"[0-9]+"), "float": re.compile(r"[0-9]+(?:\.[0-9]+)?"),
               "uuid": re.compile(r"[0-9a-fA-F-]{32,36}")}  # fmt: skip
_LOCAL_HOST = re.compile(r"(?:[^.]*|localhost|127\.0\.0\.1|0\.0\.0\.0|.*\.(?:test|local|localhost|example|invalid)"
                         r"|(?:.*\.)?example\.(?:com|org|net))", re.IGNORECASE)  # fmt: skip


class Reached(NamedTuple):
    """The routes that a URL may reach. ``surely``: it does, as far as it is written out; else a part of it that is only
    known at run time would have to be just so."""

    routes: tuple[Route, ...]
    surely: bool


@dataclass(eq=False)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    patterns: dict[str, tuple[re.Pattern[str], _Node]] = field(default_factory=dict)
    any: _Node | None = None
    several: _Node | None = None
    """One segment or more: a prefix that is only known at run time, or a path parameter."""
    routes: dict[str, list[Route]] = field(default_factory=dict)


class _Found(NamedTuple):
    guessed: int
    """Unknown parts of the URL that stand where the template has a word."""
    loose: int
    """Segments taken by something that takes any."""
    node: _Node


class Templates:
    """The route tables of all apps."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        self._known: dict[tuple[str, str], Reached] = {}
        for route in routes:
            node = self._root
            for segment in _segments(route.path):
                node = _child(node, segment)
            node.routes.setdefault(route.method, []).append(route)

    def reached(self, method: str, path: str, prefixes: Iterable[str] = ()) -> Reached:
        """Routes for a request to ``path``, without its query; "" for a method that is not known. ``prefixes`` are what
        clients may put in front. A path that no route has is looked for below any prefix: tests mount routers on apps of
        their own."""
        key = (method, path)
        if key not in self._known:
            self._known[key] = self._reached(method, path, prefixes)
        return self._known[key]

    def _reached(self, method: str, path: str, prefixes: Iterable[str]) -> Reached:
        found = Reached((), False)
        for candidate in (path, *(prefix + path for prefix in prefixes)):
            found = self._best(method, _segments(candidate))
            if found.routes and _agree(found.routes[0].path, candidate):
                return found
            if found.routes:
                break
        segments = _segments(path)
        if any(segment and UNKNOWN_PART not in segment for segment in segments):
            below = self._best(method, [UNKNOWN_PART, *segments], words=True)
            if below.routes:
                return Reached(tuple(dict.fromkeys(found.routes + below.routes)), below.surely)
        return found

    def _best(self, method: str, segments: list[str], *, words: bool = False) -> Reached:
        found: list[_Found] = []
        steps = [MAX_STEPS]
        _match(self._root, segments, 0, 0, found, steps)
        if segments[1:] and segments[0] == UNKNOWN_PART:
            # What is unknown at the start may be several segments, or none.
            for node in self._nodes:
                _match(node, segments[1:], 0, 1, found, steps)
        answering = [f for f in found if _answering(f.node, method)]
        if words:
            # Below an unknown prefix something written out has to agree.
            answering = [f for f in answering if f.loose + f.guessed < len(segments)]
        if not answering:
            return Reached((), False)
        best = min((f.guessed, f.loose) for f in answering)
        chosen = [f for f in answering if (f.guessed, f.loose) == best]
        routes = tuple(dict.fromkeys(r for f in chosen for r in _answering(f.node, method)))
        return Reached(routes, not best[0] and (not segments or any(s != UNKNOWN_PART for s in segments)))

    @cached_property
    def _nodes(self) -> tuple[_Node, ...]:
        return tuple(_below(self._root))


def path_of(url: str) -> str | None:
    """The path of a URL without query; None for one of a host that cannot be the app under test, or no URL at all."""
    marked = url.replace(UNKNOWN_PART, "\0").partition("?")[0].partition("#")[0]
    scheme, apart, rest = marked.partition("://")
    if apart and scheme in ("http", "https", "ws", "wss"):
        host, _, path = rest.partition("/")
        if "\0" not in host and not _LOCAL_HOST.fullmatch(host.partition(":")[0]):
            return None
        marked = f"/{path}"
    return marked.replace("\0", UNKNOWN_PART)


def _agree(template: str, path: str) -> bool:
    """Whether they have a word in common, or nothing is written out that could be."""
    words = {segment for segment in _segments(path) if UNKNOWN_PART not in segment}
    return not words or not words.isdisjoint(_segments(template))


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/") if path.strip("/") else []


def _child(node: _Node, segment: str) -> _Node:
    if segment == UNKNOWN_PART or segment.endswith(":path}"):
        node.several = node.several or _Node()
        return node.several
    parameters = _PARAMETER.findall(segment)
    if not parameters:
        return node.literals.setdefault(segment, _Node())
    converter = parameters[0][1:-1].partition(":")[2]
    if segment == parameters[0] and converter not in _CONVERTERS:
        node.any = node.any or _Node()
        return node.any
    pattern = _CONVERTERS[converter] if segment == parameters[0] else _mixed(segment)
    if pattern.pattern not in node.patterns:
        node.patterns[pattern.pattern] = (pattern, _Node())
    return node.patterns[pattern.pattern][1]


@lru_cache(maxsize=1_000)
def _mixed(segment: str, gap: str = ".+") -> re.Pattern[str]:
    return re.compile(gap.join(re.escape(part) for part in _PARAMETER.split(segment)))


def _match(node: _Node, segments: list[str], guessed: int, loose: int, found: list[_Found], steps: list[int]) -> None:
    steps[0] -= 1
    if steps[0] < 0:
        return
    if not segments:
        if node.routes:
            found.append(_Found(guessed, loose, node))
        return
    first, rest = segments[0], segments[1:]
    unknown = UNKNOWN_PART in first
    if not unknown and first in node.literals:
        _match(node.literals[first], rest, guessed, loose, found, steps)
    if unknown:
        fitting = _mixed(first, ".*") if first != UNKNOWN_PART else None
        # What follows a word without a slash is a query, or nothing.
        query = first.removesuffix(UNKNOWN_PART)
        for word, child in node.literals.items():
            if fitting is None or fitting.fullmatch(word):
                _match(child, rest, guessed + (word != query), loose, found, steps)
    for pattern, child in node.patterns.values():
        if unknown or pattern.fullmatch(first):
            _match(child, rest, guessed, loose + 1, found, steps)
    if node.any is not None:
        _match(node.any, rest, guessed, loose + 1, found, steps)
    if node.several is not None:
        for taken in range(1, len(segments) + 1):
            _match(node.several, segments[taken:], guessed, loose + taken, found, steps)


def _below(node: _Node) -> Iterator[_Node]:
    """The node and all nodes under it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending += current.literals.values()
        pending += (child for _, child in current.patterns.values())
        pending += [child for child in (current.any, current.several) if child is not None]


def _answering(node: _Node, method: str) -> list[Route]:
    if not method:
        return [route for routes in node.routes.values() for route in routes]
    return node.routes.get(method, []) or (node.routes.get("GET", []) if method == "HEAD" else [])
