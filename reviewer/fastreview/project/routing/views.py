"""Class-based views of libraries that bring decorators of their own: ``@get("/x")`` on the methods of a class, whose
instance or class method then gives the router."""

from __future__ import annotations

from collections.abc import Iterator

from fastreview.facts import syntax as s
from fastreview.project.code import Class, Function
from fastreview.project.constants import Given
from fastreview.project.names import External
from fastreview.project.routing.finding import Finder
from fastreview.project.routing.routers import METHODS, Registered, Router
from fastreview.project.values import Instance, Value, Values


class Views:
    def __init__(self, values: Values, finder: Finder) -> None:
        self._values = values
        self._finder = finder
        self._made: dict[int, Router] = {}

    def of(self, given: Given) -> list[Router]:
        """The router of ``view.router`` or ``View.create_router()``; empty where no class of the project has such routes."""
        owner = _owner(given.expr)
        value: Value | None = self._values.of(owner, given.code) if owner is not None else None
        cls = value.of if isinstance(value, Instance) else value
        if not isinstance(cls, Class):
            return []
        if id(cls) not in self._made:
            routes = list(self._routes(cls))
            if not routes:
                return []
            self._made[id(cls)] = self._router(cls, routes)
        return [self._made[id(cls)]]

    def _router(self, cls: Class, routes: list[Registered]) -> Router:
        made = s.Call(s.Ref(cls.facts.qualname), (), (), cls.facts.line, 0, cls.facts.line)
        router = Router(made, cls.module, False, cls, cls.module)
        field = cls.field("prefix")
        if field is not None and field[1].has_value:
            router.prefix = Given(field[1].value, field[0].module)
        router.entries += routes
        self._finder.routers.append(router)
        return router

    def _routes(self, cls: Class) -> Iterator[Registered]:
        for ancestor in cls.ancestry.project:
            for method in ancestor.methods.values():
                for decorator, line in zip(method.facts.decorators, method.facts.decorator_lines, strict=True):
                    if isinstance(decorator, s.Call) and self._is_verb(decorator, method):
                        path = decorator.args[0] if decorator.args else decorator.keyword("path")
                        if isinstance(path, str):
                            verb = (decorator.method.upper(),)
                            yield Registered(verb, path, method, decorator, method.module, line)

    def _is_verb(self, decorator: s.Call, method: Function) -> bool:
        """Whether it is a library's function named for a method of HTTP, and none of a router's."""
        called = self._values.names.resolve(method.module, decorator.name) if decorator.method in METHODS else None
        return isinstance(called, External) and called.package not in ("fastapi", "starlette")


def _owner(expr: s.Expr) -> s.Expr | None:
    match expr:
        case s.Call():
            return expr.receiver
        case s.Attribute(value=value):
            return value
        case s.Ref(name=name) if "." in name:
            return s.Ref(name.rpartition(".")[0])
    return None
