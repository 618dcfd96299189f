"""Routes that answer operators: liveness and readiness, and libraries that bring them.

Paths are those of Kubernetes' own components, Mozilla's dockerflow, Spring's actuator and common usage.
"""

import re
from collections import Counter
from functools import lru_cache

from fastreview.api import App, External, Function, Injected, Project, Route, syntax
from fastreview_checks.knowledge.reached import reached

# One of the last two segments of a path, or the name of the endpoint.
LIVENESS = re.compile(
    r"_*(?:api)?[-_]?(?:health(?:y|z)?|health[-_]?checks?(?:er)?|check[-_]?health|live(?:z|ness)?|alive|is[-_]?alive|ping|pong|heart[-_]?beat"
    r"|lb[-_]?heartbeat|live[-_]?check|up|uptime|status|server[-_]?status|service[-_]?status|health[-_]?status)_*",
    re.IGNORECASE,
)
READINESS = re.compile(
    r"_*(?:ready(?:z)?|readiness|is[-_]?ready|ready[-_]?check|readiness[-_]?check|readiness[-_]?probe|health[-_]?ready|deep[-_]?health"
    r"|health[-_]?(?:db|database|deep|full|detailed|dependencies)|(?:db|database)[-_]?(?:health|check|status)|heartbeat|dependencies"
    r"|detailed|deep|startup)_*",
    re.IGNORECASE,
)
READY_WORD = re.compile(r"read[iy]", re.IGNORECASE)
LIBRARIES = re.compile(r"dockerflow|health|actuator", re.IGNORECASE)
"""In the full name of a router, middleware or function of a library: it answers such routes."""

# Words that as the name of a function mean many things.
WEAK = re.compile(
    r"_*(?:status|up|uptime|heart[-_]?beat|ping|pong|alive|dependencies|detailed|deep|startup|(?:server|service|live)[-_]?status)_*",
    re.IGNORECASE,
)
GENERIC = re.compile(
    r"api|v\d+(?:\.\d+)?|latest|health\w*|system|internal|monitor(?:ing)?|utils?|common|core|misc|public|base|general|default|root|ops"
    r"|operations|service|server|app|admin|probes?|k8s|kube\w*|checks?|_|-|\{\?\}|live|status|diagnostics|management|actuator|meta|ping",
    re.IGNORECASE,
)

_UNKNOWN = "{?}"
"""A part of a path that only the run knows: the prefix under which a plugin's router is included, say."""
_LIST = re.compile(r"(?:typing\.)?(?:list|List|Sequence|Iterable)\[")

_PROBED = frozenset({"GET", "HEAD"})


def liveness_routes(app: App) -> list[Route]:
    return [r for r in app.routes if _is(r, LIVENESS)]


def readiness_routes(app: App) -> list[Route]:
    return [r for r in app.routes if _is(r, READINESS)]


def tells_of_a_part(app: App) -> bool:
    """Whether a route is called like liveness and stands below something of its own: ``/chat/healthz``."""
    return any(
        r.method in _PROBED and LIVENESS.fullmatch(last := r.path.rpartition("/")[2]) and not WEAK.fullmatch(last)
        for r in app.routes
        if not is_operational(r)
    )


def is_operational(route: Route) -> bool:
    """Whether it tells operators of the state of the service."""
    return _is(route, LIVENESS) or _is(route, READINESS)


