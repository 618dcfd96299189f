"""How long sessions of SQLAlchemy live, and who commits them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import CallSite, Function, Module, Project, Route, syntax
from fastreview_checks.knowledge.data.commits import changes_rows, commits, owns_transactions
from fastreview_checks.knowledge.data.engines import session_made
from fastreview_checks.knowledge.served import served

PROVIDER = "the dependency that opens the session"
MANAGER = "a context manager"
_HANDED_ON = frozenset({"add_task", "create_task", "ensure_future", "run_coroutine_threadsafe"})
_CALLED = "functions that endpoints call"
_ENDPOINTS = "endpoints"
_OF_A_RESULT = ""
"""The name of what is called in ``get_factory()()``."""
_FACTORIES = ("Session", "AsyncSession", "scoped_session", "async_scoped_session")


class Owner(NamedTuple):
    """Who commits: "the dependency that opens the session", endpoints, functions that they
    call or a context manager, and where."""

    who: str
    sites: tuple[CallSite, ...]


def opened(project: Project) -> Iterator[CallSite]:
    """Calls that open a session: of a session class or of a factory that the project keeps, or that a function gives."""
    for site in project.calls(*_FACTORIES, *_aliases(project), *_factory_names(project), _OF_A_RESULT):
        if session_made(site, project):
            yield site


def _aliases(project: Project) -> frozenset[str]:
    """Other names under which modules import what opens a session."""
    return frozenset(
        found.alias
        for module in project.service_modules
        for found in module.facts.imports
        if found.alias and found.name in _FACTORIES
    )


def _factory_names(project: Project) -> frozenset[str]:
    """Names that hold a ``sessionmaker``."""
    found: set[str] = set()
    for site in project.calls("sessionmaker", "async_sessionmaker"):
        for name, bindings in site.code.bindings.items():
            if any(b.expr is site.call for b in bindings):
                found.add(name)
        for stmt in site.code.statements:
            if isinstance(stmt, syntax.Assign) and stmt.value is site.call:
                found.update(t.last for t in stmt.targets if isinstance(t, syntax.Ref))
    return frozenset(found)


def held_by_module(site: CallSite) -> bool:
    """Whether a session is opened when a module is imported, and kept in a variable of it; what stands under
    ``if __name__ == "__main__"`` is a script."""
    return isinstance(site.code, Module) and any(
        isinstance(stmt, syntax.Assign) and stmt.value is site.call for stmt in site.code.body
    )


def kept_by_instance(site: CallSite, project: Project) -> CallSite | None:
    """Where a module makes the object that keeps this session, opened in its ``__init__``, from import to exit."""
    code = site.code
    if not isinstance(code, Function) or code.owner is None or code.name != "__init__":
        return None
    start = f"{code.receiver}."
    kept = any(
        isinstance(stmt, syntax.Assign)
        and stmt.value is site.call
        and any(isinstance(t, syntax.Ref) and t.name.startswith(start) for t in stmt.targets)
        for stmt in code.statements
    )
    makers = project.callers(code) if kept else ()
    return next((maker for maker in makers if held_by_module(maker)), None)


def per_call(project: Project, sites: tuple[CallSite, ...]) -> Iterator[tuple[CallSite, Route]]:
    """Sessions that a function opens for itself while a request is answered, which has no session or another one. What serves a
    websocket lives as long as the connection: it opens one when it needs it."""
    reached = served(project)
    providers = {id(d.function) for d in project.dependencies}
    later = after_the_answer(project)
    for site in sites:
        code = site.code
        if not isinstance(code, Function) or code.facts.yields or code not in reached or not reached[code]:
            continue
        if id(code) in later:
            continue
        hands_out = any(
            isinstance(s, syntax.Return) and s.value is not None and _gives(s.value, site) for s in code.statements
        )
        named = code.name.startswith("__") or (code.owner is not None and "work" in code.owner.name.lower())
        route = next((one for one in reached[code] if not one.is_websocket), None)
        if route is not None and id(code) not in providers and not hands_out and not named:
            yield site, route


@lru_cache(maxsize=1)
def after_the_answer(project: Project) -> frozenset[int]:
    """Ids of functions that run when the request has been answered and its session closed: background tasks."""
    # Each step of a way leads to a function on the loop, whose own way ends with it.
    handed_on = {
        id(one.steps[-1]) for one in project.loop_functions if one.steps and one.steps[-1].call.method in _HANDED_ON
    }
    return frozenset(
        id(one.function)
        for one in project.loop_functions
        if one.entry.kind == "background" or not handed_on.isdisjoint(map(id, one.steps))
    )


def _gives(value: syntax.Expr, site: CallSite) -> bool:
    names = {name for name, bound in site.code.bindings.items() if any(b.expr is site.call for b in bound)}
    return any(
        node is site.call or (isinstance(node, syntax.Ref) and node.name in names) for node in syntax.walk(value)
    )


def owners(project: Project) -> tuple[Owner, ...]:
    """Who commits what requests change: what opens the session before all others, then the most frequent; of two that commit
    as often what endpoints call."""
    found: dict[str, list[CallSite]] = {}
    endpoints = {id(one.function) for one in project.endpoints}
    providers = {id(d.function) for d in project.dependencies}
    reached = served(project)
    later = after_the_answer(project)
    opening = {id(site.code) for site in opened(project)}
    for site in commits(project):
        code = site.code
        if not isinstance(code, Function) or id(code) in later:
            continue
        if id(code) in endpoints:
            who = _ENDPOINTS
        elif code.facts.yields and owns_transactions(code, project):
            provides = id(code) in providers or (code in reached and id(code) in opening)
            who = PROVIDER if provides else MANAGER
        elif code in reached and changes_rows(code, project):
            who = _CALLED
        else:
            continue
        found.setdefault(who, []).append(site)
    if PROVIDER in found:
        # The other ones are those of workers and scripts.
        found.pop(MANAGER, None)
    ordered = sorted(
        found.items(), key=lambda one: (one[0] not in (PROVIDER, MANAGER), -len(one[1]), one[0] == _ENDPOINTS)
    )
    return tuple(Owner(who, tuple(sites)) for who, sites in ordered)
