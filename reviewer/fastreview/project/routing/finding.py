"""From the name in front of a registration to the calls that create routers.

Backwards through assignments, parameters and their callers, attributes, factories, loops over lists, and wrappers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.constants import Constants, Environment, Given
from fastreview.project.givens import bound
from fastreview.project.names import External, Variable
from fastreview.project.routing.loops import Loops, mentioned
from fastreview.project.routing.routers import Router
from fastreview.project.values import Bound, Instance, Value, Values

_APPS = frozenset({"fastapi.FastAPI", "starlette.applications.Starlette"})
_ROUTERS = frozenset({"fastapi.APIRouter", "starlette.routing.Router"})
_OTHER_ROUTERS = frozenset(
    {"django", "rest_framework", "aiogram", "faststream", "celery", "litellm", "langchain", "strawberry"}
)
MAX_DEPTH = 24
MAX_STEPS = 2_000
"""Expressions looked at to find what one name stands for: every assignment of every name on the way counts."""


class Finder:
    """Knows every router that was met, by the call that creates it."""

    def __init__(
        self,
        values: Values,
        constants: Constants,
        loops: Loops,
        callers: Callable[[Function], Sequence[CallSite]],
    ) -> None:
        self._values = values
        self._constants = constants
        self._loops = loops
        self._callers = callers
        self._by_call: dict[int, Router] = {}
        self._copies: dict[tuple[int, int, tuple[tuple[str, str], ...]], Router] = {}
        self._active: set[tuple[int, int]] = set()
        self._returns: dict[int, frozenset[int]] = {}
        self._steps = 0
        self.routers: list[Router] = []

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
            return unique(self._find(expr, code, env, depth + 1))
        finally:
            self._active.discard(active)

    def _find(self, expr: s.Expr, code: Code, env: Environment | None, depth: int) -> Iterator[Router]:
        match expr:
            case s.Ref(name=name) if env and name.partition(".")[0] in env:
                root, _, rest = name.partition(".")
                if rest:
                    owner, _, attr = name.rpartition(".")
                    yield from self._owned(owner, attr, code, env, depth)
                else:
                    yield from self.find(*env[root], depth)
            case s.Ref(name=name):
                yield from self._named(name, code, env, depth)
            case s.Call():
                yield from self._created(expr, code, env, depth)
            case s.Attribute(value=value, attr=attr):
                yield from self._attribute(self._values.of(value, code), attr, depth, Given(value, code, env))
                if attr == "router":
                    yield from self.find(value, code, env, depth)
            case s.Subscript():
                item = self._constants.given(expr, code, env)
                if item is not None:
                    yield from self.find(*item, depth)
            case s.Await(value=value):
                yield from self.find(value, code, env, depth)
            case s.Conditional(body=body, orelse=orelse):
                yield from self.find(body, code, env, depth)
                yield from self.find(orelse, code, env, depth)
            case s.Operation(op="or", operands=operands):
                for operand in operands:
                    yield from self.find(operand, code, env, depth)
            case s.Walrus(value=value):
                yield from self.find(value, code, env, depth)

    def _owned(self, owner: str, attr: str, code: Code, env: Environment, depth: int) -> Iterator[Router]:
        """``owner.attr`` where ``owner`` is what the environment says."""
        root, _, inner = owner.partition(".")
        given = env[root]
        if isinstance(given.expr, s.Ref):
            # The same path from there on: modules and instances alike.
            path = ".".join(part for part in (given.expr.name, inner, attr) if part)
            yield from self.find(s.Ref(path), given.code, given.env, depth)
            return
        made = self._constants.given(s.Ref(f"{owner}.{attr}"), code, env)
        if made is not None:
            yield from self.find(*made, depth)
        elif not inner:
            module = self._imported(given)
            yield from self._attribute(module or self._values.of(given.expr, given.code), attr, depth, given)
            if attr == "router" and module is None:
                yield from self.find(*given, depth)

    def _imported(self, given: Given) -> Module | None:
        """The module that ``importlib.import_module(name)`` gives, where the name is known."""
        call = given.expr
        if not isinstance(call, s.Call) or call.method not in ("import_module", "__import__"):
            return None
        name = self._constants.text(call.args[0], given.code, given.env) if call.args else None
        if name is None:
            return None
        if name.startswith("."):
            module = given.code.module
            package = module.name if module.is_package else module.name.rpartition(".")[0]
            base = self._constants.text(call.argument(1, "package"), given.code, given.env) or package
            name = f"{base}.{name.lstrip('.')}"
        return self._values.names.module(name)

    def _named(self, name: str, code: Code, env: Environment | None, depth: int) -> Iterator[Router]:
        root, _, rest = name.partition(".")
        if not rest:
            yield from self._variable(root, code, env, depth)
            return
        owner, _, attr = name.rpartition(".")
        definition = self._values.names.resolve(code, name)
        if isinstance(definition, Variable):
            yield from self._bound(definition.code, definition.name, env if definition.code is code else None, depth)
            return
        value = self._values.of(s.Ref(owner), code)
        if value is None or isinstance(value, External | Instance):
            module = self._imported(self._constants.settled(Given(s.Ref(owner), code, env)))
            value = module or value
        yield from self._attribute(value, attr, depth, Given(s.Ref(owner), code, env))
        if attr == "router" and not isinstance(value, Module):
            yield from self._named(owner, code, env, depth)

    def _variable(self, name: str, code: Code, env: Environment | None, depth: int) -> Iterator[Router]:
        current: Code | None = code
        while isinstance(current, Function):
            for position, parameter in enumerate(current.facts.parameters):
                if parameter.name == name:
                    yield from self._passed(current, position, name, depth)
                    if parameter.has_default:
                        yield from self.find(parameter.default, current.module, None, depth)
                    return
            if name in current.bindings:
                yield from self._bound(current, name, env, depth)
                return
            if name in current.local_imports:
                break
            current = current.parent
        definition = self._values.names.lookup(code, name)
        if isinstance(definition, Variable):
            yield from self._bound(definition.code, definition.name, env if definition.code is code else None, depth)

    def _bound(self, code: Code, name: str, env: Environment | None, depth: int) -> Iterator[Router]:
        for binding in code.bindings.get(name, ()):
            match binding.kind:
                case "assign":
                    yield from self.find(binding.expr, code, env, depth)
                case "iterate":
                    for row in self._loops.rows(binding.expr, code, env):
                        yield from self.find(*row, depth)
                case "unpack-iterate":
                    for row in self._loops.rows(binding.expr, code, env):
                        part = self._loops.part(row, binding.index)
                        if part is not None:
                            yield from self.find(*part, depth)
                case "unpack-assign":
                    if isinstance(binding.expr, s.Items) and binding.index < len(binding.expr.values):
                        yield from self.find(binding.expr.values[binding.index], code, env, depth)

    def _passed(self, function: Function, position: int, name: str, depth: int) -> Iterator[Router]:
        """What callers pass for a parameter."""
        shift = 1 if function.receiver and position else 0
        if function.receiver and position == 0:
            if function.owner and router_class(function.owner) is not None:
                # `self` in a router's own class: every router made from that class.
                yield from (r for r in self.routers if r.cls and function.owner in r.cls.ancestry.project)
            return
        for site in self._callers(function):
            given = site.call.argument(position - shift, name)
            if not isinstance(given, s.Missing):
                yield from self.find(given, site.code, None, depth)
        if position == shift and function.facts.yields:
            # A lifespan gets the app that it is given to.
            for router in self.routers:
                given = router.call.keyword("lifespan") if router.is_app else s.MISSING
                if not isinstance(given, s.Missing) and self._values.of(given, router.code) is function:
                    yield router

    def _attribute(self, value: Value | None, attr: str, depth: int, owner: Given) -> Iterator[Router]:
        match value:
            case Module():
                if attr in value.bindings:
                    yield from self._bound(value, attr, None, depth)
                else:
                    definition = self._values.names.in_module(value, attr)
                    if isinstance(definition, Variable):
                        yield from self._bound(definition.code, definition.name, None, depth)
            case Instance(of=Class() as cls) | (Class() as cls):
                made = self._constants.settled(owner)
                for router in self._kept(cls, attr, depth):
                    yield self.kept_by(made, router)

    def kept_by(self, made: Given, router: Router) -> Router:
        """The router that the instance keeps which this call of its class makes."""
        function = router.made_in
        if not isinstance(function, Function) or function.owner is None or not isinstance(made.expr, s.Call):
            return router
        cls = self._values.of(made.expr.func, made.code)
        is_own = isinstance(cls, Class) and function.owner in cls.ancestry.project
        return self.copy(router, function, made) if is_own and not router.is_app else router

    def _kept(self, cls: Class, attr: str, depth: int) -> Iterator[Router]:
        for ancestor in cls.ancestry.project:
            for method, stmt in ancestor.self_assigned.get(attr, ()):
                if stmt.has_value:
                    yield from self.find(stmt.value, method, None, depth)
            if attr in ancestor.fields and ancestor.fields[attr].has_value:
                yield from self.find(ancestor.fields[attr].value, ancestor.module, None, depth)
        method_found = cls.method(attr)
        if method_found is not None:
            yield from self._returned(method_found, depth)

    def _created(self, call: s.Call, code: Code, env: Environment | None, depth: int) -> Iterator[Router]:
        made = self.creation(call, code)
        if made is not None:
            yield made
            return
        if call.name == "getattr" and len(call.args) > 1:
            attr = self._constants.text(call.args[1], code, env)
            if attr and isinstance(call.args[0], s.Ref):
                yield from self.find(s.Ref(f"{call.args[0].name}.{attr}"), code, env, depth)
            return
        value = self._values.of(call.func, code)
        function = called_function(value)
        if function is not None:
            for router in self._returned(function, depth, Given(call, code, env)):
                own = router.is_app or router.made_in is not function
                yield router if own else self.copy(router, function, Given(call, code, env))
        elif isinstance(value, External | Class) or value is None:
            # A wrapper around the app: socketio.ASGIApp(server, app), SentryAsgiMiddleware(app).
            for given in (*call.args, *(k.value for k in call.keywords)):
                if isinstance(given, s.Ref | s.Call):
                    yield from self.find(given, code, env, depth)

    def copy(self, router: Router, function: Function, at: Given) -> Router:
        """The router that ``function`` makes at this call."""
        if not isinstance(at.expr, s.Call):
            return router
        names = mentioned(at.expr, at.code) if at.env else ()
        turn = tuple((n, s.written(at.env[n].expr)) for n in sorted(names) if at.env and n in at.env)
        key = (id(router), id(at.expr), turn)
        if key not in self._copies:
            env: dict[str, Given] = bound(function, at.expr, at.code, at.env)
            if router.env is not None:
                env = {name: _closed(given, env) for name, given in router.env.items()}
            copy = Router(router.call, router.code, router.is_app, router.cls, at.code, router, env)
            self._copies[key] = copy
            router.copies.append(copy)
            self.routers.append(copy)
        return self._copies[key]

    def made_at(self, router: Router, calls: Mapping[int, Given]) -> Router:
        """The router that these calls of the functions around it make of ``router``."""
        for _ in range(len(calls)):
            maker = router.made_in
            at = calls.get(id(maker))
            if router.is_app or at is None or not isinstance(maker, Function) or not self._hands_out(router, maker):
                break
            router = self.copy(router, maker, at)
        return router

    def _hands_out(self, router: Router, function: Function) -> bool:
        """Whether the function that makes ``router`` returns it, or keeps it for its instance."""
        if id(function) not in self._returns:
            self._returns[id(function)] = frozenset()
            returned = {id(found.call) for found in self._returned(function, 0)}
            kept = function.owner.self_assigned.values() if function.owner is not None else ()
            returned |= {id(stmt.value) for group in kept for method, stmt in group if method is function}
            self._returns[id(function)] = frozenset(returned)
        return id(router.call) in self._returns[id(function)]

    def _returned(self, function: Function, depth: int, at: Given | None = None) -> Iterator[Router]:
        """What ``function`` returns; a parameter that it hands back is what the call ``at`` gives, not any other call."""
        for stmt in function.statements:
            if isinstance(stmt, s.Return) and stmt.value is not None:
                given = handed_back(stmt.value, function, at.expr) if at and isinstance(at.expr, s.Call) else s.MISSING
                if at is not None and not isinstance(given, s.Missing):
                    yield from self.find(given, at.code, at.env, depth)
                else:
                    yield from self.find(stmt.value, function, None, depth)

    def creation(self, call: s.Call, code: Code) -> Router | None:
        if id(call) in self._by_call:
            return self._by_call[id(call)]
        value = self._values.of(call.func, code)
        kind: bool | None = None
        cls: Class | None = None
        if isinstance(value, External):
            kind = True if value.name in _APPS else False if is_router_class(value.name) else None
        elif isinstance(value, Class):
            kind, cls = router_class(value), value
        if kind is None:
            return None
        router = Router(call, code, kind, cls, code)
        self._by_call[id(call)] = router
        self.routers.append(router)
        return router


def _closed(given: Given, env: Environment) -> Given:
    """``given`` where the code that it is written in runs in ``env``."""
    return Given(given.expr, given.code, {**env, **(given.env or {})})


def router_class(of: Class) -> bool | None:
    """True for an app's class, False for a router's, None for any other."""
    if of.inherits(*_APPS):
        return True
    return False if any(is_router_class(n) for n in of.ancestry.external) else None


def called_function(value: Value | None) -> Function | None:
    match value:
        case Function():
            return value
        case Bound(function=function):
            return function
        case Instance(of=Class() as cls):
            return cls.method("__call__")
    return None


def is_router_class(name: str) -> bool:
    """FastAPI's own, and what libraries derive from it: they are called routers."""
    package, last = name.partition(".")[0], name.rpartition(".")[2]
    return name in _ROUTERS or (last.endswith("Router") and last != "Router" and package not in _OTHER_ROUTERS)


def handed_back(value: s.Expr, function: Function, call: s.Call) -> s.Expr | s.Missing:
    """The argument of ``call`` for the parameter that ``function`` returns as it came."""
    if isinstance(value, s.Ref) and value.name not in function.bindings:
        for position, parameter in enumerate(function.facts.parameters):
            if parameter.name == value.name:
                return call.argument(position - bool(function.receiver), value.name)
    return s.MISSING


def unique(routers: Iterator[Router]) -> list[Router]:
    return list({id(r): r for r in routers}.values())
