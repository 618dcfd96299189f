"""Whether a value is text that a client sent as it came: from where it is used back to the parameter of a route.

What cannot hold arbitrary text (numbers, UUIDs, dates, enumerations, patterns) and what is compared with allowed values is
not. A value whose way cannot be followed is not either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import (
    CallSite,
    Class,
    Code,
    External,
    Function,
    Place,
    Project,
    Route,
    Variable,
    fields_of,
    syntax,
    unwrapped,
)
from fastreview_checks.knowledge.callers import callers

MAX_STEPS = 5
MAX_CALLERS = 12
_TEXT = frozenset(
    {
        "builtins.str",
        "builtins.list",
        "builtins.dict",
        "typing.Any",
        "typing.Optional",
        "typing.List",
        "typing.Dict",
        "typing.Union",
    }
)
_SHAPING = frozenset(
    {
        "strip",
        "lower",
        "upper",
        "lstrip",
        "rstrip",
        "title",
        "split",
        "format",
        "join",
        "str",
        "decode",
        "encode",
        "replace",
        "model_dump",
        "dict",
        "items",
        "get",
        "list",
    }
)
"""Calls whose result is as free as what they are given."""
_FROM_REQUEST = ("query_params", "path_params", "headers", "cookies")
_CHECKING = frozenset({"isidentifier", "isalnum", "isdigit", "isnumeric", "hasattr", "getattr"})
_MATCHING = re.compile(r"^(?:re|regex)\.|(?:pattern|regex|_re)\.|^_?(?-i:[A-Z][A-Z_]+)\.", re.IGNORECASE)
"""How regular expressions are called, up to the method."""
_PATTERN_METHODS = frozenset({"match", "fullmatch", "search"})


class Arrival(NamedTuple):
    """Where text enters: the parameter of a route's function, and the calls from there to its use."""

    route: Route
    name: str
    place: Place
    way: tuple[CallSite, ...]


@lru_cache(maxsize=1)
def _entries(project: Project) -> Mapping[Function, Route]:
    found: dict[Function, Route] = {}
    for route in project.routes:
        for injected in route.dependency_tree:
            if injected.function is not None:
                found.setdefault(injected.function, route)
    for route in project.routes:
        if route.endpoint is not None:
            found[route.endpoint] = route
    return found


def arrives(expr: syntax.Expr, code: Code, project: Project) -> Arrival | None:
    """The parameter of a route whose text ``expr`` holds, or None."""
    return next(_arrivals(expr, code, project, (), 0), None)


def _arrivals(
    expr: syntax.Expr, code: Code, project: Project, way: tuple[CallSite, ...], depth: int
) -> Iterator[Arrival]:
    if depth > 4 * MAX_STEPS:
        return
    deep = depth + 1
    match expr:
        case syntax.Ref(name=name):
            yield from _named(name, code, project, way, deep)
        case (
            syntax.Await(value=value)
            | syntax.Starred(value=value)
            | syntax.Subscript(value=value)
            | syntax.Attribute(value=value)
        ):
            yield from _arrivals(value, code, project, way, deep)
        case syntax.Text(parts=parts):
            for part in parts:
                yield from _arrivals(part, code, project, way, deep)
        case syntax.Operation(op="+" | "%" | "or", operands=parts) | syntax.Items(values=parts):
            for part in parts:
                yield from _arrivals(part, code, project, way, deep)
        case syntax.Conditional(body=body, orelse=orelse):
            yield from _arrivals(body, code, project, way, deep)
            yield from _arrivals(orelse, code, project, way, deep)
        case syntax.Comprehension(element=element, sources=sources):
            yield from _arrivals(element, code, project, way, deep)
            for source in sources:
                if not isinstance(element, syntax.Text):
                    yield from _arrivals(source.iterable, code, project, way, deep)
        case syntax.Call() if expr.method in _SHAPING:
            owner = expr.name.rpartition(".")[0]
            receiver = expr.func if not expr.name else syntax.Ref(owner) if owner else None
            yield from _arrivals(receiver, code, project, way, deep)
            for given in expr.args:
                if expr.method != "get":
                    yield from _arrivals(given, code, project, way, deep)


