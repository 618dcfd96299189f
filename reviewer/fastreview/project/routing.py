"""Routes without importing: every app and router of the project, what is registered on them, and how they are joined.

An app or router is known by the call that creates it. Who a registration (``@router.get``, ``app.include_router``) is
about is asked backwards: from the name in front of it through assignments, parameters and their callers, attributes,
factories, loops over lists, and wrappers, to the calls that create routers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.constants import Constants, Environment
from fastreview.project.libraries import ROUTES
from fastreview.project.names import External, Variable
from fastreview.project.subject import Place
from fastreview.project.values import Bound, Instance, Value, Values

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")

_APPS = frozenset({"fastapi.FastAPI", "starlette.applications.Starlette"})
_ROUTERS = frozenset({"fastapi.APIRouter", "starlette.routing.Router"})
_REGISTRATIONS = frozenset(
    {
        "include_router", "mount", "add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route",
        "add_middleware", "add_exception_handler", "add_event_handler", "host",
    }
)  # fmt: skip
_DECORATORS = frozenset(
    {*METHODS, "websocket", "websocket_route", "api_route", "route", "middleware", "exception_handler", "on_event"}
)
_OTHER_ROUTERS = frozenset(
    {"django", "rest_framework", "aiogram", "faststream", "celery", "litellm", "langchain", "strawberry"}
)
MAX_DEPTH = 24
MAX_ROUTES = 20_000
MAX_TURNS = 500
MAX_STEPS = 2_000
"""Expressions looked at to find what one name stands for: every assignment of every name on the way counts."""
MAX_INCLUDES = 20_000
"""Routers visited for one app's table, a router once for each way to it."""
MAX_CHAIN = 60
"""Routers included one in the other."""


@dataclass(eq=False)
class Router:
    """An app or router, by the call that creates it.

    A factory that is called in several places makes a router at each: these share the ``base`` of what the factory itself
    registers. ``made_in`` is the code whose running makes this one.
    """

    call: s.Call
    code: Code
    is_app: bool
    cls: Class | None
    made_in: Code
    base: Router | None = None
    entries: list[Registered | Included] = field(default_factory=list)
    middleware: list[CallSite] = field(default_factory=list)
    middleware_functions: list[Function] = field(default_factory=list)
    exception_handlers: list[tuple[s.Expr, s.Expr, Code, int]] = field(default_factory=list)
    events: list[tuple[str, Code, int]] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return Place(self.code.module.path, self.call.line, self.call.end_line)

    @property
    def included(self) -> Iterator[Included]:
        return (e for e in self.entries if isinstance(e, Included))

    @property
    def in_order(self) -> list[Registered | Included]:
        """By line within each file; files in the order in which they were met. The running app knows better."""
        files: dict[str, int] = {}
        for entry in self.entries:
            files.setdefault(entry.code.module.path, len(files))
        own = sorted(self.entries, key=lambda e: (files[e.code.module.path], e.line))
        return [*self.base.in_order, *own] if self.base else own


@dataclass(frozen=True, eq=False)
class Registered:
    """One path on one router. ``declaration`` is the decorator or the ``add_api_route`` call; websockets have the method WS."""

    methods: tuple[str, ...]
    path: str
    endpoint: Function | None
    declaration: s.Call
    code: Code
    line: int
    env: Environment | None = None


@dataclass(frozen=True, eq=False)
class Included:
    """One ``include_router`` or ``mount``. ``tags`` and ``dependencies`` are read from ``call``."""

    router: Router
    prefix: str
    call: s.Call
    code: Code
    mount: bool

    @property
    def line(self) -> int:
        return self.call.line


@dataclass(frozen=True)
class Listed:
    """One line of an app's effective route table. ``chain`` holds the app first and the route's own router last, with
    the calls that joined them."""

    method: str
    path: str
    registered: Registered
    chain: tuple[tuple[Router, Included | None], ...]


def comes_first(one: Listed, other: Listed) -> bool:
    """Whether source order proves that ``one`` is registered before ``other``: where their ways part, both stand in the
    same function or module, one after the other, and not in two branches of one ``if``."""
    ways = ([*(i for _, i in way.chain if i is not None), way.registered] for way in (one, other))
    for first, second in zip(*ways, strict=False):
        if first is second:
            continue
        if first.code is not second.code:
            return False
        lines = _stands_at(first), _stands_at(second)
        return lines[0] < lines[1] and not _exclusive(first.code.body, *lines)
    return False


