"""Exception handlers: what they handle and what runs, as declared and as the running app has them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import Class, Code, Function
from fastreview.project.libraries import canonical
from fastreview.project.names import External
from fastreview.project.subject import Place
from fastreview.project.values import Bound

if TYPE_CHECKING:
    from fastreview.project.routes import App
    from fastreview.project.routing import Router

_STATUS = re.compile(r"\d{3}")


@dataclass(frozen=True, eq=False)
class ExceptionHandler:
    """``handles`` is the full name of an exception class (``starlette.exceptions.HTTPException``, the key of one of the
    project's) or a status code in digits, "" where the code does not tell. ``function`` is None for a library's,
    ``router`` the app that it is registered on."""

    router: Router
    handles: str
    function: Function | None
    place: Place
    code: Code


def handlers_of(app: App) -> Iterator[ExceptionHandler]:
    """The handlers that the code registers on ``app`` and on the apps that it mounts, and those that only the running app
    shows to be the project's."""
    declared = tuple(_declared(app))
    yield from declared
    known = {(id(handler.function), handler.handles.rpartition(".")[2]) for handler in declared}
    shown = zip(app.facts.handled, app.facts.exception_handlers, strict=False) if app.facts is not None else ()
    for handled, (name, place) in shown:
        function = app.project.function_at(place)
        if function is not None and app.router is not None and (id(function), name) not in known:
            yield ExceptionHandler(app.router, canonical(handled), function, function.place, function.module)


def _declared(app: App) -> Iterator[ExceptionHandler]:
    for router in app.routers:
        for handled, handler, code, line in router.exception_handlers:
            yield _handler(app, router, handled, handler, code, line)
        for mapping, code in _mappings(app, router.call.keyword("exception_handlers"), router.code):
            for key, value in zip(mapping.keys, mapping.values, strict=True):
                yield _handler(app, router, key, value, code, router.call.line if code is router.code else 0)


def main_handlers_of(app: App) -> Iterator[ExceptionHandler]:
    """Those of the app that answers most routes, ``app`` or one that it mounts: what goes wrong in a mounted app reaches
    its own handlers only."""
    chains = (route.listed.chain for route in app.routes if route.listed is not None)
    answering = Counter(next((r for r, _ in reversed(chain) if r.is_app), app.router) for chain in chains)
    main = max(answering, key=answering.__getitem__, default=app.router)
    return (handler for handler in app.exception_handlers if handler.router is main)


def _mappings(app: App, given: s.Expr | s.Missing, code: Code) -> Iterator[tuple[s.Mapping, Code]]:
    match given:
        case s.Mapping():
            yield given, code
        case s.Ref():
            origin = app.project.constants.origin(given, code, None)
            if origin is not None and isinstance(origin[0], s.Mapping):
                yield origin[0], origin[1]


def _handler(app: App, router: Router, handled: s.Expr, handler: s.Expr, code: Code, line: int) -> ExceptionHandler:
    value = app.project.values.of(handler, code)
    if value is None and isinstance(handler, s.Ref):
        # A decorated function is registered under its qualified name.
        own = code.module.by_qualname.get(handler.name)
        value = own if isinstance(own, Function) else None
    function = value.function if isinstance(value, Bound) else value if isinstance(value, Function) else None
    return ExceptionHandler(router, _handled(app, handled, code), function, Place(code.module.path, line), code)


def _handled(app: App, expr: s.Expr, code: Code) -> str:
    if isinstance(expr, int):
        return str(expr)
    match app.project.values.of(expr, code):
        case External(name=name):
            status = _STATUS.search(name.rpartition(".")[2])
            return status[0] if status and not name[-1:].islower() else name
        case Class() as cls:
            return cls.key
    return ""
