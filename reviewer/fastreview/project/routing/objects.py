"""Routes as objects: ``FastAPI(routes=[Route("/x", endpoint)])``, ``app.routes.append(...)``, ``app.routes += ...``."""

from __future__ import annotations

from fastreview.facts import syntax as s
from fastreview.project.code import Class, Code
from fastreview.project.constants import Given
from fastreview.project.libraries import canonical
from fastreview.project.names import External
from fastreview.project.routing.arguments import Arguments
from fastreview.project.routing.contexts import Context, Contexts
from fastreview.project.routing.finding import called_function
from fastreview.project.routing.includes import Includes
from fastreview.project.routing.registry import Registry
from fastreview.project.routing.routers import Registered, Router
from fastreview.project.values import Values

_CLASSES = {
    canonical("fastapi.routing.APIRoute"): ("GET",),
    canonical("fastapi.routing.APIWebSocketRoute"): ("WS",),
    canonical("starlette.routing.Route"): ("GET",),
    canonical("starlette.routing.WebSocketRoute"): ("WS",),
    canonical("starlette.routing.Mount"): (),
}
"""Classes of routes with the methods that they have where none are named."""
_NAMES = frozenset({"routes", *(name.rpartition(".")[2] for name in _CLASSES)})
_ASSIGNED = frozenset({"routes", "prefix"})
_GROWING = frozenset({"append", "extend", "insert"})


class Objects:
    """Reads code of modules that import the framework."""

    def __init__(
        self, registry: Registry, arguments: Arguments, includes: Includes, contexts: Contexts, values: Values
    ) -> None:
        self._registry = registry
        self._arguments = arguments
        self._includes = includes
        self._contexts = contexts
        self._values = values

    def read(self, code: Code) -> None:
        called, mentioned = code.called, code.mentioned
        if not _GROWING.isdisjoint(called) and not (_NAMES.isdisjoint(called) and _NAMES.isdisjoint(mentioned)):
            self._grown(code)
        if not _ASSIGNED.isdisjoint(mentioned):
            self._assigned(code)

    def at_creation(self, router: Router) -> None:
        """``FastAPI(routes=[Route("/x", endpoint)])``."""
        given = router.call.keyword("routes")
        if not isinstance(given, s.Missing):
            self._add_all(router, given, router.call, router.code, Context(router.env, {}))

    def _grown(self, code: Code) -> None:
        """``app.routes.append(Route("/x", endpoint))``, ``app.router.routes.extend(other.routes)``."""
        for site in code.calls:
            call = site.call
            owner = call.receiver if call.method in _GROWING and call.args else None
            if type(owner) is s.Ref and owner.name.endswith(".routes"):
                for context in self._contexts.of(call, code):
                    self._add_to(owner, call.args[-1], call, code, context)

    def _assigned(self, code: Code) -> None:
        """``app.router.routes += other.routes``, ``router.prefix = "/x"``."""
        for stmt in code.statements:
            if type(stmt) is not s.Assign or len(stmt.targets) != 1 or type(stmt.targets[0]) is not s.Ref:
                continue
            target = stmt.targets[0]
            owner, _, last = target.name.rpartition(".")
            if owner and last == "prefix" and not stmt.op and stmt.has_value:
                for router in self._registry.finder.find(s.Ref(owner), code):
                    router.prefix = Given(stmt.value, code)
            elif owner and last == "routes" and stmt.op == "+":
                call = s.Call(s.Ref(f"{target.name}.extend"), (stmt.value,), (), stmt.line, 0, stmt.line)
                self._add_to(target, stmt.value, call, code, Context(None, {}))

    def _add_to(self, routes: s.Ref, given: s.Expr, call: s.Call, code: Code, context: Context) -> None:
        owner = s.Ref(routes.name.rpartition(".")[0])
        for router in self._registry.routers(owner, code, context, call):
            self._add_all(router, given, call, code, context)

    def _add_all(self, router: Router, given: s.Expr, call: s.Call, code: Code, context: Context) -> None:
        if type(given) is s.Ref and given.name.endswith(".routes"):
            for child in self._registry.finder.find(s.Ref(given.name.rpartition(".")[0]), code, context.env):
                self._registry.join(router, child, "", call, code, context, mount=False)
            return
        for made in self._arguments.items(given, code, context.env):
            if type(made.expr) is s.Call:
                self._add(router, made.expr, made.code, Context(made.env, {}))

    def _add(self, router: Router, made: s.Call, code: Code, context: Context) -> None:
        """``Route("/x", endpoint)``, or a class derived from that."""
        cls = self._values.of(made.func, code)
        name = cls.name if isinstance(cls, External) else ""
        if isinstance(cls, Class):
            name = next((n for n in sorted(cls.ancestry.external) if n in _CLASSES), "")
        if name not in _CLASSES:
            return
        if name.endswith("Mount"):
            self._includes.mount(router, made, code, context)
            return
        endpoint = self._arguments.given(made, 1, "endpoint", code, context.env)
        function = called_function(self._arguments.value(*endpoint)) if endpoint is not None else None
        methods = self._arguments.methods(made, code, context.env) or _CLASSES[name]
        path = self._arguments.path(self._arguments.given(made, 0, "path", code, context.env))
        if self._registry.is_new(router, made, methods, path):
            registered = Registered(methods, path, function, made, code, made.line, context.env, bare=True)
            router.entries.append(registered)
