"""The effective route table: flat and lazy routers, mounts, websockets; endpoints and what they depend on."""

from __future__ import annotations

import asyncio
import inspect

from fastapi import routing
from fastapi.security.base import SecurityBase
from starlette import routing as plain

from . import shapes
from .places import clean, definition

MAX_ROUTES = 20000
MAX_DEPTH = 12


class Routes:
    """Walks an application's routes in matching order; a route that cannot be described costs only itself."""

    def __init__(self, project, models, warn):
        self.project = project
        self.models = models
        self.warn = warn
        self.found = []
        self.calls = {}
        """Endpoint functions by the order of their routes."""
        self.mounted = []
        """(prefix, app) of the mounted applications that were looked into."""

    def walk(self, routes, prefix="", mount="", depth=0):
        for route in self.contexts(routes):
            if len(self.found) >= MAX_ROUTES:
                self.warn("more than %d routes: the rest is left out" % MAX_ROUTES)
                return
            try:
                self.route(route, prefix, mount, depth)
            except Exception as error:
                path = clean(getattr(route, "path", "?"), 200)
                self.warn("route %s%s could not be described: %s" % (prefix, path, clean(error, 200)))

    def contexts(self, routes):
        """Routes with their include prefixes, tags and dependencies applied (lazy since FastAPI 0.137)."""
        lazy = getattr(routing, "_IncludedRouter", None)
        iterate = getattr(routing, "iter_route_contexts", None)
        for route in list(routes):
            if lazy is None or not isinstance(route, lazy):
                yield route
                continue
            try:
                found = list(iterate([route]) if iterate else route.effective_route_contexts())
            except Exception as error:
                self.warn("an included router could not be resolved: %s" % clean(error, 300))
                found = []
            for context in found:
                # Mounts and websockets are rebuilt with their prefix; up to 0.138 the context itself does not show it.
                rebuilt = getattr(getattr(context, "_route_context", context), "starlette_route", None)
                yield context if rebuilt is None else rebuilt

    def route(self, route, prefix, mount, depth):
        original = getattr(route, "original_route", None) or getattr(route, "route", None) or route
        if isinstance(original, plain.Mount):
            self.mount(route, prefix, depth)
        elif isinstance(original, routing.APIRoute):
            self.add(self.http(route), route, prefix, mount)
        elif isinstance(original, plain.WebSocketRoute):
            self.add(self.websocket(route), route, prefix, mount)
        elif isinstance(original, plain.Route):
            self.add(self.starlette(route), route, prefix, mount)
        elif isinstance(original, getattr(plain, "Host", ())):
            self.walk(getattr(route, "routes", None) or (), prefix, mount, depth + 1)
        elif type(original).__name__ == "_FrontendRouteGroup":
            for item in getattr(original, "routes", ()):
                path = (getattr(route, "frontend_prefix", "") or "") + getattr(item, "path", "")
                self.add({"kind": "static", "methods": ["GET", "HEAD"]}, item, prefix, mount, path)
        else:
            self.add({"kind": "plain", "endpoint": self.project.place(type(original))}, original, prefix, mount)

    def add(self, facts, route, prefix, mount, path=None):
        regex = getattr(route, "path_regex", None)
        known = {
            "path": clean(prefix + (path if path is not None else (getattr(route, "path", None) or "")), 500),
            "methods": [],
            "kind": "plain",
            "name": clean(getattr(route, "name", None) or "", 200),
            "endpoint": {},
            "is_async": False,
            "order": len(self.found),
            "mount": mount,
            "include_in_schema": bool(getattr(route, "include_in_schema", False)),
            "route_class": type(getattr(route, "original_route", None) or route).__name__,
            "path_regex": clean(getattr(regex, "pattern", ""), 1000),
        }
        known.update(facts)
        endpoint = getattr(route, "endpoint", None)
        if callable(endpoint):
            self.calls[known["order"]] = endpoint
        self.found.append(known)

    def mount(self, route, prefix, depth):
        path = prefix + (route.path or "").rstrip("/")
        app = getattr(route, "app", None)
        inner, _ = unwrapped(app)
        if type(app).__name__ in ("StaticFiles", "_FrontendStaticFiles") or has_base(app, "StaticFiles"):
            facts = {"kind": "static", "methods": ["GET", "HEAD"], "endpoint": self.project.place(type(app))}
            self.add(facts, route, prefix, "", route.path or "/")
            return
        inside = getattr(inner, "routes", None)
        if inside is None or depth >= MAX_DEPTH:
            facts = {"kind": "mount", "endpoint": self.project.place(app), "is_async": True}
            self.add(facts, route, prefix, "", route.path or "/")
            return
        self.mounted.append((path, inner))
        self.walk(inside, path, path, depth + 1)

    def http(self, route):
        facts = {
            "kind": "http",
            "methods": sorted(route.methods or ()),
            "tags": [clean(getattr(tag, "value", tag), 100) for tag in (route.tags or ())],
            "operation_id": clean(route.operation_id or getattr(route, "unique_id", None) or "", 300),
            "deprecated": bool(route.deprecated),
            "status_code": int(route.status_code or 0),
            "response_class": response_class(route.response_class),
            "documented_statuses": [clean(status, 20) for status in (route.responses or {})],
        }
        facts["documented_models"] = self.documented(route.responses or {})
        facts.update(self.endpoint(route))
        model = route.response_model
        if model is not None:
            facts["response_model"] = shapes.type_text(model)
            facts["response_models"] = self.models.keys(model)
        facts["parameters"], facts["body_models"] = self.parameters(route.dependant)
        facts["dependencies"] = self.dependencies(route.dependant)
        return facts

    def documented(self, responses):
        found = {}
        for status, response in list(responses.items())[:50]:
            model = response.get("model") if isinstance(response, dict) else None
            if model is not None:
                self.models.keys(model)
                found[clean(status, 20)] = shapes.type_text(model)
        return found

    def websocket(self, route):
        facts = {"kind": "websocket", "methods": ["WS"]}
        facts.update(self.endpoint(route))
        dependant = getattr(route, "dependant", None)
        if dependant is not None:
            facts["parameters"], facts["body_models"] = self.parameters(dependant)
            facts["dependencies"] = self.dependencies(dependant)
        return facts

    def starlette(self, route):
        facts = {"kind": "plain", "methods": sorted(route.methods or ())}
        facts.update(self.endpoint(route))
        return facts

    def endpoint(self, route):
        endpoint = route.endpoint
        return {"endpoint": self.project.place(endpoint), "is_async": is_async(endpoint)}

    def parameters(self, dependant):
        found, bodies, seen = [], [], set()
        for part in flattened(dependant):
            for where in ("path", "query", "header", "cookie", "body"):
                for field in getattr(part, where + "_params", ()):
                    facts = self.parameter(field, where, part.call)
                    key = (facts["where"], facts["alias"])
                    if key not in seen:
                        seen.add(key)
                        found.append(facts)
                        if where == "body":
                            bodies += self.models.keys(shapes.field_annotation(field))
        return found, list(dict.fromkeys(bodies))

    def parameter(self, field, where, call):
        annotation = shapes.field_annotation(field)
        return {
            "name": clean(field.name, 100),
            "alias": clean(getattr(field, "alias", None) or field.name, 100),
            "where": shapes.where_of(field, where),
            "required": shapes.is_required(field),
            "type": shapes.type_text(annotation),
            "constraints": shapes.constraints(field),
            "annotated": field.name in (getattr(annotated_by(call), "__annotations__", None) or ()),
        }

    def dependencies(self, dependant, depth=0):
        if depth > MAX_DEPTH:
            return []
        found = []
        for part in dependant.dependencies:
            if part.call is None:
                continue
            scheme = security_scheme(part.call)
            found.append(
                {
                    "call": self.project.place(part.call),
                    "kind": "security" if scheme else call_kind(part.call),
                    "use_cache": bool(getattr(part, "use_cache", True)),
                    "scopes": scopes(part),
                    "security_scheme": scheme,
                    "optional": bool(scheme) and getattr(part.call, "auto_error", True) is False,
                    "dependencies": self.dependencies(part, depth + 1),
                }
            )
        return found


