"""One application object as plain data: routes, models, middleware, handlers, lifespan, OpenAPI."""

from __future__ import annotations

import inspect
import json
import re

from fastapi import applications
from starlette.applications import Starlette

from .places import NOWHERE, clean, show
from .routes import Routes, unwrapped
from .shapes import Models

MAX_MERGED_LIFESPANS = 5000
MAX_OPENAPI = 4000000

_ENCODE = json.JSONEncoder(ensure_ascii=True).encode
_SECRET = re.compile(r"(?i)secret|password|token|api_?key")


def is_application(thing):
    """A FastAPI application, or a Starlette one that may hold some in its mounts."""
    return isinstance(thing, Starlette)


class Described:
    """An application, ``outer`` as it is served, its facts, the endpoints of its routes by their order, and the applications
    that it mounts."""

    def __init__(self, outer, app, facts, routes):
        self.outer = outer
        self.app = app
        self.facts = facts
        self.calls = routes.calls
        self.mounted = [mounted for _, mounted in routes.mounted]


def application(thing, target, factory, project, built_at, warn):
    """`Described`, its facts `AppFacts`, of ``thing``, which may be wrapped; None where no application is inside."""
    app, wrapper = unwrapped(thing)
    if not is_application(app):
        return None
    models = Models(project, warn)
    routes = Routes(project, models, warn)
    facts = {
        "target": target,
        "factory": factory,
        "title": clean(getattr(app, "title", "") or "", 300),
        "version": clean(getattr(app, "version", "") or "", 100),
        "description": clean(getattr(app, "description", "") or "", 2000),
        "debug": bool(getattr(app, "debug", False)),
        "docs_url": clean(getattr(app, "docs_url", "") or "", 300),
        "openapi_url": clean(getattr(app, "openapi_url", "") or "", 300),
        "place": built_at or dict(NOWHERE),
        "wrapped_by": wrapper,
    }
    attempt(warn, "the route table", lambda: routes.walk(app.routes))
    facts["routes"] = routes.found
    middleware = attempt(warn, "the middleware", lambda: middleware_of(app, "", project)) or []
    for prefix, mounted in routes.mounted:
        if is_application(mounted):
            middleware += attempt(warn, "mounted middleware", lambda: middleware_of(mounted, prefix, project)) or []  # noqa: B023
    facts["middleware"] = middleware
    facts["exception_handlers"] = attempt(warn, "the exception handlers", lambda: handlers_of(app, project)) or []
    facts["handled"] = attempt(warn, "what is handled", lambda: handled_by(app)) or []
    facts["lifespan"] = attempt(warn, "the lifespan", lambda: lifespan_of(app, project))
    router = getattr(app, "router", None)
    facts["startup"] = places_of(getattr(router, "on_startup", ()), project)
    facts["shutdown"] = places_of(getattr(router, "on_shutdown", ()), project)
    facts["openapi"], facts["openapi_error"] = openapi(app)
    facts["models"] = attempt(warn, "the models", models.described) or []
    return Described(thing, app, facts, routes)


def attempt(warn, what, describe):
    try:
        return describe()
    except Exception as error:
        warn("%s could not be described: %s: %s" % (what, type(error).__name__, clean(error, 200)))
        return None


def middleware_of(app, mount, project):
    """Outermost first, in the order that FastAPI builds the stack, its own layers included."""
    newer = [name for name in ("ExceptionTelemetryMiddleware", "AppBodyLimitMiddleware") if hasattr(applications, name)]
    own = [framework_middleware(name, mount) for name in ("ServerErrorMiddleware", *newer)]
    for item in app.user_middleware:
        options = dict(getattr(item, "kwargs", None) or getattr(item, "options", None) or {})
        dispatch = options.pop("dispatch", None)
        shown = {}
        for key, value in list(options.items())[:30]:
            shown[clean(key, 100)] = "***" if _SECRET.search(str(key)) else show(value, 200)
        for number, value in enumerate(list(getattr(item, "args", None) or ())[:10]):
            shown[str(number)] = show(value, 200)
        place = project.place(dispatch if dispatch is not None else item.cls)
        name = getattr(item.cls, "__name__", None) or type(item.cls).__name__
        module = clean(getattr(item.cls, "__module__", "") or "", 200)
        own.append({"name": clean(name, 200), "module": module, "place": place, "options": shown, "mount": mount})
    own.append(framework_middleware("ExceptionMiddleware", mount))
    if hasattr(applications, "AsyncExitStackMiddleware"):
        own.append(framework_middleware("AsyncExitStackMiddleware", mount))
    return own


def framework_middleware(name, mount):
    module = getattr(getattr(applications, name, None), "__module__", None) or "starlette.middleware"
    place = dict(NOWHERE, module=module, qualname=name)
    return {"name": name, "module": module, "place": place, "options": {}, "mount": mount}


def handlers_of(app, project):
    found = []
    for what, handler in list(app.exception_handlers.items())[:100]:
        found.append([clean(getattr(what, "__name__", what), 200), project.place(handler)])
    return found


def handled_by(app):
    found = []
    for what in list(app.exception_handlers)[:100]:
        name = "%s.%s" % (what.__module__, what.__qualname__) if isinstance(what, type) else what
        found.append(clean(name, 300).replace("<locals>.", ""))
    return found


def lifespan_of(app, project):
    """The project's lifespan or None; what FastAPI merges around it, once per included router, is looked through."""
    open_, seen = [getattr(app.router, "lifespan_context", None)], set()
    while open_ and len(seen) < MAX_MERGED_LIFESPANS:
        context = open_.pop(0)
        if not callable(context) or id(context) in seen:
            continue
        seen.add(id(context))
        place = project.place(context)
        if place["path"]:
            return place
        for cell in getattr(inspect.unwrap(context), "__closure__", None) or ():
            try:
                open_.append(cell.cell_contents)
            except ValueError:
                continue
    return None


def places_of(callables, project):
    return [project.place(item) for item in list(callables or ())[:100]]


def openapi(app):
    """(document as JSON text, why there is none); a custom function may raise anything, and return what is not JSON."""
    build = getattr(app, "openapi", None)
    if build is None:
        return "", ""
    try:
        text = _ENCODE(build())
    except BaseException as error:
        return "", clean("%s: %s" % (type(error).__name__, error), 500)
    return text if len(text) <= MAX_OPENAPI else "", ""
