"""Exception handlers: what they handle and what runs, as declared and as the running app has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import Class, Code, Function
from fastreview.project.names import External
from fastreview.project.subject import Place
from fastreview.project.values import Bound

if TYPE_CHECKING:
    from fastreview.project.routes import App

_STATUS = re.compile(r"\d{3}")


@dataclass(frozen=True, eq=False)
class ExceptionHandler:
    """``handles`` is the full name of an exception class (``starlette.exceptions.HTTPException``, the key of one of the
    project's) or a status code in digits, "" where the code does not tell. ``function`` is None for a library's."""

    handles: str
    function: Function | None
    place: Place
    code: Code


def handlers_of(app: App) -> Iterator[ExceptionHandler]:
    """The handlers that the code registers on ``app`` and on the apps that it mounts."""
    for router in app.routers:
        for handled, handler, code, line in router.exception_handlers:
            yield _handler(app, handled, handler, code, line)
        for mapping, code in _mappings(app, router.call.keyword("exception_handlers"), router.code):
            for key, value in zip(mapping.keys, mapping.values, strict=True):
                yield _handler(app, key, value, code, router.call.line if code is router.code else 0)


def _mappings(app: App, given: s.Expr | s.Missing, code: Code) -> Iterator[tuple[s.Mapping, Code]]:
    match given:
        case s.Mapping():
            yield given, code
        case s.Ref():
            origin = app.project.constants.origin(given, code, None)
            if origin is not None and isinstance(origin[0], s.Mapping):
                yield origin[0], origin[1]


def _handler(app: App, handled: s.Expr, handler: s.Expr, code: Code, line: int) -> ExceptionHandler:
    value = app.project.values.of(handler, code)
    if value is None and isinstance(handler, s.Ref):
        # A decorated function is registered under its qualified name.
        own = code.module.by_qualname.get(handler.name)
        value = own if isinstance(own, Function) else None
    function = value.function if isinstance(value, Bound) else value if isinstance(value, Function) else None
    return ExceptionHandler(_handled(app, handled, code), function, Place(code.module.path, line), code)


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