def _stands_at(entry: Registered | Included) -> int:
    """The line of its statement: a decorated function is defined on that of its ``def``."""
    endpoint, declared = (entry.endpoint, entry.declaration) if isinstance(entry, Registered) else (None, None)
    if endpoint is not None and id(declared) in endpoint.decorator_ids:
        return endpoint.facts.line
    return entry.line


def _exclusive(body: s.Body, one: int, other: int) -> bool:
    for stmt in s.statements(body):
        if isinstance(stmt, s.If) and stmt.orelse:
            sides = [{inner.line for inner in s.statements(block)} for block in (stmt.body, stmt.orelse)]
            if (one in sides[0] and other in sides[1]) or (one in sides[1] and other in sides[0]):
                return True
    return False


class Routing:
    def __init__(
        self,
        modules: tuple[Module, ...],
        values: Values,
        constants: Constants,
        callers: Callable[[Function], Sequence[CallSite]],
    ) -> None:
        self._values = values
        self._constants = constants
        self._callers = callers
        self._by_call: dict[int, Router] = {}
        self._copies: dict[tuple[int, int], Router] = {}
        self._open_includes: list[tuple[Router, str, s.Call, Code]] = []
        self._active: set[tuple[int, int]] = set()
        self._steps = 0
        self._visits = 0
        self.routers: list[Router] = []
        self._interesting = _REGISTRATIONS | self._creators(modules) | {""}
        for module in modules:
            self._read(module)
        self._include_discovered()

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
                for env in self._turns(site.call, code):
                    self._registration(site, env)
            elif isinstance(site.call.func, s.Call) and site.call.func.method in _DECORATORS and site.call.args:
                # router.get("/x")(endpoint)
                endpoint = self._function(self._values.of(site.call.args[0], code))
                self._route_declaration(site.call.func, endpoint, code, site.call.line, None)
            elif site.call.method in self._interesting:
                self._creation(site.call, code)

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
            names.update(c.name for c in module.classes if c.facts.bases and Routing._router_class(c) is not None)
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
        for router in self.find(receiver, code, env):
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
        for router in self.find(receiver, code, env):
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
                        handled, scope = _from_row(handled, env) or (handled, code)
                        handler, scope = _from_row(handler, env) or (handler, scope)
                        router.exception_handlers.append((handled, handler, scope, call.line))
                case "add_event_handler":
                    router.events.append((str(call.args[0]) if call.args else "", code, call.line))
                case _:
                    endpoint = call.argument(1, "endpoint" if "api" in call.method else "route")
                    value = None if isinstance(endpoint, s.Missing) else self._env_value(endpoint, code, env)
                    self._add_route(router, call, self._function(value), code, call.line, env)

    def _include(self, router: Router, call: s.Call, code: Code, env: Environment | None) -> None:
        given = call.argument(0, "router")
        if isinstance(given, s.Missing):
            return
        prefix = call.keyword("prefix")
        text = "" if isinstance(prefix, s.Missing) else self._constants.text(prefix, code, env)
        children = self.find(given, code, env) or self._library_router(given, call, code)
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
        for child in self.find(given, code, env):
            if child is not router:
                router.entries.append(Included(child, "/{?}" if path is None else path, call, code, mount=True))

    def _turns(self, call: s.Call, code: Code) -> Iterator[Environment | None]:
        """The environments in which ``call`` runs: one for each turn of the loops over written-out lists around it."""
        names = {n.root for a in s.children(call) for n in s.walk(a) if isinstance(n, s.Ref)}
        loops: dict[int, s.Expr] = {}
        for name in names:
            # One name may run through several loops, one after the other: the call stands in the last that began.
            bound = [b for b in code.bindings.get(name, ()) if b.kind in ("iterate", "unpack-iterate")]
            begun = [b for b in bound if b.line <= call.line]
            for binding in begun[-1:] or bound[:1]:
                loops[id(binding.expr)] = binding.expr
        turns: list[dict[str, tuple[s.Expr, Code]]] = [{}]
        for iterable in loops.values():
            rows = self._rows(iterable, code)
            if rows:
                turns = [{**turn, **self._turn(names, iterable, row, code)} for turn in turns for row in rows][
                    :MAX_TURNS
                ]
        for turn in turns:
            yield turn or None

    def _turn(
        self, names: set[str], iterable: s.Expr, row: tuple[s.Expr, Code], code: Code
    ) -> dict[str, tuple[s.Expr, Code]]:
        env: dict[str, tuple[s.Expr, Code]] = {}
        for name in names:
            for binding in code.bindings.get(name, ()):
                if binding.expr is not iterable:
                    continue
                if binding.kind == "iterate":
                    env[name] = row
                elif isinstance(row[0], s.Items) and binding.index < len(row[0].values):
                    env[name] = (row[0].values[binding.index], row[1])
        return env

    def _rows(self, iterable: s.Expr, code: Code, depth: int = 0) -> tuple[tuple[s.Expr, Code], ...]:
        if depth > 5:
            return ()
        match iterable:
            case s.Items(values=values):
                return tuple((v, code) for v in values)
            case s.Ref():
                found = self._values.names.resolve(code, iterable.name)
                if isinstance(found, Variable):
                    rows = (
                        self._rows(b.expr, found.code, depth + 1)
                        for b in found.bindings
                        if b.kind in ("assign", "extend")
                    )
                    return tuple(row for part in rows for row in part)
                origin = self._constants.origin(iterable, code, None)
                return self._rows(origin[0], origin[1], depth + 1) if origin and origin[0] != iterable else ()
            case s.Conditional(test=test, body=body, orelse=orelse):
                flag = self._constants.flag(test, code)
                chosen = (body, orelse) if flag is None else (body,) if flag else (orelse,)
                return tuple(row for branch in chosen for row in self._rows(branch, code, depth + 1))
            case s.Mapping(keys=keys, values=values):
                return tuple((k, code) for k in keys)
            case s.Attribute() | s.Call(func=s.Attribute()):
                return ()
            case s.Call(func=s.Ref(name=name)) if name.endswith(".items"):
                origin = self._constants.origin(s.Ref(name.removesuffix(".items")), code, None)
                if origin and isinstance(origin[0], s.Mapping):
                    pairs = zip(origin[0].keys, origin[0].values, strict=True)
                    return tuple((s.Items("tuple", pair), origin[1]) for pair in pairs)
            case s.Operation(op="+", operands=operands):
                return tuple(row for o in operands for row in self._rows(o, code, depth + 1))
        return ()

    # Finding routers

    def find(self, expr: s.Expr, code: Code, env: Environment | None = None, depth: int = 0) -> list[Router]:
        """The apps and routers that ``expr`` may stand for."""
        self._steps = self._steps + 1 if self._active else 0
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return []
        active = (id(expr), id(code))
        if active in self._active:
            return []
        self._active.add(active)
        try:
            return _unique(self._find(expr, code, env, depth + 1))
        finally:
            self._active.discard(active)

    def _find(self, expr: s.Expr, code: Code, env: Environment | None, depth: int) -> Iterator[Router]:
        match expr:
            case s.Ref(name=name) if env and name.partition(".")[0] in env:
                root, _, rest = name.partition(".")
                inner, scope = env[root]
                if not rest:
                    yield from self.find(inner, scope, None, depth)
                else:
                    path = f"{inner.name}.{rest}" if isinstance(inner, s.Ref) else ""
                    if path:
                        yield from self.find(s.Ref(path), scope, None, depth)
            case s.Ref(name=name):
                yield from self._named(name, code, depth)
            case s.Call():
                yield from self._created(expr, code, depth)
            case s.Attribute(value=value, attr=attr):
                yield from self._attribute(self._values.of(value, code), attr, depth)
                if attr == "router":
                    yield from self.find(value, code, env, depth)
            case s.Await(value=value):
                yield from self.find(value, code, env, depth)
            case s.Conditional(body=body, orelse=orelse):
                yield from self.find(body, code, env, depth)
                yield from self.find(orelse, code, env, depth)
            case s.Walrus(value=value):
                yield from self.find(value, code, env, depth)

    def _named(self, name: str, code: Code, depth: int) -> Iterator[Router]:
        root, _, rest = name.partition(".")
        if not rest:
            yield from self._variable(root, code, depth)
            return
        owner, _, attr = name.rpartition(".")
        definition = self._values.names.resolve(code, name)
        if isinstance(definition, Variable):
            yield from self._bound(definition.code, definition.name, depth)
            return
        value = self._values.of(s.Ref(owner), code)
        yield from self._attribute(value, attr, depth)
        if attr == "router" and not isinstance(value, Module):
            yield from self._named(owner, code, depth)

    def _variable(self, name: str, code: Code, depth: int) -> Iterator[Router]:
        current: Code | None = code
        while isinstance(current, Function):
            for position, parameter in enumerate(current.facts.parameters):
                if parameter.name == name:
                    yield from self._passed(current, position, name, depth)
                    if parameter.has_default:
                        yield from self.find(parameter.default, current.module, None, depth)
                    return
            if name in current.bindings:
                yield from self._bound(current, name, depth)
                return
            if name in current.local_imports:
                break
            current = current.parent
        definition = self._values.names.lookup(code, name)
        if isinstance(definition, Variable):
            yield from self._bound(definition.code, definition.name, depth)

    def _bound(self, code: Code, name: str, depth: int) -> Iterator[Router]:
        for binding in code.bindings.get(name, ()):
            match binding.kind:
                case "assign":
                    yield from self.find(binding.expr, code, None, depth)
                case "iterate":
                    for row, scope in self._rows(binding.expr, code):
                        yield from self.find(row, scope, None, depth)
                case "unpack-iterate":
                    for row, scope in self._rows(binding.expr, code):
                        if isinstance(row, s.Items) and binding.index < len(row.values):
                            yield from self.find(row.values[binding.index], scope, None, depth)
                case "unpack-assign":
                    if isinstance(binding.expr, s.Items) and binding.index < len(binding.expr.values):
                        yield from self.find(binding.expr.values[binding.index], code, None, depth)

    def _passed(self, function: Function, position: int, name: str, depth: int) -> Iterator[Router]:
        """What callers pass for a parameter."""
        shift = 1 if function.receiver and position else 0
        if function.receiver and position == 0:
            if function.owner and self._router_class(function.owner) is not None:
                # `self` in a router's own class: every router made from that class.
                yield from (r for r in self.routers if r.cls and function.owner in r.cls.ancestry.project)
            return
        for site in self._callers(function):
            given = site.call.argument(position - shift, name)
            if not isinstance(given, s.Missing):
                yield from self.find(given, site.code, None, depth)

    def _attribute(self, value: Value | None, attr: str, depth: int) -> Iterator[Router]:
        match value:
            case Module():
                if attr in value.bindings:
                    yield from self._bound(value, attr, depth)
                else:
                    definition = self._values.names.in_module(value, attr)
                    if isinstance(definition, Variable):
                        yield from self._bound(definition.code, definition.name, depth)
            case Instance(of=Class() as cls) | (Class() as cls):
                for ancestor in cls.ancestry.project:
                    for method, stmt in ancestor.self_assigned.get(attr, ()):
                        if stmt.has_value:
                            yield from self.find(stmt.value, method, None, depth)
                    if attr in ancestor.fields and ancestor.fields[attr].has_value:
                        yield from self.find(ancestor.fields[attr].value, ancestor.module, None, depth)
                method_found = cls.method(attr)
                if method_found is not None:
                    yield from self._returned(method_found, depth)

    def _created(self, call: s.Call, code: Code, depth: int) -> Iterator[Router]:
        made = self._creation(call, code)
        if made is not None:
            yield made
            return
        value = self._values.of(call.func, code)
        function = self._function(value)
        if function is not None:
            for router in self._returned(function, depth, (call, code)):
                yield router if router.is_app or router.made_in is not function else self._copy(router, call, code)
        elif isinstance(value, External | Class) or value is None:
            # A wrapper around the app: socketio.ASGIApp(server, app), SentryAsgiMiddleware(app).
            for given in (*call.args, *(k.value for k in call.keywords)):
                if isinstance(given, s.Ref | s.Call):
                    yield from self.find(given, code, None, depth)

    def _copy(self, router: Router, call: s.Call, code: Code) -> Router:
        """The router that a factory makes at this call."""
        key = (id(router), id(call))
        if key not in self._copies:
            copy = Router(router.call, router.code, router.is_app, router.cls, code, router)
            self._copies[key] = copy
            self.routers.append(copy)
        return self._copies[key]

    def _returned(self, function: Function, depth: int, at: tuple[s.Call, Code] | None = None) -> Iterator[Router]:
        """What ``function`` returns; a parameter that it hands back is what the call ``at`` gives, not any other call."""
        for stmt in function.statements:
            if isinstance(stmt, s.Return) and stmt.value is not None:
                given = _handed_back(stmt.value, function, at[0]) if at else s.MISSING
                if at is not None and not isinstance(given, s.Missing):
                    yield from self.find(given, at[1], None, depth)
                else:
                    yield from self.find(stmt.value, function, None, depth)

    def _creation(self, call: s.Call, code: Code) -> Router | None:
        if id(call) in self._by_call:
            return self._by_call[id(call)]
        value = self._values.of(call.func, code)
        kind: bool | None = None
        cls: Class | None = None
        if isinstance(value, External):
            kind = True if value.name in _APPS else False if _is_router_class(value.name) else None
        elif isinstance(value, Class):
            kind, cls = self._router_class(value), value
        if kind is None:
            return None
        router = Router(call, code, kind, cls, code)
        self._by_call[id(call)] = router
        self.routers.append(router)
        return router

    @staticmethod
    def _router_class(of: Class) -> bool | None:
        """True for an app's class, False for a router's, None for any other."""
        if of.inherits(*_APPS):
            return True
        return False if any(_is_router_class(n) for n in of.ancestry.external) else None

    @staticmethod
    def _function(value: Value | None) -> Function | None:
        match value:
            case Function():
                return value
            case Bound(function=function):
                return function
            case Instance(of=Class() as cls):
                return cls.method("__call__")
        return None

    def _env_value(self, expr: s.Expr, code: Code, env: Environment | None) -> Value | None:
        if isinstance(expr, s.Ref) and env and expr.name in env:
            return self._values.of(*env[expr.name])
        return self._values.of(expr, code)

    # The table

    def table(self, app: Router) -> tuple[Listed, ...]:
        """The effective routes of ``app``, in order of registration as far as source order tells."""
        listed: list[Listed] = []
        self._visits = 0
        self._list(app, "", ((app, None),), listed)
        return tuple(listed)

    def _list(
        self, router: Router, prefix: str, chain: tuple[tuple[Router, Included | None], ...], listed: list[Listed]
    ) -> None:
        self._visits += 1
        if self._visits > MAX_INCLUDES or len(chain) > MAX_CHAIN:
            return
        own = prefix + self._own_prefix(router)
        for entry in router.in_order:
            if isinstance(entry, Registered):
                for method in entry.methods:
                    if len(listed) < MAX_ROUTES:
                        listed.append(Listed(method, own + entry.path or "/", entry, chain))
            elif not any(r is entry.router for r, _ in chain):
                start = own + (entry.prefix.rstrip("/") if entry.mount else entry.prefix)
                self._list(entry.router, start, (*chain, (entry.router, entry)), listed)

    def _own_prefix(self, router: Router) -> str:
        prefix = router.call.keyword("prefix")
        if not isinstance(prefix, s.Missing) and not router.is_app:
            text = self._constants.text(prefix, router.code)
            return "/{?}" if text is None else text
        if router.cls is not None:
            return self._class_prefix(router.cls, router)
        return ""

    def _class_prefix(self, cls: Class, router: Router) -> str:
        """A prefix that a subclass passes on: ``super().__init__(prefix="/items")``."""
        init = cls.method("__init__")
        if init is None:
            return ""
        env: dict[str, tuple[s.Expr, Code]] = {}
        for position, parameter in enumerate(init.facts.parameters[1:]):
            given = router.call.argument(position, parameter.name)
            if not isinstance(given, s.Missing):
                env[parameter.name] = (given, router.code)
            elif parameter.has_default:
                env[parameter.name] = (parameter.default, init.module)
        for site in init.calls:
            if site.call.method == "__init__":
                text = self._constants.text(site.call.keyword("prefix"), site.code, env)
                if text:
                    return text
        return ""


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


