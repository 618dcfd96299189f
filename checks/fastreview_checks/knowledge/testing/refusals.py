"""What a router refuses, and which refusals its tests expect."""

from functools import lru_cache

from fastreview.api import External, Function, Project, Route, RouteGroup, syntax
from fastreview_checks.knowledge.health import is_operational
from fastreview_checks.knowledge.reached import reached

AUTHENTICATION = frozenset({401, 403})
ABSENCE = frozenset({404, 410})
VALIDATION_ERRORS = frozenset({"RequestValidationError", "ValidationError"})
BOUNDS = frozenset({"ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "regex", "multiple_of"})


def wanted(group: RouteGroup, project: Project) -> dict[str, frozenset[int]]:
    """By words: the statuses of which the tests of this router should expect one."""
    routes = [route for route in group.routes if not is_operational(route) and not route.library]
    found: dict[str, frozenset[int]] = {}
    if any(route.security for route in routes):
        found["401 or 403"] = AUTHENTICATION
    if any(
        "{" in route.path.replace("{?}", "").rpartition(":path}")[2] and not _only_computes(route, project)
        for route in routes
    ):
        found["404"] = ABSENCE
    if any(_validates(route) for route in routes):
        statuses = _invalid(project)
        found[" or ".join(map(str, sorted(statuses, reverse=True)))] = statuses
    return found


_COMPUTING = frozenset(
    {"builtins", "random", "math", "statistics", "logging", "datetime", "time", "re", "string", "hashlib"}
)
_DEPTH = 4


def _only_computes(route: Route, project: Project) -> bool:
    """Whether the answer is made from the parameters alone: nothing is looked up that could be missing, nothing refused."""
    if route.endpoint is None:
        return False
    for function in reached(route.endpoint, project, _DEPTH):
        # What a method of an object reaches, a repository behind a protocol say, is not all to be seen.
        if function.owner is not None or any(isinstance(stmt, syntax.Raise) for stmt in function.statements):
            return False
        for site in function.calls:
            targets = project.targets(site)
            if not targets or any(_from_elsewhere(target) for target in targets):
                return False
    return True


def _from_elsewhere(target: Function | External) -> bool:
    return isinstance(target, External) and target.name.partition(".")[0] not in _COMPUTING


def expected(group: RouteGroup, project: Project) -> frozenset[int]:
    """Statuses that tests expect of its routes, or that these answered when the tests ran."""
    exercise, run = project.exercise, project.test_run
    found: set[int] = set()
    for route in group.routes:
        found |= exercise.statuses.get(id(route), frozenset())
        found |= run.statuses_of(route) if run else frozenset()
    return frozenset(found)


def _validates(route: Route) -> bool:
    """Whether it has a body of fields, or parameters with bounds. That ``/items/x`` is no number needs no test."""
    return bool(route.body_classes) or any(
        keyword.name in BOUNDS
        for given in route.inputs
        for marker in given.declared.markers
        for keyword in marker.keywords
    )


@lru_cache(maxsize=2)
def _invalid(project: Project) -> frozenset[int]:
    """422, and 400 where the service answers invalid input in its own way."""
    own = any(
        name in VALIDATION_ERRORS
        for app in project.apps
        for handler in app.exception_handlers
        for name in [handler.handles.rpartition(".")[2]]
    )
    return frozenset({422, 400}) if own else frozenset({422})
