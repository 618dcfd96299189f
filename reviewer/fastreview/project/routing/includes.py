"""How apps and routers are joined: ``include_router``, ``mount`` and ``host``."""

from __future__ import annotations

from fastreview.facts import syntax as s
from fastreview.project.branches import branches
from fastreview.project.code import Code
from fastreview.project.libraries import ROUTES
from fastreview.project.names import External, Variable
from fastreview.project.routing.arguments import UNKNOWN_PATH, Arguments
from fastreview.project.routing.contexts import Context
from fastreview.project.routing.discovered import left_over, modules_searched
from fastreview.project.routing.registry import Registry
from fastreview.project.routing.routers import Included, Registered, Router
from fastreview.project.routing.views import Views
from fastreview.project.values import Value, Values

_OF_NO_ROUTES = ("fastapi.", "starlette.")


class Includes:
    def __init__(self, registry: Registry, arguments: Arguments, values: Values) -> None:
        self._registry = registry
        self._arguments = arguments
        self._values = values
        self._views = Views(values, registry.finder)
        self._open: list[tuple[Router, str, s.Call, s.Expr, Code]] = []
        self.unread: dict[int, tuple[str, Code]] = {}
        """By the id of an include: the router of a library that it includes, of which no route is known, and the code."""

    def include(self, router: Router, call: s.Call, code: Code, context: Context) -> None:
        given = self._arguments.given(call, 0, "router", code, context.env)
        if given is None:
            return
        prefix = self._arguments.given(call, 1, "prefix", code, context.env)
        text = "" if prefix is None else self._arguments.path(prefix)
        children = self._registry.finder.find(*given) or self._library_router(given.expr, call, given.code)
        children = children or self._views.of(given)
        for child in children:
            self._registry.join(router, child, text, call, code, context, mount=False, of=given.expr)
        if not children:
            value = self._brought(given.expr, given.code)
            if isinstance(value, External):
                if not value.name.startswith(_OF_NO_ROUTES):
                    self.unread[id(call)] = value.name, code
            elif type(given.expr) is s.Ref:
                self._open.append((router, text, call, given.expr, code))

    def mount(self, router: Router, call: s.Call, code: Code, context: Context) -> None:
        given = self._arguments.given(call, 1, "app", code, context.env)
        if given is None:
            return
        path = ""
        if call.method != "host":
            # What a host name stands in front of is no part of the path.
            where = self._arguments.given(call, 0, "path", code, context.env)
            path = self._arguments.path(where)
            if path == UNKNOWN_PATH and where is not None and _is_optional(where.expr, call, code):
                path = ""
        for child in self._registry.finder.find(*given):
            self._registry.join(router, child, path, call, code, context, mount=True)

    def include_discovered(self) -> None:
        """What code includes that it does not name, once all else is known: routers of the modules that it imports by names put
        together, and for the first of the others those that nobody else includes."""
        others = []
        for router, prefix, call, given, code in self._open:
            searched = modules_searched(given, code, self._values.names)
            if searched is None:
                others.append((router, prefix, call, code))
                continue
            pattern, attribute = searched
            homes = {one.code.module.name: one.code.module for one in self._registry.finder.routers}
            for name in sorted(homes):
                found = self._registry.finder.find(s.Ref(attribute), homes[name]) if pattern.fullmatch(name) else []
                router.entries += [Included(one, prefix, call, code, mount=False) for one in found if one is not router]
        for router, prefix, call, code in others[:1]:
            found = list(left_over(self._registry.finder.routers, code.module))
            router.entries += [Included(one, prefix, call, code, mount=False) for one in found]

    def _brought(self, given: s.Expr, code: Code) -> Value | None:
        """What is included, or what makes it: an annotation as a router says less than what is assigned."""
        if type(given) is s.Call:
            return self._values.of(given.func, code)
        if type(given) is s.Ref:
            definition = None if given.name in code.bindings else self._values.names.lookup(code, given.name)
            owner = definition.code if isinstance(definition, Variable) else code
            bindings = definition.bindings if isinstance(definition, Variable) else code.bindings.get(given.name, ())
            for binding in bindings:
                if binding.kind == "assign" and type(binding.expr) is s.Call:
                    return self._values.of(binding.expr.func, owner)
        return self._values.of(given, code)

    def _library_router(self, given: s.Expr, call: s.Call, code: Code) -> list[Router]:
        """A router that a library brings or makes, with the routes that are known of it."""
        value = self._brought(given, code)
        routes = ROUTES.get(value.name, ()) if isinstance(value, External) else ()
        if not routes:
            return []
        made = s.Call(s.Ref("APIRouter"), (), (), call.line, call.col, call.end_line)
        router = Router(made, code, False, None, code)
        name = value.name if isinstance(value, External) else ""
        router.entries += [
            Registered((method,), path, None, made, code, call.line, library=name, guard=guard)
            for method, path, guard in routes
        ]
        self._registry.finder.routers.append(router)
        return [router]


def _is_optional(path: s.Expr, call: s.Call, code: Code) -> bool:
    """Whether it is mounted there only where the setting says where: ``if settings.base_url: app.mount(settings.base_url,
    api)``. Without the setting the paths have no such prefix."""
    around = branches(code).get(call.line, ())
    return any(taken and path in s.walk(stmt.test) for stmt, taken in around)
