"""Which of several engines or clients the routes use: what makes sessions for them, stands beside the use, or is handed on.

Sources: SQLAlchemy's session basics; FastAPI's reference of dependencies.
"""

from fastreview.api import CallSite, Function, LoopFunction, Module, Project, syntax
from fastreview_checks.knowledge.drivers import Driver
from fastreview_checks.knowledge.importing import imported_by_app

_SESSIONS = frozenset({"sessionmaker", "scoped_session", "Session", "get_database", "get_collection"})
_WITH_SESSIONS = ("sqlalchemy.", "pymongo.")
_FAR = 4
"""Calls from a dependency to what makes its client, and callers that are asked of each."""


def serves(site: CallSite, driver: Driver, users: list[tuple[CallSite, LoopFunction]], project: Project) -> bool:
    """Whether this is the engine or client of several that the routes use: one beside the sessions or the use, or handed on."""
    module = site.code.module
    here = {call.call.method for code in module.codes() for call in code.calls}
    hands_out = driver.family[0] in _WITH_SESSIONS and not here.isdisjoint(_SESSIONS) and _is_loaded(module, project)
    if hands_out or any(s.code.module is module or _is_handed(s.code.module, site, project) for s, _ in users):
        return True
    return _is_injected(site, users, project)


def _is_injected(site: CallSite, users: list[tuple[CallSite, LoopFunction]], project: Project) -> bool:
    """Whether a dependency of the routes that use such a client asks the function that makes it, through others or not."""
    level = [site.code] if isinstance(site.code, Function) and site.code.statements_of(syntax.Return) else []
    routes = {id(route): route for _, function in users for route in function.routes}
    asking = {id(i.function) for route in routes.values() for i in route.dependency_tree if i.function is not None}
    for _ in range(_FAR):
        if not asking.isdisjoint(map(id, level)):
            return True
        level = [s.code for code in level for s in project.callers(code)[:_FAR] if isinstance(s.code, Function)]
    return False


def _is_loaded(module: Module, project: Project) -> bool:
    """Whether the app imports it: a script beside the app that makes sessions of its own serves no route."""
    loaded = imported_by_app(project)
    return not loaded or module in loaded


def _is_handed(user: Module, site: CallSite, project: Project) -> bool:
    """Whether ``user`` calls the function that gives the client back."""
    code = site.code
    if not isinstance(code, Function) or not code.statements_of(syntax.Return):
        return False
    return any(call.code.module is user for call in project.callers(code))
