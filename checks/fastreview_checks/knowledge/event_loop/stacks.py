"""The order of middleware, and what own middleware does to a request.

Sources: Starlette's documentation ("Using middleware": what is added last is outermost) and source.
"""

from collections.abc import Iterator

from fastreview.api import App, Function, Middleware, Project, syntax
from fastreview_checks.knowledge.correlation import ID_NAME, LIBRARIES

CORS = "CORSMiddleware"
BASE = "fastapi.middleware.base.BaseHTTPMiddleware"
"""Starlette's class, by the name that the model knows it under."""

ANSWERS = frozenset(
    {"SlowAPIMiddleware", "SlowAPIASGIMiddleware", "AuthenticationMiddleware", "CSRFMiddleware", "AuthMiddleware"}
)
"""Library middleware that turns requests away."""
_LOGS = frozenset({"debug", "info", "warning", "error", "exception", "log"})
_OUTER = frozenset({"ServerErrorMiddleware", "ExceptionMiddleware"})


def ordered(app: App, project: Project) -> tuple[Middleware, ...] | None:
    """The app's own stack, outermost first; None where the code does not show the order and the app was not imported."""
    if app.stack:
        return tuple(m for m in app.stack if m.name not in _OUTER)
    if app.router is None:
        return ()
    sites = {site.place: site for site in app.router.middleware}
    added: list[tuple[int, Middleware]] = []
    built: list[Middleware] = []
    codes: set[int] = set()
    for middleware in (m for m in project.middleware if m.router is app.router):
        if middleware.function is not None and middleware.place == middleware.function.place:
            added.append((middleware.place.line, middleware))
            codes.add(id(middleware.function.parent or middleware.function.module))
        elif middleware.place in sites:
            added.append((middleware.place.line, middleware))
            codes.add(id(sites[middleware.place].code))
        else:
            built.append(middleware)
    if len(codes) > 1:
        return None
    return (*(m for _, m in sorted(added, key=lambda one: one[0], reverse=True)), *built)


def answers(middleware: Middleware) -> str:
    """How it may answer by itself (``JSONResponse``), or "" where it hands every request on."""
    if middleware.name in ANSWERS and middleware.cls is None:
        return "its rejection"
    for function in middleware.functions:
        for call in _made_responses(function):
            if not any(k.name in ("headers", "status_code") and _copies(k.value) for k in call.keywords):
                return call.method
    return ""


def _made_responses(function: Function) -> Iterator[syntax.Call]:
    """Responses that it returns, or sends itself with ``await response(scope, receive, send)``."""
    sent = {site.call.name for site in function.calls if site.awaited}
    for stmt in function.statements:
        value = stmt.value if isinstance(stmt, (syntax.Return, syntax.Assign)) else None
        if isinstance(value, syntax.Await) and isinstance(value.value, syntax.Call):
            value = value.value.func
        if not isinstance(value, syntax.Call) or not value.method.endswith("Response"):
            continue
        if not isinstance(stmt, syntax.Assign) or any(
            isinstance(t, syntax.Ref) and t.name in sent for t in stmt.targets
        ):
            yield value


def _copies(expr: syntax.Expr) -> bool:
    """``response.status_code``: the answer of somebody further in is wrapped."""
    return any(isinstance(n, syntax.Ref) and n.last in ("status_code", "headers") for n in syntax.walk(expr))


def logs(middleware: Middleware) -> bool:
    """Whether it writes log lines of its own for requests."""
    return any(
        site.call.method in _LOGS and "log" in site.call.name.rpartition(".")[0].lower()
        for function in middleware.functions
        for site in function.calls
    )


def is_correlation(middleware: Middleware) -> bool:
    return middleware.library in LIBRARIES or bool(ID_NAME.search(middleware.name)) or "Correlation" in middleware.name


def is_base(middleware: Middleware) -> bool:
    """Whether it stands on `BaseHTTPMiddleware`, as what ``@app.middleware("http")`` registers does."""
    if middleware.cls is not None:
        return middleware.cls.inherits(BASE)
    return middleware.function is not None and middleware.place == middleware.function.place
