"""What is registered on apps and routers: every decorator and call that adds something to one is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.constants import Constants, Environment, Given
from fastreview.project.givens import receiver_of
from fastreview.project.libraries import ROUTES, canonical
from fastreview.project.names import External, Variable
from fastreview.project.routing.contexts import Context, Contexts, Decoration
from fastreview.project.routing.discovered import left_over
from fastreview.project.routing.finding import Finder, called_function, router_class
from fastreview.project.routing.loops import Loops, from_row
from fastreview.project.routing.routers import METHODS, Included, Registered, Router, Via
from fastreview.project.routing.views import Views
from fastreview.project.values import Instance, Value, Values

_REGISTRATIONS = frozenset(
    {
        "include_router", "mount", "add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route",
        "add_middleware", "add_exception_handler", "add_event_handler", "host", "add_resource",
    }
)  # fmt: skip
_DECORATORS = frozenset(
    {*METHODS, "websocket", "websocket_route", "api_route", "route", "middleware", "exception_handler", "on_event"}
)
_RESERVED = _DECORATORS | _REGISTRATIONS
_ROUTE_CLASSES = {
    canonical("fastapi.routing.APIRoute"): ("GET",),
    canonical("fastapi.routing.APIWebSocketRoute"): ("WS",),
    canonical("starlette.routing.Route"): ("GET",),
    canonical("starlette.routing.WebSocketRoute"): ("WS",),
    canonical("starlette.routing.Mount"): (),
}
"""Classes of routes with the methods that they have where none are named."""
_ROUTES = frozenset({"routes", *(name.rpartition(".")[2] for name in _ROUTE_CLASSES)})
_ASSIGNED = frozenset({"routes", "prefix"})
_GROWING = frozenset({"append", "extend", "insert"})
_DYNAMIC = "getattr"
_WRAPPED = _RESERVED | {"", _DYNAMIC}
MAX_HOPS = 8
UNKNOWN_PATH = "/{?}"


class Reader:
    """Fills the routers that ``finder`` knows."""

    def __init__(
        self,
        modules: tuple[Module, ...],
        values: Values,
        constants: Constants,
        callers: Callable[[Function], Sequence[CallSite]],
    ) -> None:
        self._values = values
        self._constants = constants
        loops = Loops(values, constants)
        self.finder = Finder(values, constants, loops, callers)
        self._loops = loops
        self._contexts = Contexts(modules, values, loops, callers)
        self._views = Views(values, self.finder)
        self._open_includes: list[tuple[Router, str, s.Call, Code]] = []
        self._entered: set[tuple[object, ...]] = set()
        # The first call of a function that makes an app is the one that registers on it: each makes an app of its own.
        self._apps_of: dict[tuple[int, int], int] = {}
        self._creators = _creators(modules)
        self._interesting = _REGISTRATIONS | self._creators | {""}
        for module in modules:
            self._create(module)
        self._find_wrappers(modules)
        for module in modules:
            self._read(module)
        for router in tuple(self.finder.routers):
            self._listed_at_creation(router)
        self._include_discovered()

    # Who registers

    def _create(self, module: Module) -> None:
        for code in module.codes():
            if not self._creators.isdisjoint(code.called):
                for site in code.calls:
                    if site.call.method in self._creators:
                        self.finder.creation(site.call, code)

    def _find_wrappers(self, modules: tuple[Module, ...]) -> None:
        """Decorators of the project's own that register what they are put on."""
        used: dict[str, list[tuple[s.Call, Function, int]]] = {}
        for module in modules:
            for function in module.functions:
                facts = function.facts
                for decorator, line in zip(facts.decorators, facts.decorator_lines, strict=True):
                    if isinstance(decorator, s.Call):
                        used.setdefault(decorator.method, []).append((decorator, function, line))
        registering = {
            name
            for module in modules
            for function in module.functions
            if function.parent is not None or function.name in used
            for name in _wrapping_names(function)
            if name not in _DECORATORS or _wraps_by_method(function)
        }
        for name in sorted(registering & used.keys()):
            for decorator, function, line in used[name]:
                scope = function.parent or function.module
                wrapper = called_function(self._values.of(decorator.func, scope))
                if wrapper is not None:
                    found = Decoration(decorator, scope, function, line)
                    self._contexts.decorations.setdefault(id(wrapper), []).append(found)

    def _read(self, module: Module) -> None:
        serves = _serves(module)
        for code in module.codes():
            if isinstance(code, Function):
                if _overrides_registration(code):
                    continue
                for decorator, line in zip(code.facts.decorators, code.facts.decorator_lines, strict=True):
                    if isinstance(decorator, s.Call):
                        self._decorated(code, decorator, line)
            # Most functions register nothing: their bodies are not even decoded.
            if not self._interesting.isdisjoint(code.called) or self._wraps(code):
                self._read_calls(code)
            if serves and not (_GROWING.isdisjoint(code.called) or _ROUTES.isdisjoint((*code.called, *code.mentioned))):
                self._read_objects(code)
            if serves and not _ASSIGNED.isdisjoint(code.mentioned):
                self._read_assignments(code)

    def _wraps(self, code: Code) -> bool:
        function = code if self._contexts.decorations and isinstance(code, Function) else None
        while function is not None:
            if id(function) in self._contexts.decorations:
                return True
            function = function.parent
        return False

    def _read_calls(self, code: Code) -> None:
        wraps = self._wraps(code)
        for site in code.calls:
            call = site.call
            if call.method in _REGISTRATIONS:
                for context in self._contexts.of(call, code):
                    self._registration(site, context)
            elif isinstance(call.func, s.Call):
                # router.get("/x")(endpoint)
                if call.func.method in _DECORATORS and call.args:
                    self._applied(call.func, call.args[0], code, call.line)
                elif call.func.name == _DYNAMIC:
                    self._looked_up(call, code)
            elif wraps and call.method in _DECORATORS:
                self._declared(call, None, code, call.line)

    def _decorated(self, function: Function, decorator: s.Call, line: int) -> None:
        scope = function.parent or function.module
        if decorator.method in _DECORATORS and isinstance(decorator.func, s.Ref) and "." in decorator.func.name:
            own = self._class_router(function, decorator.func)
            if own is not None:
                for router in own:
                    self._add_route(router, decorator, function, scope, line, Context(None, {}))
            else:
                self._declared(decorator, function, scope, line)
        elif isinstance(decorator.func, s.Call):
            if decorator.func.name == _DYNAMIC:
                self._looked_up(decorator, scope, function)
        elif isinstance(decorator.func, s.Ref) and "." not in decorator.func.name:
            renamed = self._renamed(decorator, scope)
            if renamed is not None:
                self._declared(renamed, function, scope, line)
        elif decorator.method in _DECORATORS:
            self._declared(decorator, function, scope, line)

    def _class_router(self, function: Function, decorator: s.Ref) -> list[Router] | None:
        """``@router.get`` in a class body where ``router`` is a name of that body."""
        owner = function.owner
        field = owner.fields.get(decorator.root) if owner is not None and decorator.name.count(".") == 1 else None
        return self.finder.find(field.value, function.module) if field is not None and field.has_value else None

    def _renamed(self, decorator: s.Call, scope: Code) -> s.Call | None:
        """``@get("/x")`` after ``get = router.get`` or ``get = partial(router.get, tags=["x"])``."""
        found = self._values.names.lookup(scope, decorator.name)
        made: s.Expr = found.bindings[-1].expr if isinstance(found, Variable) and found.code is scope else None
        more: tuple[s.Keyword, ...] = ()
        if isinstance(made, s.Call) and made.method == "partial" and len(made.args) == 1:
            more = made.keywords
            made = made.args[0]
        if not isinstance(made, s.Ref) or "." not in made.name or made.last not in _DECORATORS:
            return None
        return s.Call(
            made, decorator.args, (*decorator.keywords, *more), decorator.line, decorator.col, decorator.end_line
        )

    def _looked_up(self, call: s.Call, code: Code, endpoint: Function | None = None) -> None:
        """``getattr(router, method)("/x")``, as a decorator or with the endpoint in further parentheses."""
        lookup = call.func
        if not isinstance(lookup, s.Call) or len(lookup.args) != 2 or not _serves(code.module):
            return
        for context in self._contexts.of(call, code):
            method = self._constants.text(lookup.args[1], code, context.env)
            if method in _DECORATORS and isinstance(lookup.args[0], s.Ref | s.Call | s.Attribute):
                named = s.Call(
                    s.Attribute(lookup.args[0], method), call.args, call.keywords, call.line, call.col, call.end_line
                )
                self._declaration(named, endpoint, code, call.line, context)

    # What is registered

    def _applied(self, declared: s.Call, endpoint: s.Expr, code: Code, line: int) -> None:
        if receiver_of(declared) is None:
            return
        whole = s.Call(declared.func, (*declared.args, endpoint), declared.keywords, line, 0, line)
        for context in self._contexts.of(whole, code):
            function = called_function(self._value(endpoint, code, context.env))
            self._declaration(declared, function, code, line, context)

    def _declared(self, call: s.Call, endpoint: Function | None, code: Code, line: int) -> None:
        if receiver_of(call) is None:
            return
        if isinstance(code, Module) and call.args and isinstance(call.args[0], str):
            self._declaration(call, endpoint, code, line, Context(None, {}))
            return
        for context in self._contexts.of(call, code):
            if not self._declaration(call, endpoint, code, line, context) and context.decoration is not None:
                # `kwargs.get(...)` in a decorator is nothing for all that it is put on.
                return

    def _declaration(self, call: s.Call, endpoint: Function | None, code: Code, line: int, context: Context) -> bool:
        """Whether there is a router that it is about."""
        routers = list(self._routers(receiver_of(call), code, context, call))
        for router in routers:
            match call.method:
                case "middleware":
                    if endpoint and endpoint not in router.middleware_functions:
                        router.middleware_functions.append(endpoint)
                case "exception_handler":
                    if endpoint and call.args and self._is_new(router, call):
                        handler = s.Ref(endpoint.qualname)
                        router.exception_handlers.append((call.args[0], handler, code, line))
                case "on_event":
                    if self._is_new(router, call):
                        router.events.append((str(call.args[0]) if call.args else "", endpoint or code, line))
                case _:
                    self._add_route(router, call, endpoint, code, line, context)
        return bool(routers)

    def _routers(self, receiver: s.Expr | None, code: Code, context: Context, call: s.Call) -> Iterator[Router]:
        if receiver is None:
            return
        for found in self.finder.find(receiver, code, context.env):
            router = self.finder.made_at(found, context.calls)
            at = context.calls.get(id(router.made_in))
            if at is None or self._apps_of.setdefault((id(router), id(call)), id(at.expr)) == id(at.expr):
                yield router

    def _is_new(self, *what: object) -> bool:
        """Whether this is registered for the first time: several calls of one function may come to the same."""
        key = tuple(one if isinstance(one, str | tuple) else id(one) for one in what)
        new = key not in self._entered
        self._entered.add(key)
        return new

    def _add_route(
        self, router: Router, call: s.Call, endpoint: Function | None, code: Code, line: int, context: Context
    ) -> None:
        path = self._path(self._constants.argument(call, 0, "path", code, context.env))
        if call.method in METHODS:
            methods: tuple[str, ...] = (call.method.upper(),)
        elif "websocket" in call.method:
            methods = ("WS",)
        else:
            given = self._constants.argument(call, -1, "methods", code, context.env)
            methods = (self._methods(given) if given is not None else ()) or ("GET",)
        if context.decoration is not None and (endpoint is None or _stands_in(endpoint, code)):
            endpoint = context.decoration.endpoint
        if self._is_new(router, call, methods, path, endpoint):
            via = _via(context, code, router)
            router.entries.append(Registered(methods, path, endpoint, call, code, line, context.env, via))

    def _path(self, given: Given | None) -> str:
        path = self._constants.text(given.expr, given.code, given.env) if given is not None else None
        return UNKNOWN_PATH if path is None else path

    def _methods(self, given: Given, depth: int = 0) -> tuple[str, ...]:
        expr, code, env = given
        match expr:
            case s.Operation(op="or", operands=operands) if depth < MAX_HOPS:
                found = (self._methods(Given(operand, code, env), depth + 1) for operand in operands)
                return next((methods for methods in found if methods), ())
            case s.Ref(name=name) if depth < MAX_HOPS:
                origin = self._constants.given(expr, code, env)
                if origin is not None and origin.expr is None:
                    # methods = methods or ["GET"], for a parameter that is None
                    origin = next((Given(e, c, env) for e, c in _assigned(name, code)), None)
                return self._methods(origin, depth + 1) if origin is not None and origin.expr != expr else ()
            case s.Items() | s.Call() | s.Comprehension() | s.Operation():
                return tuple(m.upper() for row in self._loops.rows(expr, code, env) if (m := self._method(*row)))
        return ()

    def _method(self, expr: s.Expr, code: Code, env: Environment | None) -> str:
        value = self._values.of(expr, code)
        if isinstance(value, External) and value.name.startswith("http.HTTPMethod."):
            return value.name.split(".")[2]
        return self._constants.text(expr, code, env) or ""

    def _registration(self, site: CallSite, context: Context) -> None:
        call, code, env = site.call, site.code, context.env
        for router in self._routers(receiver_of(call), code, context, call):
            match call.method:
                case "include_router":
                    self._include(router, call, code, context)
                case "mount" | "host":
                    self._mount(router, call, code, context)
                case "add_resource":
                    self._add_resource(router, call, code, context)
                case "add_middleware":
                    if site not in router.middleware:
                        router.middleware.append(site)
                case "add_exception_handler":
                    handled, handler = call.argument(0, "exc_class_or_status_code"), call.argument(1, "handler")
                    if not isinstance(handled, s.Missing) and not isinstance(handler, s.Missing):
                        # In a loop over pairs both come from one row.
                        handled, scope = from_row(handled, env) or (handled, code)
                        handler, scope = from_row(handler, env) or (handler, scope)
                        if self._is_new(router, call, s.written(handled), s.written(handler)):
                            router.exception_handlers.append((handled, handler, scope, call.line))
                case "add_event_handler":
                    if self._is_new(router, call):
                        router.events.append((str(call.args[0]) if call.args else "", code, call.line))
                case _:
                    given = self._constants.argument(
                        call, 1, "endpoint" if "api" in call.method else "route", code, env
                    )
                    value = None if given is None else self._value(*given)
                    if value is not None or given is None or not self._is_absent(given):
                        self._add_route(router, call, called_function(value), code, call.line, context)

    def _include(self, router: Router, call: s.Call, code: Code, context: Context) -> None:
        given = self._constants.argument(call, 0, "router", code, context.env)
        if given is None:
            return
        prefix = self._constants.argument(call, 1, "prefix", code, context.env)
        text = "" if prefix is None else self._path(prefix)
        children = self.finder.find(*given) or self._library_router(given.expr, call, given.code)
        children = children or self._views.of(given)
        for child in children:
            self._join(router, child, text, call, code, context, mount=False, of=given.expr)
        if not children and isinstance(given.expr, s.Ref):
            value = self._values.of(given.expr, given.code)
            if not isinstance(value, External):
                self._open_includes.append((router, text, call, code))

    def _join(
        self,
        router: Router,
        child: Router,
        prefix: str,
        call: s.Call,
        code: Code,
        context: Context,
        *,
        mount: bool,
        of: s.Expr = None,
    ) -> None:
        # A list may hold a router twice: the same name in another place is another turn.
        if child is not router and self._is_new(router, child, prefix, call, of):
            via = _via(context, code, router)
            router.entries.append(Included(child, prefix, call, code, mount, via, context.env))

    def _library_router(self, given: s.Expr, call: s.Call, code: Code) -> list[Router]:
        """A router that a library brings or makes, with the routes that are known of it."""
        value = self._values.of(given.func if isinstance(given, s.Call) else given, code)
        routes = ROUTES.get(value.name, ()) if isinstance(value, External) else ()
        if not routes:
            return []
        made = s.Call(s.Ref("APIRouter"), (), (), call.line, call.col, call.end_line)
        router = Router(made, code, False, None, code)
        router.entries += [Registered((method,), path, None, made, code, call.line) for method, path in routes]
        self.finder.routers.append(router)
        return [router]

    def _include_discovered(self) -> None:
        if self._open_includes:
            router, prefix, call, code = self._open_includes[0]
            found = tuple(left_over(self.finder.routers, code.module))
            router.entries += [Included(other, prefix, call, code, mount=False) for other in found]

    def _mount(self, router: Router, call: s.Call, code: Code, context: Context) -> None:
        given = self._constants.argument(call, 1, "app", code, context.env)
        if given is None:
            return
        # What a host name stands in front of is no part of the path.
        path = "" if call.method == "host" else self._path(self._constants.argument(call, 0, "path", code, context.env))
        for child in self.finder.find(*given):
            self._join(router, child, path, call, code, context, mount=True)

    def _add_resource(self, router: Router, call: s.Call, code: Code, context: Context) -> None:
        """``Api(app).add_resource(resource, "/x")`` of fastapi-utils: a class whose methods are named for HTTP's."""
        value = self._value(call.args[0], code, context.env) if call.args else None
        cls = value.of if isinstance(value, Instance) else value
        if not isinstance(cls, Class):
            return
        for given in call.args[1:]:
            path = self._path(Given(given, code, context.env))
            for name in METHODS:
                method = cls.method(name)
                if method is not None and self._is_new(router, call, name, path):
                    registered = Registered((name.upper(),), path, method, call, code, call.line, context.env)
                    router.entries.append(registered)

    # Routes as objects

    def _read_objects(self, code: Code) -> None:
        """``app.routes.append(Route("/x", endpoint))``, ``app.router.routes.extend(other.routes)``."""
        for site in code.calls:
            owner = receiver_of(site.call) if site.call.method in _GROWING and site.call.args else None
            if isinstance(owner, s.Ref) and owner.last == "routes" and "." in owner.name:
                for context in self._contexts.of(site.call, code):
                    self._add_objects(owner, site.call.args[-1], site.call, code, context)

    def _read_assignments(self, code: Code) -> None:
        """``app.router.routes += other.routes``, ``router.prefix = "/x"``."""
        for stmt in code.statements:
            match stmt:
                case s.Assign(targets=(s.Ref(name=name),), value=value, line=line) if "." in name:
                    owner, last = s.Ref(name.rpartition(".")[0]), name.rpartition(".")[2]
                    if last == "prefix" and not stmt.op and stmt.has_value:
                        for router in self.finder.find(owner, code):
                            router.prefix = Given(value, code)
                    elif last == "routes" and stmt.op == "+":
                        call = s.Call(s.Ref(f"{name}.extend"), (value,), (), line, 0, line)
                        self._add_objects(s.Ref(name), value, call, code, Context(None, {}))

    def _listed_at_creation(self, router: Router) -> None:
        """``FastAPI(routes=[Route("/x", endpoint)])``."""
        given = router.call.keyword("routes")
        if not isinstance(given, s.Missing):
            self._add_given(router, given, router.call, router.code, Context(router.env, {}))

    def _add_objects(self, routes: s.Ref, given: s.Expr, call: s.Call, code: Code, context: Context) -> None:
        for router in self._routers(receiver_of(s.Call(routes, (), (), 0, 0, 0)), code, context, call):
            self._add_given(router, given, call, code, context)

    def _add_given(self, router: Router, given: s.Expr, call: s.Call, code: Code, context: Context) -> None:
        if isinstance(given, s.Ref) and given.last == "routes" and "." in given.name:
            for child in self.finder.find(s.Ref(given.name.rpartition(".")[0]), code, context.env):
                self._join(router, child, "", call, code, context, mount=False)
            return
        rows = (
            [Given(given, code, context.env)]
            if isinstance(given, s.Call)
            else self._loops.rows(given, code, context.env)
        )
        for row in rows:
            made = self._constants.settled(row)
            if isinstance(made.expr, s.Call):
                self._add_object(router, made.expr, made.code, Context(made.env, {}))

    def _add_object(self, router: Router, made: s.Call, code: Code, context: Context) -> None:
        cls = self._values.of(made.func, code)
        name = cls.name if isinstance(cls, External) else ""
        if isinstance(cls, Class):
            name = next((n for n in sorted(cls.ancestry.external) if n in _ROUTE_CLASSES), "")
        if name not in _ROUTE_CLASSES:
            return
        if name.endswith("Mount"):
            self._mount(router, made, code, context)
            return
        endpoint = self._constants.argument(made, 1, "endpoint", code, context.env)
        function = called_function(self._value(*endpoint)) if endpoint is not None else None
        given = self._constants.argument(made, -1, "methods", code, context.env)
        methods = (self._methods(given) if given is not None else ()) or _ROUTE_CLASSES[name]
        path = self._path(self._constants.argument(made, 0, "path", code, context.env))
        if self._is_new(router, made, methods, path):
            registered = Registered(methods, path, function, made, code, made.line, context.env, bare=True)
            router.entries.append(registered)

    def _is_absent(self, given: Given) -> bool:
        """``getattr(self, "post")`` where the class has no such method: the code asks before it does that."""
        if not isinstance(given.expr, s.Call) or given.expr.name != _DYNAMIC or len(given.expr.args) < 2:
            return False
        owner = self._value(given.expr.args[0], given.code, given.env)
        name = self._constants.text(given.expr.args[1], given.code, given.env)
        return name is not None and isinstance(owner, Instance) and isinstance(owner.of, Class)

    def _value(self, expr: s.Expr, code: Code, env: Environment | None) -> Value | None:
        if isinstance(expr, s.Call) and expr.name == _DYNAMIC and len(expr.args) > 1:
            owner = self._value(expr.args[0], code, env)
            name = self._constants.text(expr.args[1], code, env)
            return self._values.attribute(owner, name) if owner is not None and name is not None else None
        if not isinstance(expr, s.Ref) or not env or expr.root not in env:
            return self._values.of(expr, code)
        given = env[expr.root]
        if expr.name == expr.root:
            return self._value(*given)
        owner = self._value(*given)
        for attr in expr.name.split(".")[1:]:
            owner = self._values.attribute(owner, attr) if owner is not None else None
        return owner


