"""Calls that make tables outside of migrations, and whether the service runs them.

Sources: SQLAlchemy's ``MetaData.create_all``, Tortoise's ``generate_schemas``, Peewee's and Piccolo's
``create_tables``.
"""

import re
from collections.abc import Iterator

from fastreview.api import CallSite, Code, Function, Module, Project, syntax
from fastreview_checks.knowledge.development import means_development

_CREATING = frozenset({"create_all", "generate_schemas", "create_tables"})
_HOOK = re.compile(r"lifespan|startup|on_event")
"""In the name of a decorator: the function runs when the service starts."""
_SERVER_HOOKS = frozenset({"on_starting", "when_ready", "post_fork", "post_worker_init"})
"""Functions of a configuration file that Gunicorn calls when the service starts. Source: its documentation of settings."""


def creating_word(site: CallSite) -> str:
    """The name of what makes the tables; it may be handed over, as in ``run_sync(metadata.create_all)``."""
    words = {name for expr in (site.call.func, *site.call.args) for name in _names(expr)}
    return min(words & _CREATING, default=site.call.method)


def creating_in_service(project: Project) -> Iterator[CallSite]:
    """Calls that make tables and run when the service is imported, started, or asked."""
    entries = _entries(project)
    for code in project.mentions(*_CREATING):
        for site in code.calls:
            makes = any(not _CREATING.isdisjoint(_names(e)) for e in (site.call.func, *site.call.args))
            if makes and not _guarded(site) and not _stamps(code, project) and _runs(code, project, entries, set()):
                yield site


def runs_with_service(site: CallSite, project: Project) -> bool:
    """Whether a call runs when the service is imported, started, or asked, under no condition of its function."""
    return not _guarded(site) and _runs(site.code, project, _entries(project), set())


def _names(expr: syntax.Expr) -> frozenset[str]:
    match expr:
        case syntax.Ref():
            return frozenset({expr.last}) if "." in expr.name else frozenset()
        case syntax.Attribute(attr=attr):
            return frozenset({attr})
        case _:
            return frozenset()


def _guarded(site: CallSite) -> bool:
    """Whether it stands under a condition: ``if __name__ == "__main__"``, ``if settings.testing``; that nobody is testing or
    developing is none."""
    for stmt in site.code.statements:
        if isinstance(stmt, syntax.If) and not means_development(stmt.test, holds=False):
            last = max((inner.line for inner in syntax.statements(stmt.body)), default=0)
            if stmt.line < site.call.line <= last:
                return True
    return False


def _stamps(code: Code, project: Project) -> bool:
    """Whether the new tables are put under version control at once: ``stamp`` for the schema of a new tenant."""
    called = [code, *(t for site in code.calls for t in project.targets(site) if isinstance(t, Function))]
    return any(site.call.method in ("stamp", "upgrade") for one in called for site in one.calls)


def _entries(project: Project) -> frozenset[int]:
    """Functions that the framework runs: endpoints, dependencies, lifespan, event handlers."""
    found: list[Function] = [e.function for e in project.endpoints] + [d.function for d in project.dependencies]
    for app in project.apps:
        given = app.keyword("lifespan")
        if app.router is not None:
            if not isinstance(given, syntax.Missing):
                value = project.values.of(given, app.router.code)
                found += [value] if isinstance(value, Function) else []
            found += [code for _, code, _ in app.router.events if isinstance(code, Function)]
            for site in app.router.code.calls:
                given = site.call.argument(1, "func")
                if site.call.method == "add_event_handler" and not isinstance(given, syntax.Missing):
                    handler = project.values.of(given, site.code)
                    found += [handler] if isinstance(handler, Function) else []
            found += [app.router.code] if isinstance(app.router.code, Function) else []
    return frozenset(id(function) for function in found)


def _runs(code: Code, project: Project, entries: frozenset[int], seen: set[int]) -> bool:
    if isinstance(code, Module):
        return True
    if not isinstance(code, Function) or id(code) in seen:
        return False
    seen.add(id(code))
    if _is_server_hook(code) or id(code) in entries or any(_HOOK.search(name) for name in code.decorator_names):
        return True
    return any(
        (site.code.module.kind == "service" or _is_server_hook(site.code))
        and not _guarded(site)
        and _runs(site.code, project, entries, seen)
        for site in project.callers(code)
    )


def _is_server_hook(code: Code) -> bool:
    return isinstance(code, Function) and code.name in _SERVER_HOOKS and code.owner is None and code.parent is None
