"""From the name in front of a registration to the calls that create routers.

Backwards through assignments, parameters and their callers, attributes, factories, loops over lists, and wrappers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.constants import Environment
from fastreview.project.names import External, Variable
from fastreview.project.routing.loops import Loops
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

    def __init__(self, values: Values, loops: Loops, callers: Callable[[Function], Sequence[CallSite]]) -> None:
        self._values = values
        self._loops = loops
        self._callers = callers
        self._by_call: dict[int, Router] = {}
        self._copies: dict[tuple[int, int], Router] = {}
        self._active: set[tuple[int, int]] = set()
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
                    for row, scope in self._loops.rows(binding.expr, code):
                        yield from self.find(row, scope, None, depth)
                case "unpack-iterate":
                    for row, scope in self._loops.rows(binding.expr, code):
                        if isinstance(row, s.Items) and binding.index < len(row.values):
                            yield from self.find(row.values[binding.index], scope, None, depth)
                case "unpack-assign":
                    if isinstance(binding.expr, s.Items) and binding.index < len(binding.expr.values):
                        yield from self.find(binding.expr.values[binding.index], code, None, depth)

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
        made = self.creation(call, code)
        if made is not None:
            yield made
            return
        value = self._values.of(call.func, code)
        function = called_function(value)
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
                given = handed_back(stmt.value, function, at[0]) if at else s.MISSING
                if at is not None and not isinstance(given, s.Missing):
                    yield from self.find(given, at[1], None, depth)
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