def _via(context: Context, code: Code, router: Router) -> Via | None:
    if context.decoration is not None:
        call, scope, _, line = context.decoration
        return Via(call, scope, line)
    function = code if isinstance(code, Function) else None
    while function is not None:
        at = context.calls.get(id(function))
        if at is not None and isinstance(at.expr, s.Call):
            return None if router.comes_from(function) else Via(at.expr, at.code, at.expr.line)
        function = function.parent
    return None


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


def _wrapping_names(function: Function) -> Iterator[str]:
    """The names under which decorators of the project's own may be used that ``function`` is or is a part of."""
    registers = not _WRAPPED.isdisjoint(function.called)
    if not registers and function.parent is not None:
        registers = any(isinstance(d, s.Call) and d.method in _DECORATORS for d in function.facts.decorators)
    current: Function | None = function if registers else None
    while current is not None:
        yield current.name
        current = current.parent


def _wraps_by_method(function: Function) -> bool:
    """``def get(self, path)`` of a class that keeps a router and is none itself."""
    return function.owner is not None and _serves(function.module) and router_class(function.owner) is None


def _overrides_registration(function: Function) -> bool:
    """``def get(self, path)`` of a router's own class: what it registers is what its callers ask for."""
    current: Function | None = function
    while current is not None:
        if current.name in _RESERVED and current.owner is not None:
            return router_class(current.owner) is not None
        current = current.parent
    return False


def _serves(module: Module) -> bool:
    return any(i.module.partition(".")[0] in ("fastapi", "starlette") for i in module.facts.imports)


def _stands_in(endpoint: Function, code: Code) -> bool:
    """Whether ``endpoint`` is made inside ``code``: what a decorator puts in the place of what it is put on."""
    return endpoint.parent is not None and endpoint.module is code.module


def _assigned(name: str, code: Code) -> Iterator[tuple[s.Expr, Code]]:
    current: Code | None = code
    while isinstance(current, Function):
        for binding in current.bindings.get(name, ()):
            if binding.kind == "assign":
                yield binding.expr, current
        current = current.parent
