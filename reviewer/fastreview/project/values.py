"""What an expression stands for: a definition, or an instance of a class, as far as the code itself says.

Flow-insensitive and bounded: parameters by their annotations and dependencies, variables by their bindings, attributes
by class fields, constructor assignments and properties, calls by return annotations, the returns of unannotated
functions, and a table of library types. What cannot be known is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fastreview.facts import syntax as s
from fastreview.facts.source import Parameter
from fastreview.project.code import Binding, CallSite, Class, Code, Function, Module
from fastreview.project.libraries import (
    ASYNC_SESSION,
    ATTRIBUTES,
    BASES,
    CONTAINERS,
    FLUENT,
    METHODS,
    PRODUCTS,
    RETURNS,
    WRAPPERS,
)
from fastreview.project.names import Definition, External, Names, Variable


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class; ``args`` are its type arguments, as instances."""

    of: Class | External
    args: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """A method looked up on an instance or class of the project."""

    function: Function
    of: Class


Value = Module | Class | Function | External | Instance | Bound

MAX_DEPTH = 40
MAX_CALLERS = 5

_PARTIAL = frozenset({"functools.partial", "functools.partialmethod"})
_TRANSPARENT = frozenset({"typing.cast", "contextlib.closing", "contextlib.aclosing", "builtins.super", "copy.copy"})

_WORTHLESS = frozenset({type(None), bool, int, float, s.Opaque})
"""Kinds of expressions that stand for nothing that is looked into."""
_TEXT = Instance(External("builtins.str"))
_ANYTHING = (External("typing.Any"), External("builtins.object"))
"""Annotations that say no more of what a function returns than none."""
_PATH = Instance(External("pathlib.Path"))
# As an annotation without arguments; a library's own class is one that it wraps as well.
_TELL_NOTHING = frozenset(
    {"typing.Any", "builtins.object"}
    | {n for n in WRAPPERS if n.startswith(("typing.", "collections.", "contextlib."))}
)

_UNSEEN = External("")
"""What a cache gives for something that was not asked before; None is an answer."""


