"""Whether a call of a function gets to where its body uses a parameter."""

from collections.abc import Mapping
from enum import IntEnum

from fastreview.api import Function, syntax


class Use(IntEnum):
    NEVER = 0
    """What the call gives decides against every branch that uses it."""
    PERHAPS = 1
    ALWAYS = 2


Constants = Mapping[str, syntax.Expr]
"""Parameters by name, as far as a call gives them a constant or leaves them to one."""

_LEAVING = (syntax.Return, syntax.Raise)
_CONSTANT = (str, int, float, bool, type(None))


def use_of(name: str, function: Function, call: syntax.Call) -> Use:
    """How surely ``function``, called by ``call``, uses its parameter ``name``, which its body mentions."""
    reading = _Reading(name, _constants(function, call))
    found = reading.block(function.body)
    # Where no branch was left out, it is mentioned where this does not read.
    return found if reading.decided else max(found, Use.PERHAPS)


def _constants(function: Function, call: syntax.Call) -> dict[str, syntax.Expr]:
    if any(type(given) is syntax.Starred for given in call.args) or any(not keyword.name for keyword in call.keywords):
        return {}
    found: dict[str, syntax.Expr] = {}
    for position, parameter in enumerate(function.facts.parameters):
        given = call.argument(position - bool(function.receiver), parameter.name)
        if isinstance(given, syntax.Missing) and parameter.has_default:
            given = parameter.default
        # What the body binds anew is not what the call gave.
        if isinstance(given, _CONSTANT) and parameter.name not in function.bindings:
            found[parameter.name] = given
    return found


class _Reading:
    def __init__(self, name: str, constants: Constants) -> None:
        self._name = name
        self._constants = constants
        self._left = False
        """Whether the function may have returned or raised before."""
        self.decided = False
        """Whether a constant decided what is read."""

    def block(self, body: syntax.Body) -> Use:
        found = Use.NEVER
        for stmt in body:
            found = max(found, self._statement(stmt))
            if found is Use.ALWAYS or self._leaves(stmt):
                break
        return found

    def _leaves(self, stmt: syntax.Stmt) -> bool:
        if isinstance(stmt, syntax.If):
            truth = self._truth(stmt.test)
            taken = stmt.body if truth else stmt.orelse
            return truth is not None and any(map(self._leaves, taken))
        return isinstance(stmt, _LEAVING)

    def _statement(self, stmt: syntax.Stmt) -> Use:
        own = self._after(max(map(self._expression, syntax.expressions(stmt)), default=Use.NEVER))
        match stmt:
            case syntax.If(test=test, body=body, orelse=orelse):
                truth = self._truth(test)
                if truth is not None:
                    self.decided = True
                    return max(own, self.block(body if truth else orelse))
                return max(own, self._either(body, orelse))
            case syntax.With(body=body):
                return max(own, self.block(body))
            case syntax.Try(body=body, handlers=handlers, final=final, orelse=orelse):
                tried = self.block(body)
                handled = max((self._may(handler.body) for handler in handlers), default=Use.NEVER)
                return max(_perhaps(own), tried, self.block(orelse), handled, self.block(final))
            case syntax.Define():
                # What a function inside does is not read here.
                return Use.PERHAPS
        return max((own, *map(self._may, syntax.blocks(stmt))))

    def _either(self, body: syntax.Body, orelse: syntax.Body) -> Use:
        before = self._left
        one = self.block(body)
        self._left = before
        other = self.block(orelse)
        self._left = before or any(isinstance(s, _LEAVING) for s in syntax.statements((*body, *orelse)))
        return one if one is other else _perhaps(max(one, other))

    def _may(self, body: syntax.Body) -> Use:
        found = _perhaps(self.block(body))
        self._left = self._left or any(isinstance(stmt, _LEAVING) for stmt in syntax.statements(body))
        return found

    def _after(self, use: Use) -> Use:
        return _perhaps(use) if self._left else use

    def _expression(self, expr: syntax.Expr) -> Use:
        match expr:
            case syntax.Ref():
                return Use.ALWAYS if expr.root == self._name else Use.NEVER
            case syntax.Operation(op="and" | "or" as op, operands=operands):
                found = Use.NEVER
                for number, operand in enumerate(operands):
                    use = self._expression(operand)
                    found = max(found, _perhaps(use) if number else use)
                    if self._truth(operand) is (op == "or"):
                        self.decided = True
                        break
                return found
            case syntax.Conditional(test=test, body=body, orelse=orelse):
                one, other = self._expression(body), self._expression(orelse)
                truth = self._truth(test)
                if truth is not None:
                    self.decided = True
                    inside = one if truth else other
                else:
                    inside = one if one is other else _perhaps(max(one, other))
                return max(self._expression(test), inside)
            case syntax.Lambda() | syntax.Comprehension():
                return _perhaps(max(map(self._expression, syntax.children(expr)), default=Use.NEVER))
        return max(map(self._expression, syntax.children(expr)), default=Use.NEVER)

    def _truth(self, expr: syntax.Expr) -> bool | None:
        """What a condition comes to, as far as the constants that the call gives decide it."""
        match expr:
            case str() | int() | float() | None:
                return bool(expr)
            case syntax.Ref(name=name) if name in self._constants:
                return bool(self._constants[name])
            case syntax.Operation(op="not", operands=(only,)):
                inner = self._truth(only)
                return None if inner is None else not inner
            case syntax.Operation(op="and" | "or" as op, operands=operands):
                parts = [self._truth(operand) for operand in operands]
                if (op == "or") in parts:
                    return op == "or"
                return None if None in parts else op == "and"
            case syntax.Operation(op="is" | "is not" as op, operands=(syntax.Ref(name=name), None)):
                if name in self._constants:
                    return (self._constants[name] is None) is (op == "is")
        return None


def _perhaps(use: Use) -> Use:
    return min(use, Use.PERHAPS)
