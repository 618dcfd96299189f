"""What runs on the event loop: from every entry point along the calls, hand-overs to threads left out."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Function
from fastreview.project.dependencies import provider_function
from fastreview.project.indirect import Indirect
from fastreview.project.kept_property import cached_property
from fastreview.project.libraries import HOOKS
from fastreview.project.names import External
from fastreview.project.subject import Place, Subject

if TYPE_CHECKING:
    from fastreview.project.project import Project
    from fastreview.project.routes import Route
    from fastreview.project.routing import Router

_OFF_LOOP_DECORATORS = (
    "sync_to_async", "asyncify", "threadpool", "to_thread", "in_thread", "run_in_executor", "in_executor", "task", "actor",
    "shared_task",
)  # fmt: skip
"""A function under a decorator of such a name does not run where it is called (asgiref, asyncer, Celery, dramatiq ...)."""

_ONTO_LOOP = frozenset({"anyio.from_thread.run", "anyio.from_thread.run_sync", "asyncio.run_coroutine_threadsafe"})
"""What brings a coroutine or function from a thread onto the loop: the first argument."""

HOOK_PACKAGES = frozenset(base.partition(".")[0] for base in HOOKS)
MAX_CALLERS_UP = 8


MAX_STEPS = 100
"""Calls that are followed from an entry point, one inside the other."""


@dataclass(frozen=True, eq=False)
class Entry:
    """Where the framework calls into the project on the loop. ``kind``: endpoint, dependency, middleware, lifespan,
    handler, background, hook (of a library), "route handler" (of a route class) or "called from a thread:"."""

    kind: str
    function: Function
    routes: tuple[Route, ...]

    @property
    def label(self) -> str:
        if self.kind == "endpoint" and self.routes:
            return self.routes[0].key
        return f"the {self.kind}" if self.function.name == self.kind else f"{self.kind} {self.function.name}"


class Calls:
    """The calls of a function by what they call, in source order; one stands as often as there are things that it may call."""

    __slots__ = ("deferred", "library", "own", "run")

    def __init__(self) -> None:
        self.library: list[tuple[CallSite, External]] = []
        self.own: list[tuple[CallSite, Function]] = []
        self.deferred: list[CallSite] = []
        """Calls in lambdas, whatever they call."""
        self.run: list[tuple[CallSite, Function]] = []
        """What runs on the loop with the function, called or not."""


class LoopFunction(Subject):
    """A function that runs on the event loop, with the shortest way there. ``steps`` are the calls from the entry to it."""

    unit = "function on the event loop"

    def __init__(
        self, function: Function, entry: Entry, steps: tuple[CallSite, ...], routes: tuple[Route, ...], calls: Calls
    ) -> None:
        self.function = function
        self.entry = entry
        self.steps = steps
        self.routes = routes
        """Routes that reach it, by any way; those of the entry, which ``steps`` start at, come first."""
        self.calls = calls
        """Its calls by what they call: a check that asks for one kind need not look at all of them again."""

    @property
    def key(self) -> str:
        return self.function.key

    @property
    def place(self) -> Place:
        return self.function.place


def _own_first(entry: Entry, routes: list[Route]) -> tuple[Route, ...]:
    return tuple({id(route): route for route in (*entry.routes, *routes)}.values())


class Loop:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._indirect = Indirect(project)
        self._calls: dict[int, Calls] = {}

    def functions(self) -> tuple[LoopFunction, ...]:
        entries = tuple(self.entries())
        ways: dict[int, tuple[Function, Entry, tuple[CallSite, ...]]] = {}
        queue: deque[Function] = deque()
        for entry in entries:
            if id(entry.function) not in ways:
                ways[id(entry.function)] = (entry.function, entry, ())
                queue.append(entry.function)
        while queue:
            function = queue.popleft()
            _, entry, steps = ways[id(function)]
            for site, called in self.calls(function).run if len(steps) < MAX_STEPS else ():
                if id(called) not in ways:
                    ways[id(called)] = (called, entry, (*steps, site))
                    queue.append(called)
        routes = self._routes(entries)
        found = (
            LoopFunction(f, e, w, _own_first(e, routes.get(id(f), [])), self.calls(f)) for f, e, w in ways.values()
        )
        return tuple(sorted(found, key=lambda f: f.place))

    def _routes(self, entries: tuple[Entry, ...]) -> dict[int, list[Route]]:
        """For each function the routes that reach it, each once."""
        found: defaultdict[int, dict[int, Route]] = defaultdict(dict)
        onward: dict[int, frozenset[int]] = {}
        by_id: dict[int, Function] = {}
        for entry in entries:
            if not entry.routes:
                continue
            routes = {id(r): r for r in entry.routes}
            by_id[id(entry.function)] = entry.function
            seen = {id(entry.function)}
            stack = [id(entry.function)]
            while stack:
                key = stack.pop()
                found[key].update(routes)
                called = onward.get(key)
                if called is None:
                    functions = {id(f): f for _, f in self.calls(by_id[key]).run}
                    by_id.update(functions)
                    called = onward[key] = frozenset(functions)
                stack += called - seen
                seen |= called
        return {key: list(routes.values()) for key, routes in found.items()}

    def entries(self) -> Iterator[Entry]:
        """Endpoints first: a chain that starts at a route says more than one from a dependency."""
        by_function: dict[int, list[Route]] = {}
        dependents: dict[int, list[Route]] = {}
        functions: dict[int, Function] = {}
        for route in self._project.routes:
            if route.endpoint is not None:
                by_function.setdefault(id(route.endpoint), []).append(route)
                functions[id(route.endpoint)] = route.endpoint
            for injected in route.dependency_tree:
                if injected.function is not None:
                    dependents.setdefault(id(injected.function), []).append(route)
                    functions[id(injected.function)] = injected.function
        for key, routes in by_function.items():
            yield from self._entry("endpoint", functions[key], tuple(routes))
        for key, routes in dependents.items():
            yield from self._entry("dependency", functions[key], tuple(routes))
        yield from self._from_threads({**dependents, **by_function})
        yield from self._around()
        yield from self._hooks()
        for app in self._project.apps:
            for handler in app.exception_handlers:
                if handler.function is not None:
                    yield from self._entry("handler", handler.function, ())
            if app.router is not None:
                # Starlette runs the lifespan of the outermost app only.
                yield from self._life(app.router)

    def _entry(self, kind: str, function: Function, routes: tuple[Route, ...]) -> Iterator[Entry]:
        """``function`` where the framework awaits it: a wrapper that a decorator puts around it decides that."""
        wrapping = self._indirect.wrappings.of(function)
        if wrapping is not None and wrapping.functions[0].is_async:
            if wrapping.leaves_loop:
                yield Entry(kind, wrapping.functions[0], routes)
                return
            if wrapping.calls:
                yield Entry(kind, function, routes)
                return
        if function.is_async:
            yield Entry(kind, function, routes)

    def _around(self) -> Iterator[Entry]:
        """Middleware, and what the route classes of routers put around endpoints."""
        for middleware in self._project.middleware:
            dispatch = middleware.options.get("dispatch")
            given = self._project.values.of(dispatch, middleware.code) if dispatch and middleware.code else None
            for function in (*middleware.functions, provider_function(given)):
                if function is not None and function.is_async:
                    yield Entry("middleware", function, ())
        seen: dict[int, tuple[Router, list[Route]]] = {}
        for route in self._project.routes:
            if route.listed is not None:
                router = route.listed.chain[-1][0]
                seen.setdefault(id(router), (router, []))[1].append(route)
        for router, routes in seen.values():
            given_class = router.call.keyword("route_class")
            cls = None if isinstance(given_class, s.Missing) else self._project.values.of(given_class, router.code)
            maker = cls.method("get_route_handler") if isinstance(cls, Class) else None
            for function in self._indirect.wrappings.nested(maker).values() if maker else ():
                if function.is_async:
                    yield Entry("route handler", function, tuple(routes))

    def _hooks(self) -> Iterator[Entry]:
        """What libraries call back while they answer requests, in classes that derive from theirs."""
        for module in self._project.service_modules:
            for cls in module.classes if not HOOK_PACKAGES.isdisjoint(module.imported) else ():
                for base, names in HOOKS.items():
                    hooks = [cls.methods[name] for name in sorted(names & cls.methods.keys())]
                    if hooks and cls.inherits(base):
                        yield from (Entry("hook", function, ()) for function in hooks if function.is_async)

    def _life(self, app: Router) -> Iterator[Entry]:
        """The lifespan of an app, and handlers of its events: they run on the loop before the first and after the last
        request."""
        values = self._project.values
        given = [(app.call.keyword("lifespan"), app.code)]
        for option in ("on_startup", "on_shutdown"):
            listed = app.call.keyword(option)
            given += [(item, app.code) for item in listed.values] if isinstance(listed, s.Items) else []
        for _, code, line in app.events:
            sites = (c.call for c in code.calls if c.call.line == line and c.call.method == "add_event_handler")
            given += [(call.argument(1, "func"), code) for call in sites]
        registered = [provider_function(values.of(e, c)) for e, c in given if not isinstance(e, s.Missing)]
        for function in (*registered, *(code for _, code, _line in app.events)):
            if isinstance(function, Function) and function.is_async:
                yield Entry("lifespan", function, ())

    def _from_threads(self, served: dict[int, list[Route]]) -> Iterator[Entry]:
        """What functions off the loop bring onto it: plain endpoints and dependencies, and what is handed to a thread."""
        project = self._project
        for site in project.calls("run", "run_sync", "run_coroutine_threadsafe", "add_task", "BackgroundTask"):
            if not isinstance(site.code, Function) or site.code.is_async:
                continue
            names = {t.name for t in project.targets(site) if isinstance(t, External)}
            if site.call.method in ("add_task", "BackgroundTask"):
                kind, brought = "background", tuple(self._indirect.given(site, project.targets(site)))
            elif not names.isdisjoint(_ONTO_LOOP) and site.call.args:
                given = site.call.args[0]
                coroutine = given.func if isinstance(given, s.Call) else given
                function = provider_function(project.values.of(coroutine, site.code))
                kind, brought = "called from a thread:", (function,) if function else ()
            else:
                continue
            routes = self._thread_routes(site.code, served) if brought else None
            if routes is not None:
                yield from (Entry(kind, function, routes) for function in brought)

    def _thread_routes(self, function: Function, served: dict[int, list[Route]]) -> tuple[Route, ...] | None:
        """The routes for which ``function`` runs in a thread, or None when nothing is known to run it there."""
        pending, seen = [(function, 0)], {id(function)}
        while pending:
            current, depth = pending.pop()
            if id(current) in served:
                return tuple(served[id(current)])
            if id(current) in self._handed_over:
                return ()
            for site in self._project.callers(current) if depth < MAX_CALLERS_UP else ():
                if isinstance(site.code, Function) and id(site.code) not in seen and not site.code.is_async:
                    seen.add(id(site.code))
                    pending.append((site.code, depth + 1))
        return None

    @cached_property
    def _handed_over(self) -> frozenset[int]:
        """Ids of the functions that some call hands to a thread."""
        found: set[int] = set()
        for site in self._project.calls("run_in_threadpool", "to_thread", "run_sync", "run_in_executor", "add_task"):
            for given in site.call.args[:2]:
                function = provider_function(self._project.values.of(given, site.code))
                if function is not None and not function.is_async:
                    found.add(id(function))
        return frozenset(found)

    def calls(self, function: Function) -> Calls:
        """What ``function`` calls, and what of it runs on the loop."""
        key = id(function)
        if key not in self._calls:
            self._calls[key] = self._called(function)
        return self._calls[key]

    def _called(self, function: Function) -> Calls:
        elsewhere = self._indirect.handed_over(function)
        found = Calls()
        run = found.run
        for site in function.calls:
            if site.deferred:
                found.deferred.append(site)
                continue
            targets = self._project.targets(site)
            for target in targets:
                if type(target) is External:
                    found.library.append((site, target))
                    continue
                called = cast("Function", target)
                found.own.append((site, called))
                if id(called) not in elsewhere and not self._is_streamed(site, called, function):
                    run += [(site, one) for one in self._running(called)]
            call = site.call
            if call.args or call.keywords or type(call.func) is s.Subscript:
                for given in self._indirect.given(site, targets):
                    run += [(site, one) for one in self._running(given)]
        for site, reached in self._indirect.of(function):
            run += [(site, one) for one in self._running(reached)]
        return found

    def _running(self, function: Function) -> tuple[Function, ...]:
        """What of ``function`` runs on the loop when it is called there: itself, or only what is wrapped around it."""
        if not function.facts.decorators:
            return (function,)
        if _leaves_loop(function):
            return ()
        wrapping = self._indirect.wrappings.of(function)
        return wrapping.functions if wrapping is not None and wrapping.leaves_loop else (function,)

    def _is_streamed(self, site: CallSite, target: Function, function: Function) -> bool:
        """Whether the call makes an iterator that a response iterates over in a thread."""
        if not target.facts.yields or target.is_async:
            return False
        return id(site.call) in self._indirect.streamed(function)


def _leaves_loop(function: Function) -> bool:
    for name in function.decorator_names:
        if name.rpartition(".")[2] in _OFF_LOOP_DECORATORS:
            return True
    return any(isinstance(d, s.Call) and d.method in _OFF_LOOP_DECORATORS for d in function.facts.decorators)