class Values:
    """Evaluates expressions; answers are cached by expression and place."""

    def __init__(
        self,
        names: Names,
        callers: Callable[[Function], Sequence[CallSite]],
        set_elsewhere: Callable[[Module, str], Value | None],
    ) -> None:
        self.names = names
        self._callers = callers
        self._set_elsewhere = set_elsewhere
        self._cache: dict[tuple[int, int], Value | None] = {}
        # Cached expressions are kept alive: their ids are the keys.
        self._alive: list[s.Expr] = []
        self._refs: dict[tuple[int, str], Value | None] = {}
        self._locals: dict[tuple[int, str], Value | None] = {}
        self._returns: dict[int, Value | None] = {}
        self._aliases: dict[tuple[int, str], Value | None] = {}
        self._attributes: dict[tuple[int, str, bool], Value | None] = {}
        self._depth = 0

    def of(self, expr: s.Expr, code: Code) -> Value | None:
        if type(expr) is s.Ref:
            return self._named(expr.name, code)
        kind = type(expr)
        if kind in _WORTHLESS:
            return None
        if kind is str or kind is s.Text:
            return _TEXT
        key = (id(expr), id(code))
        known = self._cache.get(key, _UNSEEN)
        if known is not _UNSEEN:
            return known
        if self._depth > MAX_DEPTH:
            return None
        self._cache[key] = None
        self._alive.append(expr)
        self._depth += 1
        try:
            self._cache[key] = found = self._evaluate(expr, code)
        finally:
            self._depth -= 1
        return found

    def target(self, site: CallSite) -> Value | None:
        """What a call calls."""
        return self.of(site.call.func, site.code)

    def _evaluate(self, expr: s.Expr, code: Code) -> Value | None:
        # The most frequent kinds by their types: each class pattern that does not match costs as much as an answer.
        if type(expr) is s.Call:
            return self.result(self.of(expr.func, code), expr, code)
        if type(expr) is s.Attribute:
            return self.attribute(self.of(expr.value, code), expr.attr)
        if type(expr) is s.Await or type(expr) is s.Starred:
            return self.of(expr.value, code)
        match expr:
            case s.Subscript(value=value, index=index):
                return self._item(self.of(value, code), index)
            case s.Conditional(body=body, orelse=orelse):
                return self.of(body, code) or self.of(orelse, code)
            case s.Operation(op="or" | "and", operands=operands):
                return next((v for o in operands if (v := self.of(o, code))), None)
            case s.Operation(op="/", operands=(left, *_)):
                folder = self.of(left, code)
                return folder if folder == _PATH else None
            case s.Walrus(value=value):
                return self.of(value, code)
            case s.Items(kind=kind, values=values):
                element = next((v for e in values if (v := self.of(e, code))), None)
                return Instance(External(f"builtins.{kind}"), (element,) if element else ())
            case s.Mapping(values=values):
                element = next((v for e in values if (v := self.of(e, code))), None)
                return Instance(External("builtins.dict"), (element,) if element else ())
            case s.Comprehension(kind=kind, element=element_expr):
                element = self.of(element_expr, code)
                return Instance(External("builtins.list"), (element,) if element else ())
        return None

    # Names

    def _named(self, dotted: str, code: Code) -> Value | None:
        if self._depth:
            # What is found on the way to something else may be cut short there: it is not kept.
            return self._ref(dotted, code) if self._depth <= MAX_DEPTH else None
        key = (id(code), dotted)
        found = self._refs.get(key, _UNSEEN)
        if found is _UNSEEN:
            found = self._refs[key] = self._ref(dotted, code)
        return found

    def _ref(self, dotted: str, code: Code) -> Value | None:
        root, *rest = dotted.split(".")
        found = self.local(root, code)
        if found is None:
            definition = self.names.lookup(code, root)
            if isinstance(definition, External) and rest:
                whole = self.names.resolve(code, dotted)
                if isinstance(whole, Module | Class | Function):
                    return whole
            found = self.settle(definition)
            if definition is None and isinstance(code, Function) and not _is_local(root, code):
                found = self._set_elsewhere(code.module, root)
        for part in rest:
            if found is None:
                return None
            found = self.attribute(found, part)
        return found

    def settle(self, definition: Definition | None) -> Value | None:
        """A definition as a value: a variable is what it is bound to."""
        if isinstance(definition, Variable):
            return self._variable(definition.code, definition.name)
        return definition

    def local(self, name: str, code: Code) -> Value | None:
        """A parameter or local variable of ``code`` or of the functions around it."""
        current: Code | None = code
        while isinstance(current, Function):
            if name in current.local_imports:
                return None
            if name in current.parameters:
                rebound = self._variable(current, name) if name in current.bindings else None
                return self.parameter(current, current.parameters[name]) or rebound
            if name in current.bindings:
                return self._variable(current, name)
            current = current.parent
        return None

    def _variable(self, code: Code, name: str) -> Value | None:
        key = (id(code), name)
        if key in self._locals:
            return self._locals[key]
        if self._depth > MAX_DEPTH:
            return None
        self._locals[key] = None
        self._depth += 1
        try:
            for binding in code.bindings[name]:
                found = self._binding(binding, code) or self._rebound(binding, name, code)
                if found is not None:
                    self._locals[key] = found
                    break
        finally:
            self._depth -= 1
        return self._locals[key]

    def _rebound(self, binding: Binding, name: str, code: Code) -> Value | None:
        """``Crawler = Crawler()`` below ``from x import Crawler``: the right-hand side means what was imported."""
        match binding:
            case Binding(kind="assign", expr=s.Call(func=s.Ref(name=called)) as call) if called == name:
                found = code.module.top_level_imports.get(name)
                return self.result(self.settle(self.names.imported(code.module, found)), call, code) if found else None
        return None

    def _binding(self, binding: Binding, code: Code) -> Value | None:
        match binding.kind:
            case "annotate":
                return self.annotated(binding.expr, code)
            case "assign":
                return self.of(binding.expr, code)
            case "enter":
                return self.entered(self.of(binding.expr, code))
            case "iterate":
                return _element(self.of(binding.expr, code))
            case "define":
                return code.module.by_qualname.get(s.written(binding.expr))
            case "unpack-assign":
                value = self.of(binding.expr, code)
                if isinstance(binding.expr, s.Items) and binding.index < len(binding.expr.values):
                    return self.of(binding.expr.values[binding.index], code)
                if isinstance(value, Instance) and binding.index < len(value.args):
                    return value.args[binding.index]
        return None

    def parameter(self, function: Function, parameter: Parameter) -> Value | None:
        """A parameter by its annotation, by the dependency that provides it, or ``self`` by its class."""
        if function.receiver == parameter.name and function.owner is not None:
            is_class = "classmethod" in function.decorator_names
            return function.owner if is_class else Instance(function.owner)
        # Annotations are evaluated where the function is defined, not inside it.
        scope = self._definition_scope(function)
        if parameter.annotated and parameter.kind not in ("args", "kwargs"):
            found = self.annotated(parameter.annotation, scope)
            if found is not None:
                return self._arriving(found, function, parameter)
        if isinstance(parameter.default, s.Call):
            provider = parameter.default.argument(0, "dependency")
            called = self.of(parameter.default.func, scope)
            if isinstance(called, External) and called.name in ("fastapi.Depends", "fastapi.Security"):
                if isinstance(provider, s.Missing):
                    return None
                return self.provided(self.of(provider, scope))
        if not parameter.annotated:
            return self._passed(function, parameter)
        # The annotation of a callable says nothing about what is called: one caller does.
        is_callable = "Callable" in s.written(parameter.annotation, 80)
        return self._passed(function, parameter, 1) if is_callable else None

    def _arriving(self, annotated: Value, function: Function, parameter: Parameter) -> Value | None:
        """What a parameter gets that is annotated as a session: nobody checks what a dependency or a caller gives, and
        annotations stay behind when a service moves to async sessions. Callers that contradict it leave it open."""
        if not isinstance(annotated, Instance) or not isinstance(annotated.of, External):
            return annotated
        if annotated.of.name != "sqlalchemy.orm.Session":
            return annotated
        if not isinstance(parameter.default, s.Call):
            return None if _is_async_session(self._passed(function, parameter)) else annotated
        provider = parameter.default.argument(0, "dependency")
        given = None if isinstance(provider, s.Missing) else self.of(provider, self._definition_scope(function))
        provided = self.provided(given)
        return provided if _is_async_session(provided) else annotated

    def _passed(self, function: Function, parameter: Parameter, most: int = 0) -> Value | None:
        """What callers pass for a parameter without annotation, as far as the first few know; nothing where there are more
        than ``most`` of them."""
        if self._depth > MAX_DEPTH or parameter.kind in ("args", "kwargs"):
            return None
        key = (id(function), f"={parameter.name}")
        if key in self._locals:
            return self._locals[key]
        self._locals[key] = None
        self._depth += 1
        try:
            position = function.facts.parameters.index(parameter) - bool(function.receiver)
            callers = self._callers(function)
            for site in callers[: 0 if most and len(callers) > most else MAX_CALLERS]:
                given = site.call.argument(position, parameter.name)
                value = None if isinstance(given, s.Missing) else self.of(given, site.code)
                if value is not None:
                    self._locals[key] = value
                    break
        finally:
            self._depth -= 1
        return self._locals[key]

    def provided(self, dependency: Value | None) -> Value | None:
        """What ``Depends(dependency)`` gives: the instance of a class, what a function returns or yields."""
        match dependency:
            case Class():
                return Instance(dependency)
            case Function():
                return self.returned(dependency)
            case Bound(function=function):
                return self.returned(function)
            case Instance(of=Class() as cls):
                method = cls.method("__call__")
                return self.returned(method) if method else None
        return None

    @staticmethod
    def _definition_scope(function: Function) -> Code:
        return function.parent or function.module

    # Annotations

    def annotated(self, annotation: s.Expr, code: Code) -> Value | None:
        """The instance that an annotation describes."""
        if self._depth > MAX_DEPTH:
            return None
        self._depth += 1
        try:
            return self._annotated(annotation, code)
        finally:
            self._depth -= 1

    def _annotated(self, annotation: s.Expr, code: Code) -> Value | None:
        match annotation:
            case None | str():
                return None
            case s.Ref(name=name):
                definition = self.names.resolve(code, name)
                if isinstance(definition, Variable):
                    return self._alias(definition)
                if isinstance(definition, Class):
                    return Instance(definition)
                if isinstance(definition, External) and definition.name not in _TELL_NOTHING:
                    return Instance(definition)
            case s.Subscript(value=s.Ref(name=name), index=index):
                definition = self.names.resolve(code, name)
                parts = index.values if isinstance(index, s.Items) else (index,)
                if isinstance(definition, External):
                    return self._generic(definition.name, parts, code)
                if isinstance(definition, Class):
                    args = tuple(a for p in parts if (a := self.annotated(p, code)))
                    return Instance(definition, args)
            case s.Operation(op="|", operands=operands):
                return next((v for o in operands if (v := self.annotated(o, code))), None)
        return None

    def _generic(self, name: str, parts: tuple[s.Expr, ...], code: Code) -> Value | None:
        if name == "typing.Annotated" and parts:
            by_type = self.annotated(parts[0], code)
            return by_type or self._annotated_provider(parts, code)
        if name in ("typing.Union", "typing.Optional"):
            return next((v for p in parts if (v := self.annotated(p, code))), None)
        if name in ("typing.Type", "builtins.type") and parts:
            inner = self.annotated(parts[0], code)
            return inner.of if isinstance(inner, Instance) else None
        if name in ("typing.Callable", "collections.abc.Callable"):
            return None
        if name in WRAPPERS and parts:
            # Coroutine[Any, Any, T] gives its last argument, Generator[T, ...] and the others their first.
            return self.annotated(parts[-1] if name.endswith("Coroutine") else parts[0], code)
        args = tuple(a for p in parts if (a := self.annotated(p, code)))
        return Instance(External(name), args)

    def _annotated_provider(self, parts: tuple[s.Expr, ...], code: Code) -> Value | None:
        for part in parts[1:]:
            if isinstance(part, s.Call):
                called = self.of(part.func, code)
                if isinstance(called, External) and called.name in ("fastapi.Depends", "fastapi.Security"):
                    provider = part.argument(0, "dependency")
                    if not isinstance(provider, s.Missing):
                        return self.provided(self.of(provider, code))
        return None

    def _alias(self, variable: Variable) -> Value | None:
        """``SessionDep = Annotated[...]``, ``Base = declarative_base()``, ``T = TypeVar("T", bound=X)``."""
        key = (id(variable.code), variable.name)
        if key not in self._aliases:
            if self._depth > MAX_DEPTH:
                return None
            # None while it is being found, and found once: aliases of aliases multiply.
            self._aliases[key] = None
            self._aliases[key] = self._aliased(variable)
        return self._aliases[key]

    def _aliased(self, variable: Variable) -> Value | None:
        value = variable.bindings[-1].expr
        if isinstance(value, s.Call):
            called = self.of(value.func, variable.code)
            if isinstance(called, External) and called.name == "typing.TypeVar":
                bound = value.keyword("bound")
                return None if isinstance(bound, s.Missing) else self.annotated(bound, variable.code)
            return None
        if isinstance(value, s.Ref) and value.name == variable.name:
            return None
        return self.annotated(value, variable.code)

    # Attributes, items, calls

    def attribute(self, value: Value | None, name: str) -> Value | None:
        match value:
            case Module():
                return self.settle(self.names.member(value, name))
            case Class() | Instance(of=Class()):
                return self._attribute(value, name)
            case Instance(of=External(name=library)):
                return _library_attribute(library, name)
            case External(name=library):
                found = self.names.member(value, name)
                return found if isinstance(found, External) else External(f"{library}.{name}")
        return None

    def _attribute(self, value: Class | Instance, name: str) -> Value | None:
        cls = value if isinstance(value, Class) else value.of
        if not isinstance(cls, Class):
            return None
        key = (id(cls), name, cls is value)
        if key not in self._attributes:
            if self._depth > MAX_DEPTH:
                return None
            # None while it is being found: attributes are assigned from one another.
            self._attributes[key] = None
            self._depth += 1
            try:
                found = self._class_attribute(cls, name) if cls is value else self._instance_attribute(cls, name)
                self._attributes[key] = found
            finally:
                self._depth -= 1
        return self._attributes[key]

    def _class_attribute(self, cls: Class, name: str) -> Value | None:
        method = cls.method(name)
        if method is not None:
            return Bound(method, cls)
        nested = self.names.member(cls, name)
        if isinstance(nested, Class):
            return nested
        return self._field(cls, name) or self._inherited(cls, name)

    def _instance_attribute(self, cls: Class, name: str) -> Value | None:
        method = cls.method(name)
        if method is not None:
            if method.is_property:
                return self.returned(method)
            return Bound(method, cls)
        found = self._field(cls, name)
        if found is not None:
            return found
        for ancestor in cls.ancestry.project:
            for method, stmt in ancestor.self_assigned.get(name, ()):
                value = self.annotated(stmt.annotation, method) if stmt.annotation is not None else None
                value = value or (self.of(stmt.value, method) if stmt.has_value else None)
                if value is not None:
                    return value
        return self._inherited(cls, name)

    def _field(self, cls: Class, name: str) -> Value | None:
        found = cls.field(name)
        if found is None:
            return None
        owner, field = found
        value = self.annotated(field.annotation, owner.module) if field.annotated else None
        return value or (self.of(field.value, owner.module) if field.has_value else None)

    def _inherited(self, cls: Class, name: str) -> Value | None:
        """An attribute of a library base class."""
        for base in sorted(cls.ancestry.external):
            found = _library_attribute(base, name)
            if found is not None:
                return found
        return None

    def _item(self, value: Value | None, index: s.Expr) -> Value | None:
        match value:
            case Instance(of=External(name=name), args=args):
                by_item = ATTRIBUTES.get(name, {}).get("[]")
                if by_item:
                    return Instance(External(by_item))
                if name in CONTAINERS and args:
                    return args[index] if isinstance(index, int) and 0 <= index < len(args) else args[-1]
            case Class() | External():
                return value
        return None

    def entered(self, value: Value | None) -> Value | None:
        """What ``with value as x`` binds: most context managers give themselves."""
        if isinstance(value, Instance) and isinstance(value.of, Class):
            for name in ("__aenter__", "__enter__"):
                method = value.of.method(name)
                if method is not None:
                    return self.returned(method) or value
        return value

    def result(self, value: Value | None, call: s.Call, code: Code) -> Value | None:
        """What calling ``value`` gives; coroutines count as awaited, generators as what they yield."""
        match value:
            case Class():
                return Instance(value)
            case Function():
                return self.returned(value)
            case Bound(function=function, of=of):
                return self._self_typed(function, of) or self.returned(function)
            case Instance(of=Class() as cls):
                method = cls.method("__call__")
                return self.returned(method) if method else None
            case Instance(of=External(name=name)):
                product = PRODUCTS.get(_base(name))
                return Instance(External(product)) if product else None
            case External(name=name):
                return self._library_result(name, call, code)
        return None

    @staticmethod
    def _self_typed(function: Function, of: Class) -> Value | None:
        returns = function.facts.returns
        if isinstance(returns, s.Ref) and returns.last == "Self":
            return Instance(of)
        return None

    def _library_result(self, name: str, call: s.Call, code: Code) -> Value | None:
        if name == "builtins.super" and isinstance(code, Function):
            function: Function | None = code
            while function is not None and function.owner is None:
                function = function.parent
            bases = function.owner.ancestry if function and function.owner else None
            if bases and len(bases.project) > 1:
                return Instance(bases.project[1])
            return Instance(External(min(bases.external))) if bases and bases.external else None
        if name in _PARTIAL or name in _TRANSPARENT:
            position = 1 if name == "typing.cast" else 0
            given = self.of(call.args[position], code) if len(call.args) > position else None
            if name == "typing.cast" and call.args and not isinstance(given, Function | Bound | Class):
                return self.annotated(call.args[0], code)
            return given
        known = RETURNS.get(name) or RETURNS.get(_base_method(name))
        if known:
            return Instance(External(known))
        owner, _, last = name.rpartition(".")
        if owner in FLUENT and last not in FLUENT[owner]:
            return Instance(External(owner))
        if last[:1].isupper() and not last.isupper():
            return Instance(External(name))
        return None

    def returned(self, function: Function) -> Value | None:
        """The instance that a call of ``function`` gives, by its annotation, else by what it returns or yields."""
        key = id(function)
        if key in self._returns:
            return self._returns[key]
        self._returns[key] = None
        facts = function.facts
        found: Value | None = None
        if facts.returns_annotated:
            found = self.annotated(facts.returns, self._definition_scope(function))
            if isinstance(facts.returns, s.Ref) and facts.returns.last == "Self" and function.owner:
                found = Instance(function.owner)
            elif isinstance(found, Instance) and found.of in _ANYTHING:
                found = None
        if found is None and self._depth < MAX_DEPTH:
            self._depth += 1
            try:
                found = next((v for e in function.given() if (v := self.of(e, function))), None)
            finally:
                self._depth -= 1
        self._returns[key] = found
        return found


def _is_async_session(value: Value | None) -> bool:
    return isinstance(value, Instance) and isinstance(value.of, External) and value.of.name == ASYNC_SESSION


def _element(value: Value | None) -> Value | None:
    if isinstance(value, Instance) and value.args and isinstance(value.of, External) and value.of.name in CONTAINERS:
        return value.args[-1]
    return None


@lru_cache(maxsize=10_000)
def _library_attribute(library: str, name: str) -> Value | None:
    known = ATTRIBUTES.get(library)
    if known:
        if name in known:
            return Instance(External(known[name]))
        if "*" in known and name not in METHODS.get(library, ()):
            return Instance(External(known["*"]))
    return External(f"{library}.{name}")


def _base(name: str) -> str:
    return BASES.get(name, name)


def _base_method(name: str) -> str:
    """``sqlmodel.Session.exec`` as the method of the class that sqlmodel's inherits from."""
    owner, _, method = name.rpartition(".")
    return f"{BASES[owner]}.{method}" if owner in BASES else name


def _is_local(name: str, code: Code) -> bool:
    current: Code | None = code
    while isinstance(current, Function):
        if name in current.parameters or name in current.bindings or name in current.local_imports:
            return True
        current = current.parent
    return False