def unwrapped(app):
    """The innermost application that has routes, and the class of the outermost wrapper or ""."""
    outer, seen = app, set()
    while app is not None and not hasattr(app, "routes") and id(app) not in seen and len(seen) < 20:
        seen.add(id(app))
        for name in ("app", "other_asgi_app", "other_app", "asgi_app", "_app", "application", "wrapped", "_asgi_app"):
            inner = getattr(app, name, None)
            if inner is not None and callable(inner) and not isinstance(inner, type):
                app = inner
                break
        else:
            return app, ""
    if app is outer:
        return app, ""
    return app, clean("%s.%s" % (type(outer).__module__, type(outer).__qualname__), 200)


def has_base(thing, name):
    return any(cls.__name__ == name for cls in type(thing).__mro__)


def flattened(dependant, depth=0):
    """The route's own dependant first, then its dependencies depth first."""
    yield dependant
    if depth < MAX_DEPTH:
        for part in dependant.dependencies:
            yield from flattened(part, depth + 1)


def annotated_by(call):
    call = definition(call)
    if isinstance(call, type):
        return call.__init__
    return call if inspect.isfunction(call) else type(call).__call__


def is_async(call):
    """Whether it runs on the event loop, as FastAPI decides it."""
    inner = definition(call)
    if isinstance(inner, type):
        return any(asyncio.iscoroutinefunction(getattr(inner, verb, None)) for verb in ("get", "post", "put", "delete"))
    if inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner):
        return True
    called = type(inner).__call__ if callable(inner) else None
    return not inspect.isfunction(inner) and inspect.iscoroutinefunction(called)


def call_kind(call):
    inner = definition(call)
    if isinstance(inner, type):
        return "class"
    instance = not inspect.isroutine(inner)
    called = definition(type(inner).__call__) if instance else inner
    if inspect.isasyncgenfunction(called):
        return "async-generator"
    if inspect.isgeneratorfunction(called):
        return "generator"
    if instance:
        return "instance"
    return "coroutine" if inspect.iscoroutinefunction(called) else "function"


def security_scheme(call):
    """Class name of the FastAPI security scheme that a dependency is an instance of, or ""."""
    if not isinstance(call, SecurityBase):
        return ""
    for cls in type(call).__mro__:
        if cls.__module__.startswith("fastapi.security") and cls is not SecurityBase:
            return cls.__name__
    return type(call).__name__


def scopes(dependant):
    found = list(getattr(dependant, "security_scopes", None) or ())
    found += getattr(dependant, "parent_oauth_scopes", None) or ()
    found += getattr(dependant, "own_oauth_scopes", None) or ()
    return [clean(scope, 100) for scope in dict.fromkeys(found)]


def response_class(value):
    value = getattr(value, "value", value)
    return clean(getattr(value, "__name__", ""), 200)
