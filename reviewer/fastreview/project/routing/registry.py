"""Which routers a registration is about, and what was entered on them so far: every kind of registration ends here."""

from __future__ import annotations

from collections.abc import Iterator

from fastreview.facts import syntax as s
from fastreview.project.code import Code, Function
from fastreview.project.routing.arguments import Arguments
from fastreview.project.routing.contexts import Context
from fastreview.project.routing.finding import Finder
from fastreview.project.routing.routers import METHODS, Included, Registered, Router, Via


class Registry:
    """Fills the routers that ``finder`` knows."""

    def __init__(self, finder: Finder, arguments: Arguments) -> None:
        self.finder = finder
        self._arguments = arguments
        self._entered: set[tuple[object, ...]] = set()
        # The first call of a function that makes an app is the one that registers on it: each makes an app of its own.
        self._apps_of: dict[tuple[int, int], int] = {}

    def routers(self, receiver: s.Expr | None, code: Code, context: Context, call: s.Call) -> Iterator[Router]:
        """What ``receiver``, in front of the registration ``call``, stands for in ``context``."""
        if receiver is None:
            return
        for found in self.finder.find(receiver, code, context.env):
            router = self.finder.made_at(found, context.calls)
            at = context.calls.get(id(router.made_in))
            if at is None or self._apps_of.setdefault((id(router), id(call)), id(at.expr)) == id(at.expr):
                yield router

    def is_new(self, *what: object) -> bool:
        """Whether this is registered for the first time: several calls of one function may come to the same."""
        key = tuple([one if isinstance(one, str | tuple) else id(one) for one in what])
        new = key not in self._entered
        self._entered.add(key)
        return new

    def add_route(
        self, router: Router, call: s.Call, endpoint: Function | None, code: Code, line: int, context: Context
    ) -> None:
        """The route that ``call``, a decorator or ``add_api_route``, declares."""
        method = call.method
        path = self._arguments.path(self._arguments.given(call, 0, "path", code, context.env))
        if method in METHODS:
            methods: tuple[str, ...] = (method.upper(),)
        elif "websocket" in method:
            methods = ("WS",)
        else:
            methods = self._arguments.methods(call, code, context.env) or ("GET",)
        if context.decoration is not None and (endpoint is None or _stands_in(endpoint, code)):
            endpoint = context.decoration.endpoint
        if self.is_new(router, call, methods, path, endpoint):
            via = _via(context, code, router)
            router.entries.append(Registered(methods, path, endpoint, call, code, line, context.env, via))

    def join(
        self,
        router: Router,
        child: Router,
        prefix: str,
        call: s.Call,
        code: Code,
        context: Context,
        *,
        mount: bool,
        of: s.Expr = None,
    ) -> None:
        """Includes or mounts ``child``. A list may hold a router twice: another name ``of`` it is another turn."""
        if child is not router and self.is_new(router, child, prefix, call, of):
            via = _via(context, code, router)
            router.entries.append(Included(child, prefix, call, code, mount, via, context.env))


def _stands_in(endpoint: Function, code: Code) -> bool:
    """Whether ``endpoint`` is made inside ``code``: what a decorator puts in the place of what it is put on."""
    return endpoint.parent is not None and endpoint.module is code.module


def _via(context: Context, code: Code, router: Router) -> Via | None:
    """The call that the registration is seen at, where it stands in a function of the project."""
    if context.decoration is not None:
        call, scope, _, line = context.decoration
        return Via(call, scope, line)
    function = code if isinstance(code, Function) else None
    while function is not None:
        at = context.calls.get(id(function))
        if at is not None and isinstance(at.expr, s.Call):
            return None if router.comes_from(function) else Via(at.expr, at.code, at.expr.line)
        function = function.parent
    return None
