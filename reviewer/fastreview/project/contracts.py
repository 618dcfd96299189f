"""What a route takes and promises: parameters that arrive from outside, and the classes that a type mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from fastreview.facts import syntax as s
from fastreview.facts.source import FieldFacts, Parameter
from fastreview.project.code import Class, Code, Function
from fastreview.project.dependencies import Injected
from fastreview.project.names import External, Names, Variable
from fastreview.project.subject import Place

if TYPE_CHECKING:
    from fastreview.project.routes import Route

MAX_DEPTH = 8

_NAME = re.compile(r"[A-Za-z_][\w.]*")
_PLAIN_BASES = frozenset({"typing.Generic", "typing.Protocol", "abc.ABC", "builtins.object", "object"})
_SPREAD = frozenset({s.Items, s.Operation})
_MENTIONING = _SPREAD | {s.Ref, s.Subscript, str}
"""Kinds of expressions in which a type may mention a class."""
_OWN_SCHEMA = ("__get_pydantic_core_schema__", "__get_validators__")

_GIVEN = frozenset(
    f"{package}.{name}"
    for package in ("fastapi", "starlette.requests", "starlette.responses", "starlette.websockets", "fastapi.security")
    for name in ("Request", "HTTPConnection", "WebSocket", "Response", "BackgroundTasks", "SecurityScopes")
) | {"starlette.background.BackgroundTasks"}


class Declared(Struct, frozen=True, eq=False):
    """A type as written, and the code whose names it uses. ``markers`` are the calls beside it: ``Query(le=100)``."""

    expr: s.Expr
    code: Code
    markers: tuple[s.Call, ...] = ()


class Input(Struct, frozen=True, eq=False):
    """What clients fill: a parameter of an endpoint or a dependency, or a field of a model that stands for some."""

    name: str
    declared: Declared
    default: s.Expr | s.Missing
    line: int

    @property
    def place(self) -> Place:
        return Place(self.declared.code.module.path, self.line)

    @property
    def alias(self) -> str:
        """The name that clients use."""
        for marker in self.declared.markers:
            for keyword in ("validation_alias", "alias"):
                given = marker.keyword(keyword)
                if isinstance(given, str):
                    return given
        return self.name


def unwrapped(expr: s.Expr, code: Code, names: Names, depth: int = 0) -> Declared:
    """A type without ``Annotated`` and without the aliases around it; their markers are kept."""
    if depth > MAX_DEPTH:
        return Declared(expr, code)
    # Asked for every part of every type: comparing kinds costs a quarter of matching patterns.
    if type(expr) is s.Ref:
        found = names.resolve(code, expr.name)
        if type(found) is Variable and found.bindings[-1].kind == "assign":
            value = found.bindings[-1].expr
            if isinstance(value, s.Subscript | s.Operation) or (isinstance(value, s.Ref) and value.name != expr.name):
                return unwrapped(value, found.code, names, depth + 1)
    elif type(expr) is s.Subscript:
        index = expr.index
        if type(expr.value) is s.Ref and type(index) is s.Items and index.values:
            found = names.resolve(code, expr.value.name)
            if type(found) is External and found.name == "typing.Annotated":
                own, *markers = index.values
                inner = unwrapped(own, code, names, depth + 1)
                calls = [marker for marker in markers if type(marker) is s.Call]
                return Declared(inner.expr, inner.code, (*inner.markers, *calls))
    elif type(expr) is str and _NAME.fullmatch(expr):
        return unwrapped(s.Ref(expr), code, names, depth + 1)
    return Declared(expr, code)


def classes_in(expr: s.Expr, code: Code, names: Names) -> Iterator[Class]:
    """Classes of the project that a type mentions, through containers, unions, ``Annotated`` and aliases."""
    # What an alias stands for is looked into once: aliases of aliases multiply.
    entered: dict[int, s.Expr] = {}
    pending: list[tuple[s.Expr, Code, int]] = [(expr, code, 0)]
    while pending:
        part, scope, depth = pending.pop()
        kind = type(part)
        if depth > MAX_DEPTH or kind not in _MENTIONING:
            continue
        own = part
        if type(part) is s.Ref:
            # Most parts are names of classes, and most of those names stand for no alias.
            named = names.resolve(scope, part.name)
            if type(named) is not Variable:
                if type(named) is Class:
                    yield named
                continue
        if kind not in _SPREAD:
            declared = unwrapped(part, scope, names)
            own, scope = declared.expr, declared.code
            if own is not part and id(own) in entered:
                continue
        entered[id(own)] = own
        inner: tuple[s.Expr, ...] = ()
        if type(own) is s.Ref:
            found = names.resolve(scope, own.name)
            if type(found) is Class:
                yield found
        elif type(own) is s.Subscript:
            inner = (own.value, *(own.index.values if type(own.index) is s.Items else (own.index,)))
        elif type(own) is s.Items:
            inner = own.values
        elif type(own) is s.Operation and own.op == "|":
            inner = own.operands
        pending += [(one, scope, depth + 1) for one in reversed(inner)]


@lru_cache(maxsize=50_000)
def classes_of(declared: Declared) -> tuple[Class, ...]:
    """The classes of the project that a type mentions, as `classes_in` finds them: many ask it of the same field."""
    names, expr = declared.code.module.project.names, declared.expr
    if type(expr) is s.Ref:
        # Most types are one name, and most of those stand for no alias.
        found = names.resolve(declared.code, expr.name)
        if type(found) is not Variable:
            return (found,) if type(found) is Class else ()
    return tuple(classes_in(expr, declared.code, names))


def classes_under(declared: Declared) -> tuple[Class, ...]:
    """The classes that a type mentions and those that their fields mention, the outermost first, each once."""
    mentioned = classes_of(declared)
    if len(mentioned) == 1:
        return _from(mentioned[0])
    return tuple(dict.fromkeys((*mentioned, *[inner for cls in mentioned for inner in _within(cls)])))


@lru_cache(maxsize=10_000)
def _from(cls: Class) -> tuple[Class, ...]:
    return tuple(dict.fromkeys((cls, *_within(cls))))


@lru_cache(maxsize=10_000)
def _within(cls: Class) -> tuple[Class, ...]:
    """Classes that the fields of ``cls`` mention, at whatever depth, the closest first."""
    found: dict[Class, None] = {}
    level = [cls]
    while level:
        inner = (one for outer in level for one in _directly_within(outer))
        level = [one for one in dict.fromkeys(inner) if one not in found]
        found.update(dict.fromkeys(level))
    return tuple(found)


@lru_cache(maxsize=10_000)
def _directly_within(cls: Class) -> tuple[Class, ...]:
    # Few fields mention any class: whether one stays behind is asked of those only.
    fields = ((field, classes_of(field.declared)) for field in fields_of(cls))
    return tuple([one for field, classes in fields if classes and not _stays_behind(field) for one in classes])


def _stays_behind(field: Input) -> bool:
    """Relations of a table are not written with its row, excluded fields never."""
    markers = field.declared.markers
    return any(m.method.lower() == "relationship" or m.keyword("exclude") is True for m in markers)


def inputs_of(route: Route) -> Iterator[Input]:
    """Everything that a client can give to ``route``: parameters of the endpoint and of its dependencies."""
    project = route.app.project
    seen: set[int] = set()
    functions = [route.endpoint] if route.endpoint is not None else []
    for injected in route.dependency_tree:
        if injected.function is not None:
            functions.append(injected.function)
        elif isinstance(injected.provider, Class) and id(injected.provider) not in seen:
            seen.add(id(injected.provider))
            yield from fields_of(injected.provider)
    for function in functions:
        if id(function) not in seen:
            seen.add(id(function))
            yield from _parameters(function, project.injection.of(function), project.names)
            if function is route.endpoint and function.owner is not None and function.receiver:
                # Class-based views: fields and constructor of the class are parameters of every endpoint in it.
                provided = {i.parameter for i in project.injection.of_view(function.owner)}
                yield from (field for field in fields_of(function.owner) if field.name not in provided)
                init = function.owner.method("__init__")
                if init is not None:
                    yield from _parameters(init, project.injection.of(init), project.names)


@lru_cache(maxsize=10_000)
def fields_of(cls: Class) -> tuple[Input, ...]:
    """Fields of a model or dataclass, inherited ones too, the closest of a name only."""
    found: dict[str, Input] = {}
    for ancestor in cls.ancestry.project:
        for field, declared in _declared_in(ancestor):
            if field.name not in found:
                default = field.value if field.has_value else s.MISSING
                found[field.name] = Input(field.name, declared, default, field.line)
    return tuple(found.values())


@lru_cache(maxsize=10_000)
def _declared_in(cls: Class) -> tuple[tuple[FieldFacts, Declared], ...]:
    """The annotated fields in the body of ``cls`` with their types, what is private left out: models that inherit them share
    these."""
    return tuple(
        [(field, _with_marker(field, cls)) for field in cls.facts.fields if field.annotated and field.name[0] != "_"]
    )


def _with_marker(field: FieldFacts, owner: Class) -> Declared:
    declared = unwrapped(field.annotation, owner.module, owner.module.project.names)
    if type(field.value) is s.Call:
        return Declared(declared.expr, declared.code, (*declared.markers, field.value))
    return declared


def _parameters(function: Function, injected: tuple[Injected, ...], names: Names) -> Iterator[Input]:
    provided = {i.parameter for i in injected}
    parameters = function.facts.parameters[1:] if function.receiver else function.facts.parameters
    for parameter in parameters:
        if parameter.name not in provided and parameter.kind not in ("args", "kwargs"):
            found = _parameter(function, parameter, names)
            if not _is_not_asked_for(found.declared, names):
                yield found


_INJECTED = frozenset(
    {"dishka.FromDishka", "dishka.integrations.base.FromDishka", "dishka.integrations.fastapi.FromDishka"}
)
"""What marks a parameter that a container of dependencies gives."""


def _is_not_asked_for(declared: Declared, names: Names) -> bool:
    """Whether the value comes from no client: FastAPI gives something of its own (the request, the response to come, the
    background tasks), or the type is no parameter at all."""
    expr = declared.expr
    named = expr.value if type(expr) is s.Subscript else expr
    found = names.resolve(declared.code, named.name) if type(named) is s.Ref else None
    if type(found) is External:
        return found.name in _INJECTED or (named is expr and found.name in _GIVEN)
    return type(found) is Class and _is_plain_object(found, names)


def _is_plain_object(cls: Class, names: Names) -> bool:
    """Whether ``cls`` is an ordinary class, which FastAPI refuses as a parameter: where the app starts all the same, the
    signature is replaced by something that the code does not show, a generated dependency say."""
    return all(
        not ancestor.facts.decorators
        and not ancestor.facts.keywords
        and not any(name in ancestor.methods for name in _OWN_SCHEMA)
        and all(_is_plain_base(base, ancestor, names) for base in ancestor.facts.bases)
        for ancestor in cls.ancestry.project
    )


def _is_plain_base(base: s.Expr, cls: Class, names: Names) -> bool:
    expr = base.value if isinstance(base, s.Subscript) else base
    found = names.resolve(cls.module, expr.name) if isinstance(expr, s.Ref) else None
    return isinstance(found, Class) or (isinstance(found, External) and found.name in _PLAIN_BASES)


def _parameter(function: Function, parameter: Parameter, names: Names) -> Input:
    scope = function.parent or function.module
    declared = unwrapped(parameter.annotation, scope, names)
    if type(parameter.default) is s.Call:
        declared = Declared(declared.expr, declared.code, (*declared.markers, parameter.default))
    default = parameter.default if parameter.has_default else s.MISSING
    return Input(parameter.name, declared, default, parameter.line)
