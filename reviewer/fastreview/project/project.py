"""The project as a whole: facts in, subjects out. Derivations are made when they are first asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar, cast

from fastreview.facts import Facts, Side
from fastreview.facts import syntax as s
from fastreview.facts.app import CodePlace, RouteFacts
from fastreview.facts.files import Settings as ToolSettings
from fastreview.project import layers
from fastreview.project.callers import Callers, NamedCallers
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.constants import Constants
from fastreview.project.dependencies import Dependency, Injected, Injection, provider_function
from fastreview.project.endpoint import Endpoint
from fastreview.project.exercise import Exercise
from fastreview.project.files import ContainerFile, Manifest, Workflow
from fastreview.project.groups import RouteGroup, groups_of
from fastreview.project.handing_over import maker_of_routes
from fastreview.project.index import Index
from fastreview.project.kept_property import cached_property
from fastreview.project.loop import Loop, LoopFunction
from fastreview.project.middleware import Middleware
from fastreview.project.models import Schema, Settings, Table, classify
from fastreview.project.names import External, Names
from fastreview.project.output import LogCall, log_calls
from fastreview.project.pipelines import Command, commands_of
from fastreview.project.pydantic_uses import PydanticUse, pydantic_uses
from fastreview.project.routes import App, Route
from fastreview.project.routing import Listed, Router, Routing
from fastreview.project.security import Security
from fastreview.project.seen_apps import distinct, is_of_framework, listed_as, matching
from fastreview.project.set_elsewhere import SetElsewhere
from fastreview.project.subject import Place, Subject
from fastreview.project.targets import Targets
from fastreview.project.test_run import Probe, TestRun
from fastreview.project.tests import Test, tests_of
from fastreview.project.values import Value, Values

S = TypeVar("S", bound=Subject)

_TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|tests_\w+|testing|test(?:ing|s)?_(?:support|utils?|helpers?)|e2e|integration_tests?|unit_tests?)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
)
_TESTS_FILE = re.compile(r"(?:^|/)tests\.py$")
_TESTING = frozenset({"pytest", "unittest", "django.test", "fastapi.testclient", "starlette.testclient"})
_MIGRATION_PATH = re.compile(r"(?:^|/)(?:alembic|migrations?|versions)/")
_SCRIPT_PATH = re.compile(
    r"(?:^|/)(?:scripts?|examples?|docs|docs_src|bench(?:es|marks?)?|notebooks|locustfiles?|load_?tests?)/"
    # Common names of packages too: only at the top are these folders aside.
    r"|^(?:tools?|bin|dev|hack|doc|\.github|\.gitlab|\.circleci|\.ci)/|^(?:setup|manage|tasks)\.py$"
    r"|(?:^|/)(?:noxfile|fabfile|locustfile|smoke_?tests?|gunicorn[^/]*conf[^/]*)\.py$"
)


class Project(Subject):
    """Everything known about the reviewed project.

    ``limits`` are the pack's thresholds by name (``ARC002.complexity``). ``named_layers`` are path patterns by layer: what
    its authors say that a module is goes before what it looks like.
    """

    unit = "project"

    def __init__(
        self, facts: Facts, limits: Mapping[str, float], named_layers: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.facts = facts
        self.limits = limits
        self.named_layers = named_layers or {}

    @property
    def key(self) -> str:
        return "project"

    @property
    def place(self) -> Place:
        return Place("")

    def seen(self, side: Side) -> bool:
        return self.facts.side(side).ok

    # Code

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """Every parsed file, tests and migrations too."""
        return tuple(Module(self, f, self._module_name(f.path)) for f in self.facts.modules if f.parser != "none")

    @cached_property
    def _by_name(self) -> dict[str, Module]:
        found: dict[str, Module] = {}
        for module in self.modules:
            for name in self._module_names(module.path):
                found.setdefault(name, module)
        return found

    def _module_name(self, path: str) -> str:
        return next(self._module_names(path))

    def _module_names(self, path: str) -> Iterator[str]:
        """What a file can be imported as, by every import root above it, the closest first."""
        inner = path.removesuffix(".py").removesuffix("/__init__")
        for root in self._roots:
            if inner.startswith(f"{root}/"):
                yield inner[len(root) + 1 :].replace("/", ".")
        if self.facts.scope.package:
            package = self.facts.scope.package
            yield package if inner == "__init__" else f"{package}.{inner.replace('/', '.')}"
        yield inner.replace("/", ".")

    @cached_property
    def _roots(self) -> tuple[str, ...]:
        """Import roots below the reviewed folder, the deepest first."""
        roots = {r.strip("/") for r in self.facts.scope.roots} - {".", ".."}
        return tuple(sorted(roots, key=lambda root: (-len(root), root)))

    @cached_property
    def service_modules(self) -> tuple[Module, ...]:
        """The modules that the service consists of: no tests, migrations, scripts or generated code."""
        return tuple(m for m in self.modules if m.kind == "service")

    def kind_of(self, module: Module) -> str:
        path = self._below_root(module.path)
        if _TEST_PATH.search(path) or (_TESTS_FILE.search(path) and self._is_testing(module)):
            return "test"
        if _MIGRATION_PATH.search(path) and not self._is_serving(module):
            return "migration"
        if module.facts.generated:
            return "generated"
        return "script" if _SCRIPT_PATH.search(path) else "service"

    def _below_root(self, path: str) -> str:
        """A project called test_something is not a test: only folders inside it count, and import roots called so."""
        for prefix in self._packages:
            if path.startswith(prefix):
                return path[len(prefix) :]
        return path

    @cached_property
    def _packages(self) -> tuple[str, ...]:
        """Import roots that are no folders of tests or scripts, with a slash, the deepest first."""
        roots = sorted(self.facts.scope.roots, key=lambda root: (-len(root), root))
        found = (f"{root.strip('/').removeprefix('.').strip('/')}/" for root in roots)
        return tuple(p for p in found if p != "/" and not _TEST_PATH.search(p) and not _SCRIPT_PATH.search(p))

    @staticmethod
    def _is_testing(module: Module) -> bool:
        return any(i.module in _TESTING or i.module.partition(".")[0] in _TESTING for i in module.facts.imports)

    @staticmethod
    def _is_serving(module: Module) -> bool:
        return any(i.module.partition(".")[0] == "fastapi" for i in module.facts.imports)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Functions and methods of the service."""
        return tuple(f for m in self.service_modules for f in m.functions)

    @cached_property
    def names(self) -> Names:
        return Names(self._by_name, self.modules)

    @cached_property
    def values(self) -> Values:
        return Values(self.names, NamedCallers(self.names, self._index), self._from_elsewhere)

    def _from_elsewhere(self, module: Module, name: str) -> Value | None:
        # Asked for only when values are: they are needed to make it.
        return self._set_elsewhere.of(module, name)

    @cached_property
    def _set_elsewhere(self) -> SetElsewhere:
        return SetElsewhere(self.values, self.constants, self.mentions)

    @cached_property
    def _index(self) -> Index:
        return Index(self.modules, self.service_modules)

    def calls(self, *names: str) -> Iterator[CallSite]:
        """Calls in service code by the last part of what is called (``print``, ``execute``), in the order of the files."""
        return self._index.calls(*names)

    def calling(self, *names: str) -> Sequence[Code]:
        """Service code that calls something of one of these names, in the order of the files; no body is decoded for it."""
        return self._index.calling(*names)

    @property
    def words(self) -> Collection[str]:
        """Names and attributes that bodies of service code mention, each once."""
        return self._index.words

    def mentions(self, *names: str) -> Iterator[Code]:
        """Service code whose body mentions one of these names or attributes, in the order of the files."""
        return self._index.mentions(*names)

    def annotated_with(self, *names: str) -> tuple[Function | Class, ...]:
        """Functions with a parameter or result, and classes with a field, whose type mentions one of these names: the last
        part of a name, in quotes or not."""
        return self._index.annotated_with(*names)

    @cached_property
    def _callers(self) -> Callers:
        return Callers(self.values, self._index)

    def callers(self, function: Function) -> Sequence[CallSite]:
        """Calls of ``function`` by service code and scripts, overrides and library calls aside."""
        return self._callers.of(function)

    @cached_property
    def _targets(self) -> Targets:
        return Targets(self.values, self.service_modules)

    def targets(self, site: CallSite) -> tuple[Function | External, ...]:
        """What a call runs: functions of the project (a class's ``__init__``, the overrides of an abstract method) or
        something of a library."""
        return self._targets.of(site)

    def implementations(self, method: Function, cls: Class) -> Iterator[Function]:
        """What a call of ``method`` on an instance of ``cls`` runs: the method, the overrides of one that only says that others
        implement it, and the steps of an inherited one that ``cls`` replaces."""
        return self._targets.implementations(method, cls)

    @cached_property
    def constants(self) -> Constants:
        return Constants(self.values, self.callers)

    # The app

    @cached_property
    def injection(self) -> Injection:
        return Injection(self.values, self.constants)

    @cached_property
    def routing(self) -> Routing:
        serving = tuple(m for m in self.modules if m.kind in ("service", "script"))
        return Routing(serving, self.values, self.constants, self._callers.setting_up, self._index.by_call)

    @cached_property
    def apps(self) -> tuple[App, ...]:
        """Apps of the service. What was imported comes first; an app that only the code shows follows."""
        routers = [r for r in self.routing.apps if r.code.module.kind == "service"] or list(self.routing.apps)
        imported = distinct(self.facts.probe.apps) if self.facts.probe else ()
        found: list[App] = []
        for facts in imported:
            router = matching(facts, routers)
            if router is not None:
                routers.remove(router)
            found.append(App(self, router, facts))
        for router in routers:
            mounted = any(a.facts is not None for a in found) and not self.routing.table(router)
            if not mounted:
                found.append(App(self, router, None))
        return tuple(found)

    @cached_property
    def unread_routers(self) -> tuple[str, ...]:
        """Routers that the code includes and whose own code was not read, a library's mostly, where no app was imported."""
        if any(app.facts is not None for app in self.apps):
            return ()
        return tuple(name for name, code in self.routing.unread if code.module.kind == "service")

    @cached_property
    def maker_of_routes(self) -> str:
        """What makes the routes where the code shows none: a library's class that is given the app; else ""."""
        if self.routes:
            return ""
        unread = (app.router for app in self.apps if app.facts is None and app.router is not None)
        return next(filter(None, (maker_of_routes(router, self.values) for router in unread)), "")

    @property
    def unread_routes(self) -> str:
        """Which routes of the service are missing here, for all that is known, with how to see them; "" where none are."""
        if self.maker_of_routes:
            return f"the routes, which `{self.maker_of_routes}` makes: let fastreview import the app"
        if self.unread_routers:
            name = self.unread_routers[0]
            return f"the routes of `{name}`, whose code was not read: let fastreview import the app"
        return ""

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The effective route table of every app: in the running app's order where it was imported."""
        found: list[Route] = []
        for app in self.apps:
            listed = list(self.routing.table(app.router)) if app.router is not None else []
            if app.facts is not None:
                for facts in sorted(app.facts.routes, key=lambda r: r.order):
                    found.extend(self._imported_routes(app, facts, listed))
            found.extend(Route(app, one.method, one.path, one, None, one.registered.endpoint) for one in listed)
        return tuple(found)

    @cached_property
    def route_groups(self) -> tuple[RouteGroup, ...]:
        return tuple(groups_of(self.routes))

    @cached_property
    def routes_of(self) -> dict[int, list[Route]]:
        """Routes by the id of their app."""
        found: dict[int, list[Route]] = {}
        for route in self.routes:
            found.setdefault(id(route.app), []).append(route)
        return found

    @cached_property
    def first_routes(self) -> dict[int, Route]:
        """The first route of the API that comes from each registration, by the registration's id."""
        found: dict[int, Route] = {}
        for route in self.routes:
            if route.listed is not None and route.is_api:
                found.setdefault(id(route.listed.registered), route)
        return found

    def _imported_routes(self, app: App, facts: RouteFacts, listed: list[Listed]) -> Iterator[Route]:
        if facts.kind not in ("http", "websocket", "plain") or is_of_framework(facts):
            return
        function = self._function_at.get((facts.endpoint.path, facts.endpoint.line))
        methods = ("WS",) if facts.kind == "websocket" else facts.methods or ("GET",)
        for method in methods:
            if method in ("HEAD", "OPTIONS") and len(methods) > 1:
                continue
            match = listed_as(method, facts.path, function, listed)
            if match is not None:
                listed.remove(match)
            endpoint = function or (match.registered.endpoint if match else None)
            yield Route(app, method, facts.path, match, facts, endpoint)

    def function_at(self, place: CodePlace) -> Function | None:
        """The function of the project that the running app has from there."""
        return self._function_at.get((place.path, place.line))

    @cached_property
    def _function_at(self) -> dict[tuple[str, int], Function]:
        return {(m.path, f.facts.line): f for m in self.modules for f in m.functions}

    @cached_property
    def security(self) -> Security:
        return Security(self)

    @cached_property
    def middleware(self) -> tuple[Middleware, ...]:
        """Own and library middleware of every app, as declared; with what the running app showed where imported."""
        return tuple(m for app in self.apps for m in self._middleware_of(app))

    def _middleware_of(self, app: App) -> Iterator[Middleware]:
        found = [m for router in app.routers for m in self._declared_by(app, router)]
        yield from found
        declared = {m.name for m in found if m.router is app.router}
        if app.router is not None and app.router.middleware_functions:
            declared.add("BaseHTTPMiddleware")
        for facts in app.facts.middleware if app.facts else ():
            if facts.name not in declared:
                cls = self._class_at.get((facts.place.path, facts.place.line))
                place = cls.place if cls else app.place
                library = "" if cls else f"{facts.module}.{facts.name}"
                yield Middleware(app, facts.name, library, cls, None, {}, None, place, facts)

    def _declared_by(self, app: App, router: Router) -> Iterator[Middleware]:
        for function in router.middleware_functions:
            yield Middleware(app, function.name, "", None, function, {}, function.module, function.place, router=router)
        for site in router.middleware:
            if site.call.args or site.call.keyword("middleware_class") is not s.MISSING:
                given = site.call.argument(0, "middleware_class")
                options = {k.name: k.value for k in site.call.keywords if k.name}
                yield self._declared_middleware(app, router, cast(s.Expr, given), options, site)
        for item, code in self._stack(router.call.keyword("middleware"), router.code):
            site = CallSite(item, code, awaited=False, deferred=False, loops=0, dropped=False)
            options = {k.name: k.value for k in item.keywords if k.name}
            yield self._declared_middleware(app, router, item.args[0], options, site)

    def _stack(self, given: s.Expr | s.Missing, code: Code, hops: int = 0) -> Iterator[tuple[s.Call, Code]]:
        """The items of ``FastAPI(middleware=[...])``; the list may be a variable or what a function returns."""
        if hops > 5:
            return
        match given:
            case s.Items(values=values):
                yield from ((item, code) for item in values if isinstance(item, s.Call) and item.args)
            case s.Call():
                value = self.values.of(given.func, code)
                for stmt in value.statements if isinstance(value, Function) else ():
                    if isinstance(stmt, s.Return):
                        yield from self._stack(stmt.value, cast(Function, value), hops + 1)
            case s.Ref():
                origin = self.constants.origin(given, code, None)
                if origin is not None:
                    yield from self._stack(origin[0], origin[1], hops + 1)

    def _declared_middleware(
        self,
        app: App,
        router: Router,
        given: s.Expr,
        options: dict[str, s.Expr],
        site: CallSite,
    ) -> Middleware:
        value = self.values.of(given, site.code)
        name = s.written(given, 80).rpartition(".")[2]
        shown = app.facts.middleware if app.facts and router is app.router else ()
        facts = next((f for f in shown if f.name == name), None)
        return Middleware(
            app,
            name,
            value.name if isinstance(value, External) else "",
            value if isinstance(value, Class) else None,
            value if isinstance(value, Function) else None,
            options,
            site.code,
            site.place,
            facts,
            router,
        )

    @cached_property
    def _class_at(self) -> dict[tuple[str, int], Class]:
        return {(m.path, c.facts.line): c for m in self.modules for c in m.classes}

    @cached_property
    def dependencies(self) -> tuple[Dependency, ...]:
        """Functions and classes of the project that some route injects, with every use."""
        uses: dict[int, list[Injected]] = {}
        providers: dict[int, tuple[Function, Function | Class]] = {}
        counted: set[int] = set()
        for route in self.routes:
            for injected in route.dependency_tree:
                function = provider_function(injected.provider)
                if function is None or id(injected) in counted:
                    continue
                counted.add(id(injected))
                provider = injected.provider if isinstance(injected.provider, Class) else function
                uses.setdefault(id(function), []).append(injected)
                providers[id(function)] = (function, provider)
        found = (Dependency(f, p, tuple(uses[key])) for key, (f, p) in providers.items())
        return tuple(sorted(found, key=lambda d: d.key))

    @cached_property
    def loop_functions(self) -> tuple[LoopFunction, ...]:
        return Loop(self).functions()

    # Classes, tests, files

    @cached_property
    def models(self) -> tuple[Schema, ...]:
        """Schemas, tables and settings of the service."""
        found = (classify(c) for m in self.service_modules for c in m.classes)
        return tuple(m for m in found if m is not None)

    @cached_property
    def schemas(self) -> tuple[Schema, ...]:
        return tuple(m for m in self.models if type(m) is Schema)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return tuple(m for m in self.models if isinstance(m, Table))

    @cached_property
    def settings(self) -> tuple[Settings, ...]:
        return tuple(m for m in self.models if isinstance(m, Settings))

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        return tuple(t for m in self.modules if m.kind == "test" for t in tests_of(m))

    @cached_property
    def test_run(self) -> TestRun:
        """How the project's tests went, and what they cover; false where they were not run."""
        return TestRun(self)

    @property
    def probes(self) -> tuple[Probe, ...]:
        return self.test_run.probes

    @cached_property
    def exercise(self) -> Exercise:
        """What the tests exercise, as far as their code says."""
        return Exercise(self)

    @cached_property
    def web_paths(self) -> frozenset[str]:
        """Files that define endpoints or dependencies."""
        found = {r.place.path for r in self.routes}
        found.update(d.place.path for d in self.dependencies)
        return frozenset(found)

    @cached_property
    def entry_paths(self) -> frozenset[str]:
        """Files that create an app."""
        return frozenset(r.code.module.path for r in self.routing.routers if r.is_app)

    @cached_property
    def models_in(self) -> dict[str, list[Schema]]:
        """Schemas, tables and settings by the file that defines them."""
        found: dict[str, list[Schema]] = {}
        for model in self.models:
            found.setdefault(model.place.path, []).append(model)
        return found

    def layer(self, module: Module) -> str:
        if module.path not in self._layers:
            self._layers[module.path] = layers.layer_of(self, module)
        return self._layers[module.path]

    @cached_property
    def _layers(self) -> dict[str, str]:
        return {}

    def imports_of(self, module: Module) -> tuple[tuple[Module, int], ...]:
        """Project modules that importing ``module`` imports, with the line."""
        if module.path not in self._imports:
            self._imports[module.path] = tuple(layers.imports_of(self, module))
        return self._imports[module.path]

    @cached_property
    def _imports(self) -> dict[str, tuple[tuple[Module, int], ...]]:
        return {}

    @cached_property
    def import_cycles(self) -> tuple[tuple[tuple[Module, int], ...], ...]:
        """Cycles of imports at run time; each module with the line on which it imports the next."""
        return layers.cycles(self, self.service_modules)

    def tool(self, *names: str) -> tuple[ToolSettings, ...]:
        """Configuration of the tools of these names (mypy, ruff, pytest ...)."""
        return tuple(t for t in self.facts.files.settings if t.tool in names)

    @cached_property
    def imported_packages(self) -> frozenset[str]:
        """Top-level packages that the service imports."""
        return frozenset(p for m in self.service_modules for p in layers.imported_packages(m))

    def subjects(self, kind: type[S]) -> Sequence[S]:
        """All subjects of one kind, in a stable order; a kind of a pack's own lists them itself."""
        found: Sequence[Subject]
        if kind is Project:
            found = (self,)
        elif kind is Module:
            found = self.service_modules
        elif kind in _COLLECTIONS:
            found = cast(Sequence[Subject], getattr(self, _COLLECTIONS[kind]))
        else:
            found = kind.all_of(self)
        return cast(Sequence[S], found)

    @cached_property
    def container_files(self) -> tuple[ContainerFile, ...]:
        return tuple(ContainerFile(c) for c in self.facts.files.containers)

    @cached_property
    def workflows(self) -> tuple[Workflow, ...]:
        return tuple(Workflow(w) for w in self.facts.files.workflows)

    @cached_property
    def pipeline_commands(self) -> tuple[Command, ...]:
        """What the pipelines about the service run, task runners and scripts followed."""
        return commands_of(self.facts.files, self.facts.scope.folder)

    @cached_property
    def log_calls(self) -> tuple[LogCall, ...]:
        return tuple(log_calls(self))

    @cached_property
    def pydantic_uses(self) -> tuple[PydanticUse, ...]:
        return tuple(pydantic_uses(self))

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        return tuple(Manifest(m) for m in self.facts.files.manifests)

    @cached_property
    def contract_uses(self) -> dict[int, list[tuple[Route, str]]]:
        """By the id of a class: the API routes whose answer or body it is part of, and which of the two."""
        found: dict[int, list[tuple[Route, str]]] = {}
        for route in self.routes:
            if route.is_api:
                for cls in route.answer_classes:
                    found.setdefault(id(cls), []).append((route, "the response model"))
                for cls in route.body_classes:
                    found.setdefault(id(cls), []).append((route, "the body"))
        return found

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        found: dict[int, tuple[Function, list[Route]]] = {}
        for route in self.routes:
            if route.endpoint is not None:
                found.setdefault(id(route.endpoint), (route.endpoint, []))[1].append(route)
        return tuple(Endpoint(f, tuple(routes)) for f, routes in found.values())


_COLLECTIONS: dict[type[Subject], str] = {
    App: "apps",
    Route: "routes",
    RouteGroup: "route_groups",
    Endpoint: "endpoints",
    Dependency: "dependencies",
    Schema: "schemas",
    Table: "tables",
    Settings: "settings",
    Middleware: "middleware",
    Function: "functions",
    LoopFunction: "loop_functions",
    Test: "tests",
    Probe: "probes",
    LogCall: "log_calls",
    PydanticUse: "pydantic_uses",
    ContainerFile: "container_files",
    Workflow: "workflows",
    Manifest: "manifests",
}
