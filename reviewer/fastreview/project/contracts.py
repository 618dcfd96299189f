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
    match expr:
        case s.Subscript(value=s.Ref(name=name), index=s.Items(values=(own, *markers))):
            found = names.resolve(code, name)
            if isinstance(found, External) and found.name == "typing.Annotated":
                inner = unwrapped(own, code, names, depth + 1)
                calls = tuple(m for m in markers if isinstance(m, s.Call))
                return Declared(inner.expr, inner.code, (*inner.markers, *calls))
        case s.Ref(name=name):
            found = names.resolve(code, name)
            if isinstance(found, Variable) and found.bindings[-1].kind == "assign":
                value = found.bindings[-1].expr
                if isinstance(value, s.Subscript | s.Operation) or (isinstance(value, s.Ref) and value.name != name):
                    return unwrapped(value, found.code, names, depth + 1)
        case str() if _NAME.fullmatch(expr):
            return unwrapped(s.Ref(expr), code, names, depth + 1)
    return Declared(expr, code)


def classes_in(expr: s.Expr, code: Code, names: Names) -> Iterator[Class]:
    """Classes of the project that a type mentions, through containers, unions, ``Annotated`` and aliases."""
    # What an alias stands for is looked into once: aliases of aliases multiply.
    entered: dict[int, s.Expr] = {}
    pending: list[tuple[s.Expr, Code, int]] = [(expr, code, 0)]
    while pending:
        part, scope, depth = pending.pop()
        declared = unwrapped(part, scope, names)
        if depth > MAX_DEPTH or (declared.expr is not part and id(declared.expr) in entered):
            continue
        entered[id(declared.expr)] = declared.expr
        inner: tuple[s.Expr, ...] = ()
        match declared.expr:
            case s.Ref(name=name):
                found = names.resolve(declared.code, name)
                if isinstance(found, Class):
                    yield found
            case s.Subscript(value=value, index=index):
                inner = (value, *(index.values if isinstance(index, s.Items) else (index,)))
            case s.Operation(op="|", operands=operands) | s.Items(values=operands):
                inner = operands
        pending.extend((one, declared.code, depth + 1) for one in reversed(inner))


def classes_under(declared: Declared, names: Names) -> tuple[Class, ...]:
    """The classes that a type mentions and those that their fields mention, the outermost first, each once."""
    mentioned = tuple(classes_in(declared.expr, declared.code, names))
    return tuple(dict.fromkeys((*mentioned, *(inner for cls in mentioned for inner in _within(cls)))))


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
    names = cls.module.project.names
    fields = (field.declared for field in fields_of(cls) if not _stays_behind(field))
    return tuple(one for field in fields for one in classes_in(field.expr, field.code, names))


def _stays_behind(field: Input) -> bool:
    """Relations of a table are not written with its row, excluded fields never."""
    return any(m.method.lower() == "relationship" or m.keyword("exclude") is True for m in field.declared.markers)


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
    names = cls.module.project.names
    found: dict[str, Input] = {}
    for ancestor in cls.ancestry.project:
        for field in ancestor.facts.fields:
            if field.annotated and field.name not in found:
                found[field.name] = _field(ancestor, field, names)
    return tuple(found.values())


def _field(owner: Class, field: FieldFacts, names: Names) -> Input:
    declared = unwrapped(field.annotation, owner.module, names)
    markers = (field.value,) if isinstance(field.value, s.Call) else ()
    default = field.value if field.has_value else s.MISSING
    return Input(field.name, Declared(declared.expr, declared.code, (*declared.markers, *markers)), default, field.line)


def _parameters(function: Function, injected: tuple[Injected, ...], names: Names) -> Iterator[Input]:
    provided = {i.parameter for i in injected}
    parameters = function.facts.parameters[1:] if function.receiver else function.facts.parameters
    for parameter in parameters:
        if parameter.name not in provided and parameter.kind not in ("args", "kwargs"):
            found = _parameter(function, parameter, names)
            if not _is_plain_object(found.declared, names) and not _is_the_request(found.declared, names):
                yield found


def _is_the_request(declared: Declared, names: Names) -> bool:
    """Whether FastAPI gives the parameter something of its own: the request, the response to come, the background tasks."""
    found = names.resolve(declared.code, declared.expr.name) if isinstance(declared.expr, s.Ref) else None
    return isinstance(found, External) and found.name in _GIVEN


def _is_plain_object(declared: Declared, names: Names) -> bool:
    """Whether a type is an ordinary class, which FastAPI refuses as a parameter: where the app starts all the same, the
    signature is replaced by something that the code does not show, a generated dependency say."""
    expr = declared.expr.value if isinstance(declared.expr, s.Subscript) else declared.expr
    cls = names.resolve(declared.code, expr.name) if isinstance(expr, s.Ref) else None
    return isinstance(cls, Class) and all(
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
    markers = (parameter.default,) if isinstance(parameter.default, s.Call) else ()
    default = parameter.default if parameter.has_default else s.MISSING
    return Input(
        parameter.name, Declared(declared.expr, declared.code, (*declared.markers, *markers)), default, parameter.line
    )
