"""Registrations by calls: ``app.add_api_route(...)``, ``app.add_middleware(...)``, ``app.include_router(...)``."""

from __future__ import annotations

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code
from fastreview.project.constants import Given
from fastreview.project.routing.arguments import Arguments
from fastreview.project.routing.contexts import Context
from fastreview.project.routing.finding import called_function
from fastreview.project.routing.includes import Includes
from fastreview.project.routing.loops import from_row
from fastreview.project.routing.registry import Registry
from fastreview.project.routing.routers import METHODS, Registered, Router
from fastreview.project.values import Instance


class Calls:
    def __init__(self, registry: Registry, arguments: Arguments, includes: Includes) -> None:
        self._registry = registry
        self._arguments = arguments
        self._includes = includes

    def read(self, site: CallSite, context: Context) -> None:
        call, code = site.call, site.code
        for router in self._registry.routers(call.receiver, code, context, call):
            match call.method:
                case "include_router":
                    self._includes.include(router, call, code, context)
                case "mount" | "host":
                    self._includes.mount(router, call, code, context)
                case "add_resource":
                    self._resource(router, call, code, context)
                case "add_middleware":
                    if site not in router.middleware:
                        router.middleware.append(site)
                case "add_exception_handler":
                    self._exception_handler(router, call, code, context)
                case "add_event_handler":
                    if self._registry.is_new(router, call):
                        router.events.append((self._arguments.event(call, code, context.env), code, call.line))
                case _:
                    self._route(router, call, code, context)

    def _exception_handler(self, router: Router, call: s.Call, code: Code, context: Context) -> None:
        handled, handler = call.argument(0, "exc_class_or_status_code"), call.argument(1, "handler")
        if isinstance(handled, s.Missing) or isinstance(handler, s.Missing):
            return
        # In a loop over pairs both come from one row.
        handled, scope = from_row(handled, context.env) or (handled, code)
        handler, scope = from_row(handler, context.env) or (handler, scope)
        if self._registry.is_new(router, call, s.written(handled), s.written(handler)):
            router.exception_handlers.append((handled, handler, scope, call.line))

    def _route(self, router: Router, call: s.Call, code: Code, context: Context) -> None:
        name = "endpoint" if "api" in call.method else "route"
        given = self._arguments.given(call, 1, name, code, context.env)
        value = None if given is None else self._arguments.value(*given)
        if value is not None or given is None or not self._arguments.is_absent(given):
            self._registry.add_route(router, call, called_function(value), code, call.line, context)

    def _resource(self, router: Router, call: s.Call, code: Code, context: Context) -> None:
        """``Api(app).add_resource(resource, "/x")`` of fastapi-utils: a class whose methods are named for HTTP's."""
        value = self._arguments.value(call.args[0], code, context.env) if call.args else None
        cls = value.of if isinstance(value, Instance) else value
        if not isinstance(cls, Class):
            return
        for given in call.args[1:]:
            path = self._arguments.path(Given(given, code, context.env))
            for name in METHODS:
                method = cls.method(name)
                if method is not None and self._registry.is_new(router, call, name, path):
                    registered = Registered((name.upper(),), path, method, call, code, call.line, context.env)
                    router.entries.append(registered)
