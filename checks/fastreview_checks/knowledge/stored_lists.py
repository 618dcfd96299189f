"""Routes that return lists of what is stored."""

import re
from functools import lru_cache

from fastreview.api import Flow, Function, Origin, Project, Route, Variable, syntax
from fastreview_checks.knowledge.data.queries import queries_in
from fastreview_checks.knowledge.paging import BRIEF, asks_by_id, carries, is_paged, may_be_list
from fastreview_checks.knowledge.storage import fetches_many, reads_relation

_SEARCHING = re.compile(r"(?:^|/)(?:search|filter|query|find|list)(?:/|$)")
"""In the path of a POST that asks: its filters stand in the body."""


@lru_cache(maxsize=5_000)
def asks(route: Route, project: Project) -> bool:
    """Whether a route may return a list and change nothing: a GET, or a POST to ``/orders/search`` that writes nothing itself
    and whose body is of a type that can be read."""
    if route.method != "POST" or route.endpoint is None:
        return route.method == "GET"
    if not _SEARCHING.search(route.path):
        return False
    known = all(_is_known(given.declared.expr, route.endpoint, project) for given in route.inputs)
    return known and all(kind == "read" for _, kind in queries_in(route.endpoint, project))


def _is_known(expr: syntax.Expr, endpoint: Function, project: Project) -> bool:
    """Whether the code says what a parameter of this type holds: not of one that a call makes."""
    found = project.names.resolve(endpoint, expr.name) if isinstance(expr, syntax.Ref) else None
    return not isinstance(found, Variable)


@lru_cache(maxsize=1)
def list_routes(project: Project) -> tuple[Route, ...]:
    """Routes that ask and whose answer is a list from storage: pages of one, or what is read as a whole."""
    return tuple(route for route in project.routes if _is_list(route, project))


def _is_list(route: Route, project: Project) -> bool:
    if not asks(route, project) or not route.is_api or route.endpoint is None:
        return False
    if route.path.rstrip("/").endswith("}") or BRIEF.search(f"{route.path}/{route.endpoint.name}") or asks_by_id(route):
        return False
    if route.answers is not None and not may_be_list(route.answers, project):
        return False
    if route.answers is not None and is_paged(route, project):
        return True
    return list_origin(route.endpoint, project) is not None


@lru_cache(maxsize=5_000)
def list_origin(endpoint: Function, project: Project) -> Origin | None:
    """Where a list from storage that ``endpoint`` returns is read."""
    for origin in Flow(project, carries).returned(endpoint):
        if fetches_many(origin.expr, origin.code, project) or reads_relation(origin.expr, origin.code, project):
            return origin
    return None
