"""Middleware: library classes with their options, and the project's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.facts.app import MiddlewareFacts
from fastreview.project.code import Class, Code, Function
from fastreview.project.kept_property import cached_property
from fastreview.project.subject import Place, Subject

if TYPE_CHECKING:
    from fastreview.project.routes import App
    from fastreview.project.routing import Router


class Middleware(Subject):
    """One entry of an app's middleware stack.

    ``library`` is the full name of a library's class, else ""; ``cls`` and ``function`` are the project's own. ``options``
    are the arguments as written, ``facts`` what the running app showed. ``router`` is the app that has it in its stack:
    ``app`` itself or one that it mounts; None where only the running app shows it.
    """

    unit = "middleware"

    def __init__(
        self,
        app: App,
        name: str,
        library: str,
        cls: Class | None,
        function: Function | None,
        options: dict[str, s.Expr],
        code: Code | None,
        at: Place,
        facts: MiddlewareFacts | None = None,
        router: Router | None = None,
    ) -> None:
        self.app = app
        self.name = name
        self.library = library
        self.cls = cls
        self.function = function
        self.options = options
        self.code = code
        self.facts = facts
        self.router = router
        self._at = at

    @property
    def key(self) -> str:
        return f"{self.app.key} {self.name}"

    @property
    def place(self) -> Place:
        return self._at

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """What of the project runs for each request: the function, or ``dispatch`` and ``__call__`` of the class."""
        if self.function is not None:
            return (self.function,)
        if self.cls is None:
            return ()
        found = (self.cls.method(n) for n in ("dispatch", "__call__"))
        return tuple(f for f in found if f is not None)


def stack_of(app: App) -> Iterator[Middleware]:
    """What the running app has in its own stack, outermost first, each joined by its place with what the code declares."""
    declared = [middleware for middleware in app.project.middleware if middleware.app is app]
    for shown in app.facts.middleware if app.facts is not None else ():
        if shown.mount:
            continue
        found = next((m for m in declared if _is(m, shown)), None)
        if found is not None:
            declared.remove(found)
            yield found
        else:
            place = Place(shown.place.path, shown.place.line)
            yield Middleware(app, shown.name, f"{shown.module}.{shown.name}", None, None, {}, None, place, shown)


def _is(middleware: Middleware, shown: MiddlewareFacts) -> bool:
    own = middleware.function or middleware.cls
    if own is not None:
        return (own.place.path, own.place.line) == (shown.place.path, shown.place.line)
    return not shown.place.path and middleware.name == shown.name
