"""Values of expressions that are known without running anything: literals, constants, f-strings, settings' defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fastreview.facts import syntax as s
from fastreview.project.branches import Branch, branches
from fastreview.project.code import CallSite, Class, Code, Function
from fastreview.project.givens import Environment, Given, bound, passed
from fastreview.project.names import External, Variable
from fastreview.project.values import Bound, Instance, Values

__all__ = ["UNKNOWN_PART", "Constants", "Environment", "Given"]

MAX_DEPTH = 12
MAX_STEPS = 2_000
"""Expressions looked at for one answer: constants made of constants multiply."""
MAX_TEXT = 10_000
"""Characters of a string that is followed any further."""
_STRING_METHODS: dict[str, Callable[..., str]] = {
    "lower": str.lower, "upper": str.upper, "strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip,
    "replace": str.replace, "removeprefix": str.removeprefix, "removesuffix": str.removesuffix, "title": str.title,
}  # fmt: skip
_ENVIRONMENT_READERS = frozenset({"os.getenv", "os.environ.get"})
_CONFIGURATION_READERS = ("decouple.", "environs.", "environ.", "starlette.config.")
UNKNOWN_PART = "{?}"
"""Stands in a string for a part that is only known at run time."""


class Constants:
    def __init__(self, values: Values, callers: Callable[[Function], Sequence[CallSite]]) -> None:
        self._values = values
        self._callers = callers
        self._steps = 0
        self._deciding: set[int] = set()

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
            case s.Operation(op="%", operands=(pattern, given)):
                return self._formatted(pattern, given, code, env, depth + 1)
            case s.Operation(op="or", operands=operands):
                return next((t for o in operands if (t := self.text(o, code, env, depth + 1)) is not None), None)
            case s.Operation(op="str", operands=(only,)):
                return self.text(only, code, env, depth + 1)
            case s.Conditional(test=test, body=body, orelse=orelse):
                chosen = orelse if self.flag(test, code, env) is False else body
                return self.text(chosen, code, env, depth + 1)
            case s.Subscript(value=s.Call() as call, index=int() as position):
                pieces = self._split(call, code, env, depth + 1)
                return pieces[position] if pieces and -len(pieces) <= position < len(pieces) else None
            case s.Call():
                return self._call_text(expr, code, env, depth + 1)
            case s.Ref() | s.Attribute() | s.Subscript():
                return self._text_of(self.given(expr, code, env, depth + 1), depth + 1)
        return None

    def _text_of(self, given: Given | None, depth: int) -> str | None:
        return None if given is None else self.text(given.expr, given.code, given.env, depth)

    def _call_text(self, call: s.Call, code: Code, env: Environment | None, depth: int) -> str | None:
        if call.name == "str" and len(call.args) == 1:
            return self.text(call.args[0], code, env, depth)
        if call.method == "cast" and len(call.args) == 2:
            return self.text(call.args[1], code, env, depth)
        if call.method == "join":
            return self._joined(call, code, env, depth)
        if call.method == "format" and len(call.args) == 1:
            return self._braced(call, code, env, depth)
        if call.method in _STRING_METHODS:
            return self._string_method(call, code, env, depth)
        match self._values.of(call.func, code):
            case External(name=name) if name in _ENVIRONMENT_READERS:
                return self._text_of(passed(call, 1, "default", code, env), depth)
            case External(name=name) | Instance(of=External(name=name)) if name.startswith(_CONFIGURATION_READERS):
                return self._text_of(passed(call, 1, "default", code, env), depth)
            case (Function() as function) | Bound(function=function):
                return self._returned_text(function, bound(function, call, code, env), depth)
        if call.method == "get":
            return self._text_of(self.given(call, code, env, depth), depth)
        return None

    def _returned_text(self, function: Function, env: Environment | None, depth: int) -> str | None:
        """What a function of the project returns, where it returns one thing only."""
        returned = [stmt.value for stmt in function.statements if isinstance(stmt, s.Return)]
        return self.text(returned[0], function, env, depth) if len(returned) == 1 and not function.is_async else None

    def _formatted(self, pattern: s.Expr, given: s.Expr, code: Code, env: Environment | None, depth: int) -> str | None:
        """``"/%s/x" % name``."""
        text = self.text(pattern, code, env, depth)
        items = given.values if isinstance(given, s.Items) else (given,)
        if text is None or text.count("%") != len(items) or text.count("%s") != len(items):
            return None
        for item in items:
            found = self.text(item, code, env, depth)
            text = text.replace("%s", UNKNOWN_PART if found is None else found.replace("%", ""), 1)
        return text

    def _braced(self, call: s.Call, code: Code, env: Environment | None, depth: int) -> str | None:
        """``"/{}/x".format(name)``."""
        pattern = self._owner(call, code, env, depth)
        if pattern is None or pattern.count("{") != 1 or "{}" not in pattern:
            return None
        found = self.text(call.args[0], code, env, depth)
        return pattern.replace("{}", UNKNOWN_PART if found is None else found)

    def _owner(self, call: s.Call, code: Code, env: Environment | None, depth: int) -> str | None:
        """``x`` of ``x.method(...)`` as a string."""
        owner = call.receiver
        return None if owner is None else self.text(owner, code, env, depth)

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

    def flag(self, expr: s.Expr | s.Missing, code: Code, env: Environment | None = None) -> bool | None:
        """``expr`` as a truth value, by what settings default to; a parameter has one when all its callers agree."""
        match expr:
            case bool():
                return expr
            case s.Operation(op="not", operands=(only,)):
                inner = self.flag(only, code, env)
                return None if inner is None else not inner
            case s.Operation(op="is" | "is not" as op, operands=(one, None)):
                is_none = self._is_none(Given(one, code, env))
                return is_none if is_none is None or op == "is" else not is_none
            case s.Ref(name=name) if not (env and expr.root in env) and isinstance(code, Function):
                if name in code.parameters:
                    given = {value for value, _ in self._all_passed(name, code) if isinstance(value, bool)}
                    others = [value for value, _ in self._all_passed(name, code) if not isinstance(value, bool)]
                    return given.pop() if len(given) == 1 and not others else None
            case s.Ref() | s.Attribute() | s.Subscript() | s.Call():
                pass
            case _:
                return None
        found = self.settled(Given(expr, code, env))
        if isinstance(found.expr, bool) or found.expr is None:
            return bool(found.expr)
        text = self.text(found.expr, found.code, found.env)
        return None if text is None or UNKNOWN_PART in text else bool(text)

    def _is_none(self, given: Given) -> bool | None:
        found = self.settled(given)
        if found.expr is None:
            return True
        return False if isinstance(found.expr, str | int | float | s.Text | s.Items | s.Mapping) else None

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
        """The expression that a name, attribute or item was given, and where that stands."""
        found = self.given(expr, code, env)
        return (found.expr, found.code) if found else None

    def given(self, expr: s.Expr, code: Code, env: Environment | None = None, depth: int = 0) -> Given | None:
        """`origin` with what names stand for there: one step back, not necessarily to a literal."""
        if depth > MAX_DEPTH:
            return None
        match expr:
            case s.Call(func=s.Ref(name="cast" | "typing.cast"), args=(_, value)):
                return Given(value, code, env)
            case s.Call(func=s.Ref(name=name)) if name.endswith(("getenv", "environ.get")):
                return passed(expr, 1, "default", code, env) or Given(None, code)
            case s.Attribute(value=value, attr=attr):
                return self.attribute(Given(value, code, env), attr, depth + 1)
            case s.Subscript(value=value, index=index):
                return self._item(self.settled(Given(value, code, env), depth + 1), index, code, env, depth + 1)
            case s.Call(args=(index, *_)) if expr.method == "get":
                owner = expr.receiver
                settled = self.settled(Given(owner, code, env), depth + 1) if owner is not None else None
                return self._item(settled, index, code, env, depth + 1)
            case s.Ref(name=name):
                return self._named(name, code, env, depth)
        return None

    def settled(self, given: Given, depth: int = 0) -> Given:
        """As far back as names lead: to a literal, a call, or a name that nothing in the project binds."""
        seen = {id(given.expr)}
        while depth < MAX_DEPTH and isinstance(given.expr, s.Ref | s.Attribute | s.Subscript | s.Call):
            depth += 1
            found = self.given(given.expr, given.code, given.env, depth)
            if found is None or id(found.expr) in seen:
                break
            seen.add(id(found.expr))
            given = found
        return given

    def _named(self, name: str, code: Code, env: Environment | None, depth: int) -> Given | None:
        root, _, rest = name.partition(".")
        if env and root in env:
            found: Given | None = env[root]
            for attr in rest.split(".") if rest else ():
                found = self.attribute(found, attr, depth + 1) if found is not None else None
            return found
        if rest:
            owner, _, attr = name.rpartition(".")
            definition = self._values.names.resolve(code, name)
            if isinstance(definition, Variable):
                return self._assigned(definition, code, env)
            return self.attribute(Given(s.Ref(owner), code, env), attr, depth + 1)
        definition = self._values.names.lookup(code, name)
        if isinstance(definition, Variable):
            return self._assigned(definition, code, env)
        return self._passed(name, code) if definition is None else None

    def attribute(self, owner: Given, attr: str, depth: int = 0) -> Given | None:
        """``owner.attr``: what the call that made the owner was given for it, else what its class says."""
        value = self._values.of(owner.expr, owner.code)
        if isinstance(value, Bound | Function) and attr == "value":
            return None
        made = self.settled(owner, depth) if depth < MAX_DEPTH else owner
        if isinstance(made.expr, s.Call):
            found = self._constructed(made, made.expr, attr)
            if found is not None:
                return found
            value = self._values.of(made.expr, made.code) or value
        elif isinstance(made.expr, str) and attr == "value":
            return made
        return self._field(value, attr, owner)

    def _constructed(self, made: Given, call: s.Call, attr: str) -> Given | None:
        """An attribute by the arguments of the constructor: those of named tuples, dataclasses and models, and what
        ``__init__`` keeps of its own."""
        cls = self._values.of(call.func, made.code)
        if isinstance(cls, External) and cls.name == "types.SimpleNamespace":
            return passed(call, -1, attr, made.code, made.env)
        if not isinstance(cls, Class):
            return None
        init = cls.method("__init__")
        if init is None:
            names = [f.name for a in reversed(cls.ancestry.project) for f in a.facts.fields if f.annotated]
            return passed(call, names.index(attr), attr, made.code, made.env) if attr in names else None
        for ancestor in cls.ancestry.project:
            for method, stmt in ancestor.self_assigned.get(attr, ()):
                if method is init and stmt.has_value:
                    return Given(stmt.value, init, bound(init, call, made.code, made.env))
        return None

    def _item(
        self, container: Given | None, index: s.Expr, code: Code, env: Environment | None, depth: int
    ) -> Given | None:
        match container:
            case Given(expr=s.Items(values=values)) if isinstance(index, int):
                inside = -len(values) <= index < len(values)
                return Given(values[index], container.code, container.env) if inside else None
            case Given(expr=s.Mapping(keys=keys, values=values)):
                key = self.text(index, code, env, depth)
                for own, value in zip(keys, values, strict=True):
                    if key is not None and self.text(own, container.code, container.env, depth) == key:
                        return Given(value, container.code, container.env)
            case Given(expr=s.Call(func=s.Ref(name="dict")) as call):
                key = self.text(index, code, env, depth)
                return passed(call, -1, key, container.code, container.env) if key else None
        return None

    def argument(
        self, call: s.Call, position: int, name: str, code: Code, env: Environment | None = None
    ) -> Given | None:
        """What ``call`` gives for a parameter, also in a ``**mapping`` that is written out."""
        found = passed(call, position, name, code, env)
        if found is None:
            for keyword in call.keywords:
                if not keyword.name:
                    mapping = self.settled(Given(keyword.value, code, env))
                    found = self._item(mapping, name, code, env, 0) or found
        return found

    def _passed(self, name: str, code: Code) -> Given | None:
        """What the first caller gives for a parameter, else the parameter's default."""
        function: Code | None = code
        while isinstance(function, Function):
            for position, parameter in enumerate(function.facts.parameters):
                if parameter.name != name:
                    continue
                for site in self._callers(function):
                    given = site.call.argument(position - bool(function.receiver), name)
                    if not isinstance(given, s.Missing) and given != s.Ref(name):
                        return Given(given, site.code)
                return Given(parameter.default, function.module) if parameter.has_default else None
            function = function.parent
        return None

    def _assigned(self, variable: Variable, code: Code, env: Environment | None) -> Given | None:
        """The last assignment, those aside that stand in a branch which is not taken."""
        inside = env if variable.code is code else None
        assigned = [b for b in variable.bindings if b.kind == "assign"]
        if len(assigned) > 1 and isinstance(variable.code, Function):
            known = branches(variable.code)
            live = (b for b in reversed(assigned) if self._may_run(known.get(b.line, ()), variable.code, inside))
            return Given(next(live, assigned[-1]).expr, variable.code, inside)
        return Given(assigned[-1].expr, variable.code, inside) if assigned else None

    def _may_run(self, around: tuple[Branch, ...], code: Code, env: Environment | None) -> bool:
        return all(self._may_take(stmt, taken, code, env) for stmt, taken in around)

    def _may_take(self, stmt: s.If, taken: bool, code: Code, env: Environment | None) -> bool:  # noqa: FBT001
        """``if not name: name = ...``: what a branch assigns is not there when the branch is decided."""
        if id(stmt) in self._deciding:
            return False
        self._deciding.add(id(stmt))
        try:
            return self.flag(stmt.test, code, env) in (None, taken)
        finally:
            self._deciding.discard(id(stmt))

    def _field(self, owner: object, attr: str, of: Given) -> Given | None:
        cls = owner.of if isinstance(owner, Instance) else owner
        if not isinstance(cls, Class):
            return None
        found = cls.field(attr)
        if found is not None and found[1].has_value:
            holder, field = found
            value = field.value
            if isinstance(value, s.Call) and value.method in ("Field", "PrivateAttr", "field"):
                given = value.argument(0, "default")
                factory = value.keyword("default_factory")
                if isinstance(given, s.Missing) and not isinstance(factory, s.Missing):
                    given = s.Call(factory, (), (), value.line, value.col, value.end_line)
                return None if isinstance(given, s.Missing) else Given(given, holder.module)
            return Given(value, holder.module)
        method = cls.method(attr)
        if method is not None and method.is_property:
            return self._returned(method, of)
        for ancestor in cls.ancestry.project:
            for assigning, stmt in ancestor.self_assigned.get(attr, ()):
                if stmt.has_value:
                    return Given(stmt.value, assigning)
        return None

    @staticmethod
    def _returned(method: Function, of: Given) -> Given | None:
        returned = [stmt.value for stmt in method.statements if isinstance(stmt, s.Return)]
        return Given(returned[0], method, {method.receiver: of}) if len(returned) == 1 else None
