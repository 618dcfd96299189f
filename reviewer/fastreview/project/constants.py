"""Values of expressions that are known without running anything: literals, constants, f-strings, settings' defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function
from fastreview.project.names import Variable
from fastreview.project.values import Instance, Values

Environment = Mapping[str, tuple[s.Expr, Code]]
"""What names stand for at one call of a function or in one turn of a loop: an expression and where it is written."""

MAX_DEPTH = 12
MAX_STEPS = 2_000
"""Expressions looked at for one answer: constants made of constants multiply."""
MAX_TEXT = 10_000
"""Characters of a string that is followed any further."""
_STRING_METHODS: dict[str, Callable[..., str]] = {
    "lower": str.lower, "upper": str.upper, "strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip,
    "replace": str.replace, "removeprefix": str.removeprefix, "removesuffix": str.removesuffix, "title": str.title,
}  # fmt: skip
UNKNOWN_PART = "{?}"
"""Stands in a string for a part that is only known at run time."""


class Constants:
    def __init__(self, values: Values, callers: Callable[[Function], Sequence[CallSite]]) -> None:
        self._values = values
        self._callers = callers
        self._steps = 0

    def text(self, expr: s.Expr | s.Missing, code: Code, env: Environment | None = None, depth: int = 0) -> str | None:
        """``expr`` as a string, or None. Unknown parts of an f-string become `UNKNOWN_PART`."""
        self._steps = self._steps + 1 if depth else 0
        if depth > MAX_DEPTH or self._steps > MAX_STEPS or isinstance(expr, s.Missing):
            return None
        found = self._text(expr, code, env, depth)
        return found if found is None or len(found) <= MAX_TEXT else None

    def _text(self, expr: s.Expr, code: Code, env: Environment | None, depth: int) -> str | None:
        match expr:
            case str():
                return expr
            case s.Text(parts=parts):
                found = [p if isinstance(p, str) else self.text(p, code, env, depth + 1) for p in parts]
                return "".join(UNKNOWN_PART if f is None else f for f in found)
            case s.Operation(op="+" | "/", operands=operands):
                texts = [self.text(o, code, env, depth + 1) for o in operands]
                known = [t for t in texts if t is not None]
                return "".join(known) if len(known) == len(texts) else None
            case s.Operation(op="or", operands=(first, *_)):
                return self.text(first, code, env, depth + 1)
            case s.Operation(op="str", operands=(only,)):
                return self.text(only, code, env, depth + 1)
            case s.Call(func=s.Ref(name="str"), args=(only,)):
                return self.text(only, code, env, depth + 1)
            case s.Conditional(body=body):
                return self.text(body, code, env, depth + 1)
            case s.Subscript(value=s.Ref() as mapping, index=index):
                origin = self.origin(mapping, code, env)
                key = self.text(index, code, env, depth + 1)
                if origin and key is not None and isinstance(origin[0], s.Mapping) and key in origin[0].keys:
                    return self.text(origin[0].values[origin[0].keys.index(key)], origin[1], None, depth + 1)
            case s.Subscript(value=s.Call() as call, index=int() as position):
                pieces = self._split(call, code, env, depth + 1)
                return pieces[position] if pieces and -len(pieces) <= position < len(pieces) else None
            case s.Call() if expr.method == "join":
                return self._joined(expr, code, env, depth + 1)
            case s.Call() if expr.method in _STRING_METHODS:
                return self._string_method(expr, code, env, depth + 1)
            case s.Ref() | s.Attribute():
                origin = self.origin(expr, code, env)
                return self.text(origin[0], origin[1], None, depth + 1) if origin else None
        return None

    def _owner(self, call: s.Call, code: Code, env: Environment | None, depth: int) -> str | None:
        """``x`` of ``x.method(...)`` as a string."""
        match call.func:
            case s.Ref(name=name) if "." in name:
                return self.text(s.Ref(name.rpartition(".")[0]), code, env, depth)
            case s.Attribute(value=value):
                return self.text(value, code, env, depth)
        return None

    def _joined(self, call: s.Call, code: Code, env: Environment | None, depth: int) -> str | None:
        """``".".join(text.split(".")[:2])`` and joins of written-out lists."""
        separator = self._owner(call, code, env, depth)
        match call.args:
            case (s.Subscript(value=s.Call() as split, index=s.Slice(lower=lower, upper=upper, step=None)),):
                bounds = [b if isinstance(b, int) else None for b in (lower, upper)]
                pieces = self._split(split, code, env, depth)[slice(*bounds)]
            case (s.Items(values=values),):
                texts = [self.text(v, code, env, depth) for v in values]
                pieces = [t for t in texts if t is not None]
                if len(pieces) != len(texts):
                    return None
            case _:
                return None
        return separator.join(pieces) if separator is not None and pieces else None

    def _split(self, call: s.Call, code: Code, env: Environment | None, depth: int) -> list[str]:
        owner = self._owner(call, code, env, depth) if call.method == "split" else None
        separator = self.text(call.args[0], code, env, depth) if call.args else None
        return owner.split(separator) if owner and separator else []

    def _string_method(self, call: s.Call, code: Code, env: Environment | None, depth: int) -> str | None:
        owner = self._owner(call, code, env, depth)
        given = [self.text(a, code, env, depth) for a in call.args]
        known = [g for g in given if g is not None]
        if owner is None or len(known) != len(given) or sum(map(len, known)) * len(owner) > 100 * MAX_TEXT:
            return None
        try:
            return _STRING_METHODS[call.method](owner, *known)
        except TypeError:
            return None

    def flag(self, expr: s.Expr | s.Missing, code: Code) -> bool | None:
        """``expr`` as a truth value; a parameter has one when all its callers agree."""
        if isinstance(expr, s.Operation) and expr.op == "not":
            inner = self.flag(expr.operands[0], code)
            return None if inner is None else not inner
        if not isinstance(expr, s.Ref):
            return expr if isinstance(expr, bool) else None
        if isinstance(code, Function) and any(p.name == expr.name for p in code.facts.parameters):
            given = {value for value, _ in self._all_passed(expr.name, code)}
            only = given.pop() if len(given) == 1 else None
            return only if isinstance(only, bool) else None
        origin = self.origin(expr, code, None)
        return origin[0] if origin and isinstance(origin[0], bool) else None

    def _all_passed(self, name: str, function: Function) -> Iterator[tuple[s.Expr, Code]]:
        for position, parameter in enumerate(function.facts.parameters):
            if parameter.name == name:
                callers = self._callers(function)
                for site in callers:
                    given = site.call.argument(position - bool(function.receiver), name)
                    if not isinstance(given, s.Missing):
                        yield given, site.code
                    elif parameter.has_default:
                        yield parameter.default, function.module
                if not callers and parameter.has_default:
                    yield parameter.default, function.module

    def origin(self, expr: s.Expr, code: Code, env: Environment | None) -> tuple[s.Expr, Code] | None:
        """The expression that a name or attribute was given, and where that stands."""
        if isinstance(expr, s.Attribute):
            return self._field(self._values.of(expr.value, code), expr.attr)
        if not isinstance(expr, s.Ref):
            return None
        if env and expr.name in env:
            return env[expr.name]
        if "." in expr.name:
            owner, _, attr = expr.name.rpartition(".")
            definition = self._values.names.resolve(code, expr.name)
            if isinstance(definition, Variable):
                return self._assigned(definition)
            return self._field(self._values.of(s.Ref(owner), code), attr)
        definition = self._values.names.lookup(code, expr.name)
        if isinstance(definition, Variable):
            return self._assigned(definition)
        return self._passed(expr.name, code) if definition is None else None

    def _passed(self, name: str, code: Code) -> tuple[s.Expr, Code] | None:
        """What the first caller gives for a parameter, else the parameter's default."""
        function: Code | None = code
        while isinstance(function, Function):
            for position, parameter in enumerate(function.facts.parameters):
                if parameter.name != name:
                    continue
                for site in self._callers(function):
                    given = site.call.argument(position - bool(function.receiver), name)
                    if not isinstance(given, s.Missing) and given != s.Ref(name):
                        return given, site.code
                return (parameter.default, function.module) if parameter.has_default else None
            function = function.parent
        return None

    @staticmethod
    def _assigned(variable: Variable) -> tuple[s.Expr, Code] | None:
        for binding in reversed(variable.bindings):
            if binding.kind == "assign":
                return binding.expr, variable.code
        return None

    def _field(self, owner: object, attr: str) -> tuple[s.Expr, Code] | None:
        cls = owner.of if isinstance(owner, Instance) else owner
        if not isinstance(cls, Class):
            return None
        found = cls.field(attr)
        if found is not None and found[1].has_value:
            holder, field = found
            value = field.value
            if isinstance(value, s.Call) and value.method in ("Field", "PrivateAttr", "field"):
                given = value.argument(0, "default")
                return None if isinstance(given, s.Missing) else (given, holder.module)
            return value, holder.module
        for ancestor in cls.ancestry.project:
            for method, stmt in ancestor.self_assigned.get(attr, ()):
                if stmt.has_value:
                    return stmt.value, method
        return None
