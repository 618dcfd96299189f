"""Routes without importing: every app and router of the project, what is registered on them, and how they are joined.

An app or router is known by the call that creates it. Who a registration (``@router.get``, ``app.include_router``) is
about is asked backwards: from the name in front of it through assignments, parameters and their callers, attributes,
factories, loops over lists, and wrappers, to the calls that create routers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Code, Function, Module
from fastreview.project.constants import Constants, Environment
from fastreview.project.libraries import ROUTES
from fastreview.project.names import External
from fastreview.project.routing.finding import Finder, called_function, router_class
from fastreview.project.routing.loops import Loops, from_row
from fastreview.project.routing.routers import Included, Listed, Registered, Router, comes_first
from fastreview.project.routing.table import Tables
from fastreview.project.values import Value, Values

__all__ = ["Included", "Listed", "Registered", "Router", "Routing", "comes_first"]

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")

_REGISTRATIONS = frozenset(
    {
        "include_router", "mount", "add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route",
        "add_middleware", "add_exception_handler", "add_event_handler", "host",
    }
)  # fmt: skip
_DECORATORS = frozenset(
    {*METHODS, "websocket", "websocket_route", "api_route", "route", "middleware", "exception_handler", "on_event"}
)


class Routing:
    """Reads every registration of the project once; `apps` and `table` answer from what was read."""

    def __init__(
        self,
        modules: tuple[Module, ...],
        values: Values,
        constants: Constants,
        callers: Callable[[Function], Sequence[CallSite]],
    ) -> None:
        self._values = values
        self._constants = constants
        self._loops = Loops(values, constants)
        self._finder = Finder(values, self._loops, callers)
        self._tables = Tables(constants)
        self._open_includes: list[tuple[Router, str, s.Call, Code]] = []
        self._interesting = _REGISTRATIONS | self._creators(modules) | {""}
        for module in modules:
            self._read(module)
        self._include_discovered()

    @property
    def routers(self) -> list[Router]:
        """Every app and router, in the order in which they were met."""
        return self._finder.routers

    def table(self, app: Router) -> tuple[Listed, ...]:
        """The effective routes of ``app``, in order of registration as far as source order tells."""
        return self._tables.of(app)

    @property
    def apps(self) -> tuple[Router, ...]:
        """Apps that no other app mounts."""
        mounted = {id(i.router) for r in self.routers for i in r.included if i.mount}
        found: list[Router] = []
        taken: set[tuple[int, str]] = set()
        for router in self.routers:
            if router.is_app and id(router) not in mounted:
                # `if ...: app = FastAPI(...) else: app = FastAPI(...)` is one app.
                names = {(id(router.code), name) for name in _bound_in(router.code).get(id(router.call), ())}
                if taken.isdisjoint(names):
                    found.append(router)
                    taken |= names
        return tuple(found)

    @staticmethod
    def mounted(app: Router) -> tuple[Router, ...]:
        """``app`` and the apps that it mounts, at any depth: each brings middleware and handlers of its own."""
        found = {id(app): app}
        queue = [app]
        while queue:
            for included in queue.pop().included:
                if included.mount and included.router.is_app and id(included.router) not in found:
                    found[id(included.router)] = included.router
                    queue.append(included.router)
        return tuple(found.values())

    # Reading registrations

    def _read(self, module: Module) -> None:
        for code in module.codes():
            if isinstance(code, Function):
                for position, decorator in enumerate(code.facts.decorators):
                    self._decorated(code, decorator, code.facts.decorator_lines[position])
            # Most functions register nothing: their bodies are not even decoded.
            if not self._interesting.isdisjoint(code.called):
                self._read_calls(code)

    def _read_calls(self, code: Code) -> None:
        for site in code.calls:
            if site.call.method in _REGISTRATIONS:
                for env in self._loops.turns(site.call, code):
                    self._registration(site, env)
            elif isinstance(site.call.func, s.Call) and site.call.func.method in _DECORATORS and site.call.args:
                # router.get("/x")(endpoint)
                endpoint = called_function(self._values.of(site.call.args[0], code))
                self._route_declaration(site.call.func, endpoint, code, site.call.line, None)
            elif site.call.method in self._interesting:
                self._finder.creation(site.call, code)

    @staticmethod
    def _creators(modules: tuple[Module, ...]) -> frozenset[str]:
        """Names under which the project may call the classes of apps and routers."""
        names = {"FastAPI", "APIRouter", "Starlette", "Router"}
        for module in modules:
            for found in module.facts.imports:
                if found.alias and (found.name in names or found.name.endswith("Router")):
                    names.add(found.alias)
                elif found.name.endswith("Router"):
                    names.add(found.name)
            names.update(c.name for c in module.classes if c.facts.bases and router_class(c) is not None)
        return frozenset(names)

    def _decorated(self, function: Function, decorator: s.Expr, line: int) -> None:
        if not isinstance(decorator, s.Call):
            return
        scope = function.parent or function.module
        method = decorator.method
        if method in _DECORATORS:
            self._route_declaration(decorator, function, scope, line, None)

    def _route_declaration(
        self, call: s.Call, endpoint: Function | None, code: Code, line: int, env: Environment | None
    ) -> None:
        receiver = _receiver(call)
        if receiver is None:
            return
        for router in self._finder.find(receiver, code, env):
            match call.method:
                case "middleware":
                    if endpoint:
                        router.middleware_functions.append(endpoint)
                case "exception_handler":
                    if endpoint and call.args:
                        handler = s.Ref(endpoint.qualname)
                        router.exception_handlers.append((call.args[0], handler, code, line))
                case "on_event":
                    router.events.append((str(call.args[0]) if call.args else "", endpoint or code, line))
                case _:
                    self._add_route(router, call, endpoint, code, line, env)

    def _add_route(
        self,
        router: Router,
        call: s.Call,
        endpoint: Function | None,
        code: Code,
        line: int,
        env: Environment | None,
        default_methods: tuple[str, ...] = ("GET",),
    ) -> None:
        path = self._constants.text(call.argument(0, "path"), code, env)
        if path is None:
            path = "/{?}"
        if call.method in METHODS:
            methods: tuple[str, ...] = (call.method.upper(),)
        elif "websocket" in call.method:
            methods = ("WS",)
        else:
            methods = self._methods(call.keyword("methods"), code, env) or default_methods
        router.entries.append(Registered(methods, path, endpoint, call, code, line, env))

    def _methods(self, expr: s.Expr | s.Missing, code: Code, env: Environment | None) -> tuple[str, ...]:
        if isinstance(expr, s.Ref):
            origin = self._constants.origin(expr, code, env)
            return self._methods(origin[0], origin[1], None) if origin and origin[0] != expr else ()
        if isinstance(expr, s.Items):
            return tuple(t.upper() for v in expr.values if (t := self._constants.text(v, code, env)))
        return ()

    def _registration(self, site: CallSite, env: Environment | None) -> None:
        call, code = site.call, site.code
        receiver = _receiver(call)
        if receiver is None:
            return
        for router in self._finder.find(receiver, code, env):
            match call.method:
                case "include_router":
                    self._include(router, call, code, env)
                case "mount" | "host":
                    self._mount(router, call, code, env)
                case "add_middleware":
                    router.middleware.append(site)
                case "add_exception_handler":
                    handled, handler = call.argument(0, "exc_class_or_status_code"), call.argument(1, "handler")
                    if not isinstance(handled, s.Missing) and not isinstance(handler, s.Missing):
                        # In a loop over pairs both come from one row.
                        handled, scope = from_row(handled, env) or (handled, code)
                        handler, scope = from_row(handler, env) or (handler, scope)
                        router.exception_handlers.append((handled, handler, scope, call.line))
                case "add_event_handler":
                    router.events.append((str(call.args[0]) if call.args else "", code, call.line))
                case _:
                    endpoint = call.argument(1, "endpoint" if "api" in call.method else "route")
                    value = None if isinstance(endpoint, s.Missing) else self._env_value(endpoint, code, env)
                    self._add_route(router, call, called_function(value), code, call.line, env)

    def _include(self, router: Router, call: s.Call, code: Code, env: Environment | None) -> None:
        given = call.argument(0, "router")
        if isinstance(given, s.Missing):
            return
        prefix = call.keyword("prefix")
        text = "" if isinstance(prefix, s.Missing) else self._constants.text(prefix, code, env)
        children = self._finder.find(given, code, env) or self._library_router(given, call, code)
        for child in children:
            if child is not router:
                router.entries.append(Included(child, "/{?}" if text is None else text, call, code, mount=False))
        if not children and isinstance(given, s.Ref) and not isinstance(self._values.of(given, code), External):
            self._open_includes.append((router, "/{?}" if text is None else text, call, code))

    def _library_router(self, given: s.Expr, call: s.Call, code: Code) -> list[Router]:
        """A router that a library brings or makes, with the routes that are known of it."""
        value = self._values.of(given.func if isinstance(given, s.Call) else given, code)
        routes = ROUTES.get(value.name, ()) if isinstance(value, External) else ()
        if not routes:
            return []
        made = s.Call(s.Ref("APIRouter"), (), (), call.line, call.col, call.end_line)
        router = Router(made, code, False, None, code)
        router.entries += [Registered((method,), path, None, made, code, call.line) for method, path in routes]
        self.routers.append(router)
        return [router]

    def _include_discovered(self) -> None:
        """Includes of routers that are only known at run time (found by walking a package, say): they are taken to
        include every router of the project that has routes and is included nowhere."""
        if not self._open_includes:
            return
        router, prefix, call, code = self._open_includes[0]
        wanted = _discovered_paths(code.module)
        joined = {id(i.router) for r in self.routers for i in r.included}
        joined |= {id(r.base) for r in self.routers}
        for other in tuple(self.routers):
            if other.is_app or id(other) in joined or not other.in_order or other.code.module.kind != "service":
                continue
            # From the import root on: patterns are joined to a folder that only running the code knows.
            found_at = PurePosixPath(*other.code.module.name.split(".")).with_suffix(".py")
            if not wanted or any(_fits(found_at, pattern) for pattern in wanted):
                router.entries.append(Included(other, prefix, call, code, mount=False))

    def _mount(self, router: Router, call: s.Call, code: Code, env: Environment | None) -> None:
        given = call.argument(1, "app")
        path = self._constants.text(call.argument(0, "path"), code, env)
        if isinstance(given, s.Missing):
            return
        for child in self._finder.find(given, code, env):
            if child is not router:
                router.entries.append(Included(child, "/{?}" if path is None else path, call, code, mount=True))

    def _env_value(self, expr: s.Expr, code: Code, env: Environment | None) -> Value | None:
        if isinstance(expr, s.Ref) and env and expr.name in env:
            return self._values.of(*env[expr.name])
        return self._values.of(expr, code)


def _fits(path: PurePosixPath, pattern: str) -> bool:
    deep = "**" in pattern or len(PurePosixPath(pattern).parts) == 1
    return path.match(pattern) and (deep or len(path.parts) == len(PurePosixPath(pattern).parts))


def _discovered_paths(module: Module) -> list[str]:
    """Patterns of Python files that a module which looks for routers writes out: ``os.path.join(root, "*", "api", "*.py")``."""
    patterns = []
    for code in module.codes():
        for site in code.calls:
            if site.call.method in ("join", "glob", "rglob", "iglob"):
                parts = [a for a in site.call.args if isinstance(a, str)]
                if parts and parts[-1].endswith(".py") and "*" in parts[-1]:
                    patterns.append("/".join(p.strip("/") for p in parts))
    return patterns


@lru_cache(maxsize=8)
def _bound_in(code: Code) -> dict[int, list[str]]:
    """Names by the id of what they are bound to."""
    found: dict[int, list[str]] = {}
    for name, bindings in code.bindings.items():
        for binding in bindings:
            found.setdefault(id(binding.expr), []).append(name)
    return found


def _receiver(call: s.Call) -> s.Expr | None:
    """``x`` of ``x.method(...)``."""
    match call.func:
        case s.Ref(name=name) if "." in name:
            return s.Ref(name.rpartition(".")[0])
        case s.Attribute(value=value):
            return value
    return None
