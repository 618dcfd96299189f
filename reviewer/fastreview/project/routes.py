"""Apps and routes: the subjects, joined from the static table and the running app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.facts.app import AppFacts, DependantFacts, RouteFacts
from fastreview.project.code import Class, Function
from fastreview.project.contracts import Declared, Input, classes_under, inputs_of
from fastreview.project.dependencies import Injected
from fastreview.project.doubts import doubts_of
from fastreview.project.handlers import ExceptionHandler, handlers_of, main_handlers_of
from fastreview.project.http import Answers, passed_without_credentials
from fastreview.project.kept_property import cached_property
from fastreview.project.middleware import Middleware, stack_of
from fastreview.project.routing import Listed, Router, comes_first
from fastreview.project.subject import Place, Subject

if TYPE_CHECKING:
    from fastreview.project.project import Project

MUTATING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_DOCS = frozenset({"/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"})


class App(Subject):
    """A FastAPI application: ``router`` as the code declares it, ``facts`` as it was when imported; at least one is there."""

    unit = "app"

    def __init__(self, project: Project, router: Router | None, facts: AppFacts | None) -> None:
        self.project = project
        self.router = router
        self.facts = facts

    @property
    def key(self) -> str:
        if self.facts:
            return self.facts.target
        return self.router.code.module.name if self.router else ""

    @property
    def place(self) -> Place:
        if self.router:
            return self.router.place
        return Place(self.facts.place.path, self.facts.place.line) if self.facts else Place("")

    @property
    def seen(self) -> tuple[str, ...]:
        return (("static",) if self.router else ()) + (("runtime",) if self.facts else ())

    @cached_property
    def routers(self) -> tuple[Router, ...]:
        """The app as the code declares it, and the apps that it mounts."""
        return self.project.routing.mounted(self.router) if self.router is not None else ()

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        return tuple(self.project.routes_of.get(id(self), ()))

    @cached_property
    def authenticates(self) -> bool:
        """Whether any route of this app does."""
        return any(route.security for route in self.routes)

    @cached_property
    def turns_away(self) -> bool:
        """Whether the running app refused some route without credentials: authentication was on."""
        return any(route.answers_without_credentials is False for route in self.routes)

    @cached_property
    def by_path(self) -> dict[tuple[str, str], tuple[Route, ...]]:
        """Routes by method and path."""
        found: dict[tuple[str, str], list[Route]] = {}
        for route in self.routes:
            found.setdefault((route.method, route.path), []).append(route)
        return {key: tuple(routes) for key, routes in found.items()}

    @cached_property
    def by_beginning(self) -> dict[tuple[str, str], list[tuple[int, Route]]]:
        """Routes that have parameters with their position, by method and by the whole segments in front of the first one:
        ``/users/`` of ``/users/by-{name}``."""
        found: dict[tuple[str, str], list[tuple[int, Route]]] = {}
        for position, route in enumerate(self.routes):
            before, brace, _ = route.path.partition("{")
            if brace:
                beginning = before[: before.rfind("/") + 1]
                found.setdefault((route.method, beginning), []).append((position, route))
        return found

    @cached_property
    def by_operation_id(self) -> dict[str, tuple[Route, ...]]:
        found: dict[str, list[Route]] = {}
        for route in self.routes:
            if route.operation_id:
                found.setdefault(route.operation_id, []).append(route)
        return {own: tuple(routes) for own, routes in found.items()}

    @cached_property
    def exception_handlers(self) -> tuple[ExceptionHandler, ...]:
        return tuple(handlers_of(self))

    @cached_property
    def main_exception_handlers(self) -> tuple[ExceptionHandler, ...]:
        """Those that see the errors of most routes, where the app mounts others."""
        return tuple(main_handlers_of(self))

    @cached_property
    def stack(self) -> tuple[Middleware, ...]:
        """Middleware in the order that a request meets it, the framework's own included; empty unless imported."""
        return tuple(stack_of(self))

    @cached_property
    def http(self) -> Answers:
        """How the imported app answered requests; false where none were sent."""
        return Answers(self.facts.http if self.facts is not None else None)

    def keyword(self, name: str) -> s.Expr | s.Missing:
        """An argument of the app's constructor call."""
        return self.router.call.keyword(name) if self.router else s.MISSING


