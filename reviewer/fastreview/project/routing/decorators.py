"""Registrations by decorators: ``@router.get("/x")``, under another name, looked up, or applied by hand."""

from __future__ import annotations

from collections.abc import Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import Code, Function, Module
from fastreview.project.constants import Given
from fastreview.project.names import Names, Variable
from fastreview.project.routing.arguments import Arguments
from fastreview.project.routing.contexts import Context, Contexts
from fastreview.project.routing.finding import called_function
from fastreview.project.routing.registry import Registry
from fastreview.project.routing.routers import Router
from fastreview.project.routing.vocabulary import DECORATORS, DYNAMIC, serves
from fastreview.project.routing.wrappers import parameters_behind


class Decorators:
    def __init__(self, registry: Registry, arguments: Arguments, contexts: Contexts, names: Names) -> None:
        self._registry = registry
        self._arguments = arguments
        self._contexts = contexts
        self._names = names
        self._made: dict[tuple[int, str, int], s.Call] = {}

    def above(self, function: Function, decorator: s.Call, line: int) -> None:
        """A decorator that is called, on the line where it stands."""
        scope = function.parent or function.module
        func = decorator.func
        if type(func) is s.Ref:
            owner, _, method = func.name.rpartition(".")
            if owner and method in DECORATORS:
                own = self._class_router(function, func)
                if own is None:
                    self.declared(decorator, function, scope, line)
                for router in own or ():
                    self._registry.add_route(router, decorator, function, scope, line, Context(None, {}))
            elif not owner:
                renamed = self._renamed(decorator, scope)
                if renamed is not None:
                    self.declared(renamed, function, scope, line)
        elif type(func) is s.Call:
            self.looked_up(decorator, scope, function)
        elif decorator.method in DECORATORS:
            self.declared(decorator, function, scope, line)

    def _class_router(self, function: Function, decorator: s.Ref) -> list[Router] | None:
        """``@router.get`` in a class body where ``router`` is a name of that body."""
        owner = function.owner
        field = owner.fields.get(decorator.root) if owner is not None and decorator.name.count(".") == 1 else None
        if field is None or not field.has_value:
            return None
        return self._registry.finder.find(field.value, function.module)

    def _renamed(self, decorator: s.Call, scope: Code) -> s.Call | None:
        """``@get("/x")`` after ``get = router.get`` or ``get = partial(router.get, tags=["x"])``."""
        found = self._names.lookup(scope, decorator.name)
        made: s.Expr = found.bindings[-1].expr if isinstance(found, Variable) and found.code is scope else None
        more: tuple[s.Keyword, ...] = ()
        if type(made) is s.Call and made.method == "partial" and len(made.args) == 1:
            more = made.keywords
            made = made.args[0]
        if type(made) is not s.Ref or "." not in made.name or made.last not in DECORATORS:
            return None
        return s.Call(
            made, decorator.args, (*decorator.keywords, *more), decorator.line, decorator.col, decorator.end_line
        )

    def looked_up(self, call: s.Call, code: Code, endpoint: Function | None = None) -> None:
        """``getattr(router, method)("/x")``, as a decorator or with the endpoint in further parentheses."""
        lookup = call.func
        if type(lookup) is not s.Call or lookup.name != DYNAMIC or len(lookup.args) != 2 or not serves(code.module):
            return
        for context in self._contexts.of(call, code):
            method = self._arguments.text(lookup.args[1], code, context.env)
            if method in DECORATORS and isinstance(lookup.args[0], s.Ref | s.Call | s.Attribute):
                named = s.Call(
                    s.Attribute(lookup.args[0], method), call.args, call.keywords, call.line, call.col, call.end_line
                )
                self._declaration(named, endpoint, code, call.line, context)

    def applied(self, declared: s.Call, endpoint: s.Expr, code: Code, line: int) -> None:
        """``router.get("/x")(endpoint)``."""
        if declared.receiver is None:
            return
        whole = s.Call(declared.func, (*declared.args, endpoint), declared.keywords, line, 0, line)
        for context in self._contexts.of(whole, code):
            function = called_function(self._arguments.value(endpoint, code, context.env))
            self._declaration(declared, function, code, line, context)

    def handed_in(self, declared: s.Call, endpoint: s.Expr, code: Code, line: int) -> None:
        """``method("/x")(endpoint)`` where ``method`` is a parameter that is given ``router.get``."""
        whole = s.Call(declared.func, (*declared.args, endpoint), declared.keywords, line, 0, line)
        for context in self._contexts.of(whole, code):
            given = self._given_method(parameters_behind(declared.name, code), context)
            if given is not None and type(given.expr) is s.Ref:
                function = called_function(self._arguments.value(endpoint, code, context.env))
                call = self._as(declared, given.expr, given.code)
                self._declaration(call, function, code, line, context, given)

    @staticmethod
    def _given_method(names: Sequence[str], context: Context) -> Given | None:
        """The method of a router that the first of these parameters is given that is given anything."""
        for name in names:
            given = context.env.get(name) if context.env else None
            if given is None or given.expr is None:
                continue
            is_method = type(given.expr) is s.Ref and "." in given.expr.name and given.expr.last in DECORATORS
            return given if is_method else None
        return None

    def _as(self, declared: s.Call, func: s.Ref, of: Code) -> s.Call:
        """The same call of ``func``; the same object each time, since registrations are told apart by their calls."""
        made = s.Call(func, declared.args, declared.keywords, declared.line, declared.col, declared.end_line)
        return self._made.setdefault((id(declared), func.name, id(of)), made)

    def declared(self, call: s.Call, endpoint: Function | None, code: Code, line: int) -> None:
        """``router.get("/x")`` in every context of ``code``."""
        if call.receiver is None:
            return
        if type(code) is Module and call.args and type(call.args[0]) is str:
            self._declaration(call, endpoint, code, line, Context(None, {}))
            return
        for context in self._contexts.of(call, code):
            if not self._declaration(call, endpoint, code, line, context) and context.decoration is not None:
                # `kwargs.get(...)` in a decorator is nothing for all that it is put on.
                return

    def _declaration(
        self,
        call: s.Call,
        endpoint: Function | None,
        code: Code,
        line: int,
        context: Context,
        given: Given | None = None,
    ) -> bool:
        """Whether there is a router that it is about; what stands in front of the call is that of ``given``, if any."""
        if given is None:
            routers = list(self._registry.routers(call.receiver, code, context, call))
        else:
            routers = list(self._registry.routers(call.receiver, given.code, Context(given.env, {}), call))
        for router in routers:
            match call.method:
                case "middleware":
                    if endpoint and endpoint not in router.middleware_functions:
                        router.middleware_functions.append(endpoint)
                case "exception_handler":
                    if endpoint and call.args and self._registry.is_new(router, call):
                        handler = s.Ref(endpoint.qualname)
                        router.exception_handlers.append((call.args[0], handler, code, line))
                case "on_event":
                    if self._registry.is_new(router, call):
                        router.events.append((self._arguments.event(call, code, context.env), endpoint or code, line))
                case _:
                    self._registry.add_route(router, call, endpoint, code, line, context)
        return bool(routers)
