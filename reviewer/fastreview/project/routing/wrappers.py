"""Functions of the project's own that register: decorators around a router's, and methods of a router's own class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import Binding, Code, Function, Module
from fastreview.project.routing.contexts import Decoration
from fastreview.project.routing.finding import called_function, router_class
from fastreview.project.routing.vocabulary import CALLS, DECORATORS, DYNAMIC, serves
from fastreview.project.values import Values

_RESERVED = DECORATORS | CALLS
_WRAPPED = _RESERVED | {"", DYNAMIC}


def decorations(modules: Sequence[Module], values: Values) -> dict[int, list[Decoration]]:
    """What decorators of the project's own that register are put on, by the id of the decorator's function."""
    used: dict[str, list[tuple[s.Call, Function, int]]] = {}
    for module in modules:
        for function in module.functions:
            facts = function.facts
            if not facts.decorators:
                continue
            for decorator, line in zip(facts.decorators, facts.decorator_lines, strict=True):
                if type(decorator) is s.Call:
                    used.setdefault(decorator.method, []).append((decorator, function, line))
    registering = {
        name
        for module in modules
        for function in module.functions
        if function.parent is not None or function.facts.name in used
        for name in _names(function)
        if name not in DECORATORS or _keeps_router(function)
    }
    found: dict[int, list[Decoration]] = {}
    for name in sorted(registering & used.keys()):
        for decorator, function, line in used[name]:
            scope = function.parent or function.module
            wrapper = called_function(values.of(decorator.func, scope))
            if wrapper is not None:
                found.setdefault(id(wrapper), []).append(Decoration(decorator, scope, function, line))
    return found


def wraps(code: Code, decorations: dict[int, list[Decoration]]) -> bool:
    """Whether it is, or stands in, a decorator of the project's own."""
    function = code if isinstance(code, Function) else None
    while function is not None:
        if id(function) in decorations:
            return True
        function = function.parent
    return False


def parameters_behind(name: str, code: Code) -> tuple[str, ...]:
    """The parameters of ``code``, or of functions that it stands in, that ``name`` is: itself, or those of ``a or b`` that it is
    set to, the first one first."""
    function = code if isinstance(code, Function) else None
    while function is not None:
        if name in function.parameters:
            return (name,)
        if name in function.bindings:
            match function.bindings[name]:
                case [Binding(kind="assign", expr=s.Ref(name=other))] if other != name:
                    return parameters_behind(other, function)
                case [Binding(kind="assign", expr=s.Operation(op="or", operands=operands))]:
                    others = (o.name for o in operands if isinstance(o, s.Ref) and o.name != name)
                    return tuple(behind for other in others for behind in parameters_behind(other, function))
            return ()
        function = function.parent
    return ()


def overrides_registration(function: Function) -> bool:
    """``def get(self, path)`` of a router's own class: what it registers is what its callers ask for."""
    current: Function | None = function
    while current is not None:
        if current.owner is not None and current.facts.name in _RESERVED:
            return router_class(current.owner) is not None
        current = current.parent
    return False


def _names(function: Function) -> Iterator[str]:
    """The names under which decorators of the project's own may be used that ``function`` is or is a part of."""
    registers = not _WRAPPED.isdisjoint(function.facts.called)
    if not registers and function.parent is not None:
        registers = any(type(d) is s.Call and d.method in DECORATORS for d in function.facts.decorators)
    current: Function | None = function if registers else None
    while current is not None:
        yield current.name
        current = current.parent


def _keeps_router(function: Function) -> bool:
    """``def get(self, path)`` of a class that keeps a router and is none itself."""
    return function.owner is not None and serves(function.module) and router_class(function.owner) is None
