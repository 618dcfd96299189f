"""Queries that a loop sends one by one, its own and those of what it calls."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import CallSite, Confidence, Function, Place, Project, syntax
from fastreview_checks.knowledge.blocking import CACHE
from fastreview_checks.knowledge.data.lazy_rows import row_reads
from fastreview_checks.knowledge.data.queries import kind_of, queries_in
from fastreview_checks.knowledge.data.relations import awaited_relations, lazy_reads, mentioning_relations
from fastreview_checks.knowledge.data.rounds import Round, depends, goes_over_tables, is_small, rounds

_DEPTH = 4
_FAR = 4
"""Calls between a loop and a query from which on it is an operation on many things rather than a look-up of each."""


class Repeated(NamedTuple):
    """What sends a query in each round of a loop; ``way`` are the calls from there to the query."""

    place: Place
    name: str
    way: tuple[CallSite, ...]
    confidence: Confidence


def repeated(function: Function, project: Project) -> tuple[Repeated, ...]:
    """The places of ``function`` that send a query in each round of a loop."""
    found: list[Repeated] = []
    sites = [site for site in function.calls if site.loops and not site.deferred]
    if sites:
        found += _calls(sites, function, project)
    if function in mentioning_relations(project):
        found += _relations(function, project)
    return tuple(sorted(found, key=lambda one: one.place)) if found else ()


def _calls(sites: list[CallSite], function: Function, project: Project) -> Iterator[Repeated]:
    for site in sites:
        kind = kind_of(site, project)
        way = (site,) if kind else _onward(site, project)
        if not way or kind == "commit":
            continue
        key = id(site.call)
        around = [one for one in rounds(function) if key in one.calls and key not in one.single]
        around = [one for one in around if not goes_over_tables(one, function)]
        if any(depends(site.call, one) and not is_small(one, function, project) for one in around):
            yield Repeated(site.place, site.call.method, way, _confidence(way, around, project))


def _confidence(way: tuple[CallSite, ...], around: list[Round], project: Project) -> Confidence:
    if kind_of(way[-1], project) != "read" or any(one.leaves for one in around) or len(way) >= _FAR:
        return Confidence.POSSIBLE
    called = (t for t in project.targets(way[0]) if isinstance(t, Function)) if len(way) > 1 else ()
    return Confidence.POSSIBLE if any(_changes(function, project) for function in called) else Confidence.LIKELY


def _relations(function: Function, project: Project) -> Iterator[Repeated]:
    """Relations that are loaded row by row: awaited ones, and lazy ones of a synchronous session."""
    awaited = awaited_relations(project)
    if not awaited.isdisjoint(function.mentioned):
        for one in rounds(function):
            for expr, line in one.awaits:
                if isinstance(expr, syntax.Ref) and expr.root in one.changing and expr.last in awaited:
                    yield Repeated(Place(function.module.path, line), expr.name, (), Confidence.LIKELY)
    told: set[str] = set()
    for read in lazy_reads(function, project):
        if read.repeated and not read.awaited_query:
            told.add(name := f"{read.row}.{read.relation}")
            yield Repeated(Place(function.module.path, read.line), name, (), Confidence.LIKELY)
    for found in row_reads(function, project):
        if (name := f"{found.row}.{found.relation}") not in told:
            yield Repeated(found.place, name, (), Confidence.LIKELY)


def _onward(site: CallSite, project: Project) -> tuple[CallSite, ...]:
    for target in project.targets(site):
        if type(target) is Function and not _is_cached(target):
            way = _path(target, project)
            if way:
                return (site, *way)
    return ()


@lru_cache(maxsize=20_000)
def _path(function: Function, project: Project, depth: int = _DEPTH) -> tuple[CallSite, ...]:
    """The calls that lead from ``function`` to a query; the last one is the query. Reads are preferred."""
    own = list(queries_in(function, project))
    for wanted in ("read", "write"):
        for site, kind in own:
            if kind == wanted:
                return (site,)
    for site in function.calls if depth else ():
        for target in project.targets(site) if not site.deferred else ():
            if isinstance(target, Function) and target is not function and not _is_cached(target):
                way = _path(target, project, depth - 1)
                if way:
                    return (site, *way)
    return ()


@lru_cache(maxsize=20_000)
def _changes(function: Function, project: Project, depth: int = 2) -> bool:
    """Whether ``function`` writes or adds rows: it is an operation, not a look-up."""
    if any(kind != "read" for _, kind in queries_in(function, project)) or "add" in function.called:
        return True
    inner = (t for site in function.calls for t in project.targets(site)) if depth else ()
    return any(_changes(t, project, depth - 1) for t in inner if isinstance(t, Function) and t is not function)


@lru_cache(maxsize=20_000)
def _is_cached(function: Function) -> bool:
    return _keeps(function) or any(CACHE.search(name.rpartition(".")[2]) for name in function.decorator_names)


def _keeps(function: Function) -> bool:
    """Whether a function within another one answers from what it found the first time: ``nonlocal asked; if asked: return``."""
    outer = {
        ref.name
        for stmt in function.body
        if isinstance(stmt, syntax.Names) and stmt.kind == "nonlocal"
        for ref in stmt.targets
        if isinstance(ref, syntax.Ref)
    }
    return any(
        isinstance(stmt, syntax.If)
        and any(isinstance(node, syntax.Ref) and node.name in outer for node in syntax.walk(stmt.test))
        and any(isinstance(inner, syntax.Return) for inner in stmt.body)
        for stmt in (function.body if outer else ())
    )
