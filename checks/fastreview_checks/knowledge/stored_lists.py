"""Routes that return lists of what is stored."""

from functools import lru_cache

from fastreview.api import Flow, Function, Origin, Project, Route
from fastreview_checks.knowledge.paging import BRIEF, asks_by_id, carries, is_paged, may_be_list
from fastreview_checks.knowledge.storage import fetches_many, reads_relation


@lru_cache(maxsize=1)
def list_routes(project: Project) -> tuple[Route, ...]:
    """GET routes whose answer is a list from storage: pages of one, or what is read as a whole."""
    return tuple(route for route in project.routes if _is_list(route, project))


def _is_list(route: Route, project: Project) -> bool:
    if route.method != "GET" or not route.is_api or route.endpoint is None:
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
        if fetches_many(origin.expr, origin.code, project) or reads_relation(origin.expr, project):
            return origin
    return None