class Route(Subject):
    """One method on one effective path. ``method`` is WS for websockets."""

    unit = "route"

    def __init__(
        self,
        app: App,
        method: str,
        path: str,
        listed: Listed | None,
        facts: RouteFacts | None,
        function: Function | None,
    ) -> None:
        self.app = app
        self.method = method
        self.path = path
        self.listed = listed
        self.facts = facts
        self.endpoint = function

    def __repr__(self) -> str:
        return f"<Route {self.key}>"

    @cached_property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def place(self) -> Place:
        if self.endpoint is not None:
            return self.endpoint.place
        if self.listed is not None:
            return Place(self.listed.registered.at.code.module.path, self.listed.registered.at.line)
        if self.facts is not None:
            return Place(self.facts.endpoint.path, self.facts.endpoint.line)
        return Place("")

    @property
    def declared_at(self) -> Place:
        """The decorator or ``add_api_route`` call, else the endpoint."""
        if self.listed is not None:
            return Place(self.listed.registered.at.code.module.path, self.listed.registered.at.line)
        return self.place

    @property
    def seen(self) -> tuple[str, ...]:
        return (("static",) if self.listed else ()) + (("runtime",) if self.facts else ())

    @property
    def is_async(self) -> bool:
        if self.endpoint is not None:
            return self.endpoint.is_async
        return self.facts is not None and self.facts.is_async

    @property
    def is_websocket(self) -> bool:
        return self.method == "WS"

    @cached_property
    def is_api(self) -> bool:
        """An endpoint of the service's API: not the docs, static files, a mounted foreign app or a plain redirect page."""
        if self.path in _DOCS or self.is_websocket:
            return False
        if self.facts is not None and (self.facts.kind != "http" or not self.facts.include_in_schema):
            return False
        if self.listed is not None:
            calls = [
                c for router, included in self.listed.chain for c in (router.call, included.call if included else None)
            ]
            if any(call is not None and call.keyword("include_in_schema") is False for call in calls):
                return False
        return self.option("include_in_schema") is not False

    @property
    def library(self) -> str:
        """What of a library brings it with an endpoint of its own, or ""."""
        return self.listed.registered.library if self.listed is not None else ""

    @property
    def mutates(self) -> bool:
        return self.method in MUTATING

    def option(self, name: str) -> s.Expr | s.Missing:
        """A keyword of the route's declaration (``response_model``, ``status_code``)."""
        given = self.listed.registered.option(name) if self.listed else None
        return s.MISSING if given is None else given[0]

    @cached_property
    def dependencies(self) -> tuple[Injected, ...]:
        """As declared, in the order FastAPI resolves them: app, routers, route, then parameters."""
        injection = self.app.project.injection
        found: list[Injected] = []
        if self.listed is not None:
            for router, included in self.listed.chain:
                if included is not None:
                    given = included.call.keyword("dependencies")
                    found.extend(injection.listed(given, included.code, "include", included.call.line, included.env))
                by = "app" if router.is_app else "router"
                own = router.call.keyword("dependencies")
                found.extend(injection.listed(own, router.code, by, router.call.line, router.env))
            registered = self.listed.registered
            listed = registered.option("dependencies")
            if listed is not None:
                found.extend(injection.listed(*listed, "route", registered.line, registered.env))
        if self.endpoint is not None:
            if self.endpoint.owner is not None and self.endpoint.receiver:
                found.extend(injection.of_view(self.endpoint.owner))
            found.extend(injection.of(self.endpoint))
        return tuple(found)

    @cached_property
    def dependency_tree(self) -> tuple[Injected, ...]:
        """Every dependency, nested ones before those that need them."""
        return tuple(i for d in self.dependencies for i in d.tree())

    @cached_property
    def asks_for(self) -> tuple[str, ...]:
        """Scopes and roles that the caller must have, as far as they are written out."""
        guards = [i for i in self.dependency_tree if i.scopes or self.app.project.security.authenticates(i)]
        return tuple(dict.fromkeys(word for i in guards for word in (*i.scopes, *(() if i.scheme else i.words))))

    @cached_property
    def solved(self) -> tuple[DependantFacts, ...]:
        """The dependency tree as FastAPI solved it, flattened in the same order; empty when the app was not imported."""
        found: list[DependantFacts] = []
        if self.facts is not None:
            for dependant in self.facts.dependencies:
                _flatten(dependant, found, 0)
        return tuple(found)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        if self.facts is not None:
            return self.facts.tags
        if self.listed is None:
            return ()
        calls = [c for r, i in self.listed.chain for c in ((i.call,) if i else ()) + (r.call,)]
        given = [c.keyword("tags") for c in (*calls, self.listed.registered.declaration)]
        return tuple(t for tags in given if isinstance(tags, s.Items) for t in tags.values if isinstance(t, str))

    @cached_property
    def response_model(self) -> str:
        """As declared: the decorator's ``response_model``, else the return annotation, else ""."""
        given = self.option("response_model")
        if not isinstance(given, s.Missing) and given is not None:
            return s.written(given)
        if given is None:
            return ""
        if self.endpoint is not None and self.endpoint.facts.returns_annotated:
            return s.written(self.endpoint.facts.returns)
        return self.facts.response_model if self.facts is not None else ""

    @cached_property
    def answers(self) -> Declared | None:
        """The declared type of the answer with the code whose names it uses: ``response_model``, else the return
        annotation; None where neither promises anything."""
        given = self.option("response_model")
        if given is None:
            return None
        if self.listed is not None and not isinstance(given, s.Missing):
            registered = self.listed.registered
            own = registered.option("response_model") or (given, registered.code)
            if isinstance(given, s.Ref):
                # The parameter of a factory: what its caller gave.
                own = self.app.project.constants.origin(*own, registered.env) or own
                own = own if isinstance(own[0], s.Ref | s.Subscript) else (given, registered.code)
            return Declared(*own)
        if self.endpoint is not None and self.endpoint.facts.returns_annotated:
            return Declared(self.endpoint.facts.returns, self.endpoint.parent or self.endpoint.module)
        return None

    @cached_property
    def answer_classes(self) -> tuple[Class, ...]:
        """Classes of the project that the declared answer is made of, nested ones too."""
        return classes_under(self.answers) if self.answers is not None else ()

    @cached_property
    def body_classes(self) -> tuple[Class, ...]:
        """Classes of the project that the body is made of, nested ones too; empty for methods without a body."""
        if self.method in ("GET", "HEAD", "WS"):
            return ()
        return tuple(dict.fromkeys([cls for given in self.inputs for cls in classes_under(given.declared)]))

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """What a client can give: parameters of the endpoint and of its dependencies, nested ones too."""
        return tuple(inputs_of(self))

    @property
    def operation_id(self) -> str:
        """As the running app has it, else as the declaration gives it; "" where FastAPI makes it."""
        if self.facts is not None:
            return self.facts.operation_id
        given = self.option("operation_id")
        return given if isinstance(given, str) else ""

    def follows(self, other: Route) -> bool:
        """Whether the app tries ``other`` before this route, as far as their order is known."""
        if self.facts is not None and other.facts is not None:
            return other.facts.order < self.facts.order
        if self.facts is not None or other.facts is not None or self.listed is None or other.listed is None:
            return False
        return comes_first(other.listed, self.listed)

    @cached_property
    def security(self) -> tuple[str, ...]:
        """Names of what authenticates the caller (see `security`), outermost first; empty for a public route."""
        return self.app.project.security.of(self)

    @cached_property
    def answers_without_credentials(self) -> bool | None:
        """Whether the running app let a request without credentials through to the endpoint or the check of its input;
        None where no request was sent or its answer does not tell."""
        return passed_without_credentials(self)

    @cached_property
    def doubts(self) -> tuple[str, ...]:
        """Where the code and the running app disagree on this route, as sentences without a full stop; empty where they
        agree or only one of them was asked."""
        return tuple(doubts_of(self))


def _flatten(dependant: DependantFacts, found: list[DependantFacts], depth: int) -> None:
    if depth > 20:
        return
    for inner in dependant.dependencies:
        _flatten(inner, found, depth + 1)
    found.append(dependant)