@lru_cache(maxsize=20_000)
def _is(route: Route, words: re.Pattern[str]) -> bool:
    if route.method not in _PROBED:
        return False
    segments = [s for s in route.path.strip("/").split("/") if s]
    if any("{" in s and s != _UNKNOWN for s in segments[-2:]):
        return False
    if segments and WEAK.fullmatch(segments[-1]) and (_UNKNOWN in segments or _LIST.match(route.response_model)):
        # /status that lists open orders, or is the last part of a path that only the run knows.
        return False
    own_prefix = _common_start(route.app)
    if not all(GENERIC.fullmatch(s) or s == own_prefix or LIVENESS.fullmatch(s) for s in segments[:-1]):
        # /orders/status, /ai/chatbot/health: about a part.
        return False
    named = [s.lstrip("-_.") for s in segments[-1:]]
    # /health/db, /health/live: both words say it. /health/reports is about somebody's health.
    if len(segments) > 1 and words.fullmatch(segments[-2]) and LIVENESS.fullmatch(segments[-1]):
        named.append(segments[-2])
    if len(segments) > 1:
        named.append("-".join(segments[-2:]))
    endpoint = route.endpoint.name if route.endpoint is not None else ""
    endpoint = "" if WEAK.fullmatch(endpoint) else endpoint
    return any(words.fullmatch(name) for name in (*named, endpoint.removeprefix("get_").removesuffix("_endpoint")))


@lru_cache(maxsize=64)
def _common_start(app: App) -> str:
    """The segment that nearly all paths of the app begin with: its name, say."""
    starts = Counter(r.path.strip("/").partition("/")[0] for r in app.routes)
    [(start, count)] = starts.most_common(1)
    return start if count * 10 >= len(app.routes) * 8 else ""


def stands_beside(app: App, project: Project) -> bool:
    """A small app beside the service's own: a bridge, a demonstration, a helper process."""
    return len(app.routes) * SMALLER < _most_routes(project)


@lru_cache(maxsize=8)
def _most_routes(project: Project) -> int:
    return max(len(app.routes) for app in project.apps)


SMALLER = 8
"""So many times fewer routes than the largest app make an app one that stands beside it."""


def library_routes(project: Project, app: App) -> str:
    """The library that adds such routes to ``app`` or stands before it, or ""."""
    for middleware in project.middleware:
        if middleware.app is app and LIBRARIES.search(middleware.library or middleware.name):
            return middleware.library or middleware.name
    if app.router is None:
        return ""
    for site in project.calls("include_router", "add_api_route", "add_route", "mount", "init_app", "Instrumentator"):
        for given in (*site.call.args, *(k.value for k in site.call.keywords)):
            value = project.values.of(given.func if isinstance(given, syntax.Call) else given, site.code)
            if isinstance(value, External) and LIBRARIES.search(value.name):
                return value.name
    return ""


def looks_at_something(route: Route, project: Project) -> bool:
    """Whether the endpoint asks what it depends on: it injects something, or calls what is not only the answer itself."""
    if route.endpoint is None or any(i.by in ("parameter", "route") and not _is_empty(i) for i in route.dependencies):
        return True
    return any(_asks(function, project) for function in reached(route.endpoint, project, 3))


def _is_empty(injected: Injected) -> bool:
    """A dependency that only marks the route: it asks for nothing, and its body is one plain answer."""
    function = injected.function
    return function is not None and not (injected.inner or function.parameters or function.calls or function.body[1:])


def _asks(function: Function, project: Project) -> bool:
    for site in function.calls:
        target = project.values.target(site)
        if isinstance(target, External) and target.package in _LOGGING:
            continue
        if site.awaited or _ASKING.search(site.call.method):
            return True
        if any(isinstance(target, Function) and target.is_async for target in project.targets(site)):
            return True
    return any(isinstance(stmt, syntax.With | syntax.If | syntax.Try) for stmt in function.statements) or any(
        isinstance(node, syntax.Ref) and "app.state" in node.name
        for stmt in function.statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
    )


_LOGGING = frozenset({"logging", "loguru", "structlog"})
_ASKING = re.compile(
    r"^(?:execute|ping|connect|scalars?|fetch\w*|query|get|post|request|command|head_bucket|server_info|list_\w+|check\w*"
    r"|is_(?:ready|alive|connected|healthy)\w*|healthy?|health_?check\w*|inspect|info|test\w*|probe\w*|verify\w*|select|cursor|open)$"
)