def _is_router_class(name: str) -> bool:
    """FastAPI's own, and what libraries derive from it: they are called routers."""
    package, last = name.partition(".")[0], name.rpartition(".")[2]
    return name in _ROUTERS or (last.endswith("Router") and last != "Router" and package not in _OTHER_ROUTERS)


def _handed_back(value: s.Expr, function: Function, call: s.Call) -> s.Expr | s.Missing:
    """The argument of ``call`` for the parameter that ``function`` returns as it came."""
    if isinstance(value, s.Ref) and value.name not in function.bindings:
        for position, parameter in enumerate(function.facts.parameters):
            if parameter.name == value.name:
                return call.argument(position - bool(function.receiver), value.name)
    return s.MISSING


@lru_cache(maxsize=8)
def _bound_in(code: Code) -> dict[int, list[str]]:
    """Names by the id of what they are bound to."""
    found: dict[int, list[str]] = {}
    for name, bindings in code.bindings.items():
        for binding in bindings:
            found.setdefault(id(binding.expr), []).append(name)
    return found


def _from_row(expr: s.Expr, env: Environment | None) -> tuple[s.Expr, Code] | None:
    return env.get(expr.name) if env and isinstance(expr, s.Ref) else None


def _receiver(call: s.Call) -> s.Expr | None:
    """``x`` of ``x.method(...)``."""
    match call.func:
        case s.Ref(name=name) if "." in name:
            return s.Ref(name.rpartition(".")[0])
        case s.Attribute(value=value):
            return value
    return None


def _unique(routers: Iterator[Router]) -> list[Router]:
    return list({id(r): r for r in routers}.values())
