"""What the arguments of a registration say: paths, methods, endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from fastreview.facts import syntax as s
from fastreview.project.code import Class, Code, Function
from fastreview.project.constants import Constants, Environment, Given
from fastreview.project.names import External
from fastreview.project.routing.loops import Loops
from fastreview.project.routing.vocabulary import DYNAMIC
from fastreview.project.values import Instance, Value, Values

MAX_HOPS = 8
UNKNOWN_PATH = "/{?}"
DEFAULT_PATHS = {"swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect"}
"""Attributes of an app that hold a path, as long as nobody gives it another one."""


class Arguments:
    def __init__(self, values: Values, constants: Constants, loops: Loops) -> None:
        self._values = values
        self._constants = constants
        self._loops = loops

    def given(self, call: s.Call, position: int, name: str, code: Code, env: Environment | None) -> Given | None:
        """The argument of ``call`` by position (-1 for none) or by name, also where it is spread into the call."""
        return self._constants.argument(call, position, name, code, env)

    def text(self, expr: s.Expr, code: Code, env: Environment | None) -> str | None:
        """The string that ``expr`` is."""
        return self._constants.text(expr, code, env)

    def event(self, call: s.Call, code: Code, env: Environment | None) -> str:
        """``startup`` or ``shutdown``, as a registration of an event's handler names it; empty where that is not known."""
        given = self._constants.argument(call, 0, "event_type", code, env)
        return (self._constants.text(given.expr, given.code, given.env) if given is not None else None) or ""

    def path(self, given: Given | None) -> str:
        path = self._constants.text(given.expr, given.code, given.env) if given is not None else None
        if path is None and given is not None and type(given.expr) is s.Ref and given.expr.last in DEFAULT_PATHS:
            return DEFAULT_PATHS[given.expr.last]
        return UNKNOWN_PATH if path is None else path

    def methods(self, call: s.Call, code: Code, env: Environment | None) -> tuple[str, ...]:
        """What ``methods=`` names, in capitals; empty without it."""
        given = self._constants.argument(call, -1, "methods", code, env)
        return self._methods(given) if given is not None else ()

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

    def items(self, expr: s.Expr, code: Code, env: Environment | None) -> Iterator[Given]:
        """What a list holds, or the one thing that a call makes."""
        rows = (Given(expr, code, env),) if type(expr) is s.Call else self._loops.rows(expr, code, env)
        return map(self._constants.settled, rows)

    def value(self, expr: s.Expr, code: Code, env: Environment | None) -> Value | None:
        """What ``expr`` stands for where ``code`` runs in ``env``."""
        if type(expr) is s.Call and expr.name == DYNAMIC and len(expr.args) > 1:
            owner = self.value(expr.args[0], code, env)
            name = self._constants.text(expr.args[1], code, env)
            return self._values.attribute(owner, name) if owner is not None and name is not None else None
        if type(expr) is not s.Ref or not env or expr.root not in env:
            return self._values.of(expr, code)
        owner = self.value(*env[expr.root])
        for attr in expr.name.split(".")[1:]:
            owner = self._values.attribute(owner, attr) if owner is not None else None
        return owner

    def is_absent(self, given: Given) -> bool:
        """``getattr(self, "post")`` where the class has no such method: the code asks before it does that."""
        if type(given.expr) is not s.Call or given.expr.name != DYNAMIC or len(given.expr.args) < 2:
            return False
        owner = self.value(given.expr.args[0], given.code, given.env)
        name = self._constants.text(given.expr.args[1], given.code, given.env)
        return name is not None and isinstance(owner, Instance) and isinstance(owner.of, Class)


def _assigned(name: str, code: Code) -> Iterator[tuple[s.Expr, Code]]:
    current: Code | None = code
    while isinstance(current, Function):
        for binding in current.bindings.get(name, ()):
            if binding.kind == "assign":
                yield binding.expr, current
        current = current.parent
