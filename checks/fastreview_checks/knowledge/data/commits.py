"""Where transactions of SQLAlchemy's sessions end, and how often on the way through a function."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import CallSite, Function, Project, syntax
from fastreview_checks.knowledge.callers import callers
from fastreview_checks.knowledge.data.queries import kind_of, queries_in

_DEPTH = 3
_ASIDE = re.compile(
    r"^_*(?:get|read|find|list|authenticate|verify|check|validate|is|has|log|audit|record|track|lock|unlock)(?:_|$)"
)
_LEAVING = (syntax.Return, syntax.Raise)
_SAYING = frozenset({"NotImplementedError"})
"""What a method that others implement calls."""
MAX_WAY = 12


class Commit(NamedTuple):
    """``site`` is the call in the function asked about, ``way`` the calls from there; the last one is the commit itself."""

    site: CallSite
    way: tuple[CallSite, ...]


def commits(project: Project) -> Iterator[CallSite]:
    """Every commit in the service's code."""
    yield from (site for site in project.calls("commit") if kind_of(site, project) == "commit")


_ADDING = frozenset({"add", "add_all", "delete", "merge", "setattr"})


@lru_cache(maxsize=10_000)
def changes_rows(function: Function, project: Project) -> bool:
    """Whether ``function`` itself changes what a commit would store; some commit only to end a transaction that read. What yields
    commits for others: it is the one owner of the transaction."""
    return not function.facts.yields and bool(_changes(function, project))


@lru_cache(maxsize=10_000)
def _changes(function: Function, project: Project) -> tuple[int, ...]:
    """Lines on which ``function`` adds, deletes or changes rows."""
    found = [site.call.line for site in function.calls if site.call.method in _ADDING]
    found += [site.call.line for site, kind in queries_in(function, project) if kind == "write"]
    for stmt in function.statements:
        if isinstance(stmt, syntax.Assign):
            targets = [t for t in stmt.targets if isinstance(t, syntax.Ref) and "." in t.name]
            found += [stmt.line for target in targets if target.root != function.receiver]
    return tuple(found)


def changing(function: Function, project: Project) -> tuple[Commit, ...]:
    """The commits on the longest way through ``function`` that each store something of their own."""
    kept: list[Commit] = []
    last = 0
    for commit in longest(function, project):
        line = commit.site.call.line
        if len(commit.way) > 1 or any(
            last < changed <= commit.site.call.end_line for changed in _changes(function, project)
        ):
            kept.append(commit)
        last = line
    return tuple(kept)


def owns_transactions(function: Function, project: Project) -> bool:
    """Whether ``function`` hands a transaction out and ends it: a dependency or a context manager."""
    entered = any(
        name.rpartition(".")[2] in ("asynccontextmanager", "contextmanager") for name in function.decorator_names
    )
    return entered or any(dependency.function is function for dependency in project.dependencies)


@lru_cache(maxsize=1)
def committing(project: Project) -> frozenset[Function]:
    """Functions that commit, themselves or through what they call."""
    found: set[Function] = set()
    level = {s.code for s in commits(project) if isinstance(s.code, Function) and changes_rows(s.code, project)}
    for _ in range(_DEPTH):
        found |= level
        above = {site.code for function in level for site in callers(function, project)}
        level = {code for code in above if isinstance(code, Function)} - found
    return frozenset(found)


@lru_cache(maxsize=10_000)
def longest(function: Function, project: Project, depth: int = _DEPTH) -> tuple[Commit, ...]:
    """The commits on the way through ``function`` that has most of them."""
    if function not in committing(project):
        return ()
    sites = {id(site.call): site for site in function.calls if not site.deferred}
    ways = _through(function.body, sites, project, depth)
    return tuple(max(ways.on, ways.ended, key=len)[:MAX_WAY])


class _Ways(NamedTuple):
    """The longest way through a block that goes on behind it, and the longest that ends the function in it. ``leaves``: every
    way does."""

    on: list[Commit]
    ended: list[Commit]
    leaves: bool = False


def _through(body: syntax.Body, sites: dict[int, CallSite], project: Project, depth: int) -> _Ways:
    here: list[Commit] = []
    ended: list[Commit] = []
    for stmt in body:
        own = [commit for expr in syntax.expressions(stmt) for commit in _in(expr, sites, project, depth)]
        if isinstance(stmt, syntax.If | syntax.Match):
            branches = [_through(block, sites, project, depth) for block in syntax.blocks(stmt)]
            here += own
            ended = max([ended, *(here + ways.ended for ways in branches)], key=len)
            longest_on = max((ways.on for ways in branches), key=len, default=list[Commit]())
            here += longest_on
            continue
        # What `except` and `finally` commit is a precaution, not a part of the operation.
        inner = (stmt.body, stmt.orelse) if isinstance(stmt, syntax.Try) else syntax.blocks(stmt)
        here += own
        for block in inner[:1] if isinstance(stmt, syntax.Loop) else inner:
            ways = _through(block, sites, project, depth)
            ended = max(ended, here + ways.ended, key=len)
            if ways.leaves and not isinstance(stmt, syntax.Loop):
                return _Ways([], ended, leaves=True)
            here += ways.on
        if isinstance(stmt, _LEAVING):
            return _Ways([], max(here, ended, key=len), leaves=True)
    return _Ways(here, ended)


def _in(expr: syntax.Expr, sites: dict[int, CallSite], project: Project, depth: int) -> Sequence[Commit]:
    found = []
    for node in syntax.walk(expr):
        site = sites.get(id(node)) if isinstance(node, syntax.Call) else None
        if site is None:
            continue
        if kind_of(site, project) == "commit":
            if not (isinstance(site.code, Function) and changes_rows(site.code, project)):
                continue
            found.append(Commit(site, (site,)))
        elif depth:
            inner = _inside(site, project, depth - 1)
            if inner:
                found.append(Commit(site, (site, *inner)))
    return found


def _inside(site: CallSite, project: Project, depth: int) -> tuple[CallSite, ...]:
    """The calls from ``site`` on to the commit that it leads to. Where a call may run one of several implementations, all have
    to commit; a coroutine that nobody waits for here is an operation of its own."""
    targets = [t for t in project.targets(site) if isinstance(t, Function)]
    if len(targets) > 1:
        targets = [t for t in targets if not set(t.called) <= _SAYING]
    if not targets or any(t.is_async and not site.awaited for t in targets):
        return ()
    ways = [always(target, project, depth) for target in targets]
    return ways[0] if all(ways) else ()


@lru_cache(maxsize=10_000)
def always(function: Function, project: Project, depth: int) -> tuple[CallSite, ...]:
    """The calls to the commit that a call of ``function`` leads to, guard clauses aside. Functions that read or check a caller and
    keep books on it (when a key was last used) are operations of their own."""
    if function not in committing(project) or _ASIDE.search(function.name):
        return ()
    sites = {id(site.call): site for site in function.calls if not site.deferred}
    for stmt in _always_run(function.body):
        for expr in syntax.expressions(stmt):
            found = _in(expr, sites, project, depth)
            if found:
                return found[0].way
    return ()


def _always_run(body: syntax.Body) -> Iterator[syntax.Stmt]:
    for stmt in body:
        yield stmt
        if isinstance(stmt, syntax.With | syntax.Try):
            yield from _always_run(stmt.body)