def _named(name: str, code: Code, project: Project, way: tuple[CallSite, ...], depth: int) -> Iterator[Arrival]:
    root, _, rest = name.partition(".")
    if not isinstance(code, Function) or _is_checked(name, code):
        return
    home = code
    while root not in home.parameters and root not in home.bindings and home.parent is not None:
        home = home.parent
    for binding in home.bindings.get(root, ()):
        if binding.kind in ("assign", "extend", "iterate", "unpack-iterate", "unpack-assign"):
            yield from _arrivals(binding.expr, home, project, way, depth)
    parameter = home.parameters.get(root)
    if parameter is None or root == home.receiver:
        return
    route = _entries(project).get(home)
    if route is not None:
        if _is_free(root, rest, home, project, route):
            yield Arrival(route, name, Place(home.module.path, parameter.line), way)
        return
    if len(way) < MAX_STEPS:
        yield from _passed(home, root, rest, project, way, depth)


def _passed(
    function: Function, root: str, rest: str, project: Project, way: tuple[CallSite, ...], depth: int
) -> Iterator[Arrival]:
    position = [p.name for p in function.facts.parameters].index(root) - bool(function.receiver)
    parameter = function.parameters[root]
    if parameter.annotated and not _may_be_text(parameter.annotation, function, rest, project):
        return
    for site in callers(function, project)[:MAX_CALLERS]:
        given = site.call.argument(position, root)
        if not isinstance(given, syntax.Missing):
            whole = syntax.Ref(f"{given.name}.{rest}") if rest and isinstance(given, syntax.Ref) else given
            yield from _arrivals(whole, site.code, project, (site, *way), depth)


def _is_free(root: str, rest: str, function: Function, project: Project, route: Route) -> bool:
    """Whether the parameter of a route's function holds text that nobody has looked at."""
    parameter = function.parameters[root]
    if rest.partition(".")[0] in _FROM_REQUEST:
        return True
    given = (i for i in route.dependency_tree if (i.parameter, i.line) == (root, parameter.line))
    injected = next(given, None)
    if injected is not None:
        return isinstance(injected.provider, Class) and _may_be_text(parameter.annotation, function, rest, project)
    if isinstance(parameter.default, syntax.Call) and _is_bound(parameter.default):
        return False
    return _may_be_text(parameter.annotation, function, rest, project) if parameter.annotated else not rest


def _is_bound(marker: syntax.Call) -> bool:
    return marker.method in ("Depends", "Security") or any(
        k.name in ("pattern", "regex", "enum") for k in marker.keywords
    )


def _may_be_text(annotation: syntax.Expr, function: Function, rest: str, project: Project) -> bool:
    scope: Code = function.parent or function.module
    declared = unwrapped(annotation, scope, project.names)
    if any(_is_bound(marker) for marker in declared.markers):
        return False
    for node in syntax.walk(declared.expr):
        found = project.names.resolve(declared.code, node.name) if isinstance(node, syntax.Ref) else None
        match found:
            case External(name=name):
                if name in _TEXT - {"typing.Optional", "typing.Union", "typing.List", "builtins.list"} and not rest:
                    return True
                if name == "typing.Literal":
                    return False
            case Class() if rest:
                return _field_is_text(found, rest, project)
            case Variable() | _:
                continue
    return False


def _field_is_text(cls: Class, rest: str, project: Project) -> bool:
    name = rest.partition(".")[0]
    for field in fields_of(cls):
        if field.name == name and not any(_is_bound(marker) for marker in field.declared.markers):
            names = (n for n in syntax.walk(field.declared.expr) if isinstance(n, syntax.Ref))
            found = [project.names.resolve(field.declared.code, n.name) for n in names]
            return any(isinstance(f, External) and f.name == "builtins.str" for f in found)
    return False


@lru_cache(maxsize=2_000)
def _is_checked(name: str, code: Function) -> bool:
    """Whether ``code`` compares the value with what it allows, or with a pattern."""
    for stmt in code.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                match node:
                    case syntax.Operation(op="in" | "not in" | "==" | "!=", operands=(first, *others)):
                        if _is(first, name) and not any(isinstance(o, str) and not o for o in others):
                            return True
                    case syntax.Call() if node.method in _CHECKING or _matches(node):
                        if any(_is(given, name) for given in node.args) or _is(node.func, f"{name}.{node.method}"):
                            return True
                    case _:
                        pass
    return False


def _matches(call: syntax.Call) -> bool:
    return call.method in _PATTERN_METHODS and _MATCHING.search(call.name) is not None


def _is(expr: syntax.Expr, name: str) -> bool:
    while (
        isinstance(expr, syntax.Call)
        and isinstance(expr.func, syntax.Ref)
        and expr.method in _SHAPING
        and "." in expr.func.name
    ):
        expr = syntax.Ref(expr.func.name.rpartition(".")[0])
    return isinstance(expr, syntax.Ref) and expr.name == name
