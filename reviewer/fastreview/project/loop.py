"""What runs on the event loop: from every entry point along the calls, hand-overs to threads left out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Function
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


MAX_STEPS = 100
"""Calls that are followed from an entry point, one inside the other."""


@dataclass(frozen=True, eq=False)
class Entry:
    """Where the framework calls into the project on the loop. ``kind``: endpoint, dependency, middleware, lifespan,
    handler or background."""

    kind: str
    function: Function
    routes: tuple[Route, ...]

    @property
    def label(self) -> str:
        if self.kind == "endpoint" and self.routes:
            return self.routes[0].key
        return f"the {self.kind}" if self.function.name == self.kind else f"{self.kind} {self.function.name}"


class LoopFunction(Subject):
    """A function that runs on the event loop, with the shortest way there. ``steps`` are the calls from the entry to it."""

    unit = "function on the event loop"

    def __init__(
        self, function: Function, entry: Entry, steps: tuple[CallSite, ...], routes: tuple[Route, ...]
    ) -> None:
        self.function = function
        self.entry = entry
        self.steps = steps
        self.routes = routes
        """Routes that reach it, by any way; those of the entry, which ``steps`` start at, come first."""

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
        self._callees: dict[int, tuple[tuple[CallSite, Function], ...]] = {}

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
            for site, called in self.callees(function) if len(steps) < MAX_STEPS else ():
                if id(called) not in ways:
                    ways[id(called)] = (called, entry, (*steps, site))
                    queue.append(called)
        routes = self._routes(entries)
        found = (LoopFunction(f, e, w, _own_first(e, routes.get(id(f), []))) for f, e, w in ways.values())
        return tuple(sorted(found, key=lambda f: f.place))

    def _routes(self, entries: tuple[Entry, ...]) -> dict[int, list[Route]]:
        """For each function the routes that reach it, each once."""
        found: dict[int, dict[int, Route]] = {}
        for entry in entries:
            if not entry.routes:
                continue
            seen = {id(entry.function)}
            stack = [entry.function]
            while stack:
                function = stack.pop()
                found.setdefault(id(function), {}).update({id(r): r for r in entry.routes})
                for _, called in self.callees(function):
                    if id(called) not in seen:
                        seen.add(id(called))
                        stack.append(called)
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
            if functions[key].is_async:
                yield Entry("endpoint", functions[key], tuple(routes))
        for key, routes in dependents.items():
            if functions[key].is_async:
                yield Entry("dependency", functions[key], tuple(routes))
        for middleware in self._project.middleware:
            for function in middleware.functions:
                if function.is_async:
                    yield Entry("middleware", function, ())
        for app in self._project.apps:
            for router in app.routers:
                yield from self._handlers(router)
            if app.router is not None:
                # Starlette runs the lifespan of the outermost app only.
                yield from self._life(app.router)

    def _handlers(self, app: Router) -> Iterator[Entry]:
        for _, handler, code, _line in app.exception_handlers:
            value = self._project.values.of(handler, code)
            if isinstance(value, Function) and value.is_async:
                yield Entry("handler", value, ())

    def _life(self, app: Router) -> Iterator[Entry]:
        """The lifespan of an app, and handlers of its events: they run on the loop before the first and after the last
        request."""
        given = app.call.keyword("lifespan")
        lifespan = None if isinstance(given, s.Missing) else self._project.values.of(given, app.code)
        for function in (lifespan, *(code for _, code, _line in app.events)):
            if isinstance(function, Function) and function.is_async:
                yield Entry("lifespan", function, ())

    def callees(self, function: Function) -> tuple[tuple[CallSite, Function], ...]:
        """What ``function`` calls on the loop, with the calls."""
        key = id(function)
        if key not in self._callees:
            self._callees[key] = tuple(self._called(function))
        return self._callees[key]

    def _called(self, function: Function) -> Iterator[tuple[CallSite, Function]]:
        for site in function.calls:
            if site.deferred:
                continue
            for target in self._project.targets(site):
                if isinstance(target, Function) and not _leaves_loop(target):
                    yield site, target
                elif isinstance(target, External) and target.name.endswith(".add_task") and site.call.args:
                    # Background tasks: coroutines run on the loop, plain functions in a thread.
                    task = self._project.values.of(site.call.args[0], site.code)
                    if isinstance(task, Function) and task.is_async:
                        yield site, task


def _leaves_loop(function: Function) -> bool:
    for name in function.decorator_names:
        if name.rpartition(".")[2] in _OFF_LOOP_DECORATORS:
            return True
    return any(isinstance(d, s.Call) and d.method in _OFF_LOOP_DECORATORS for d in function.facts.decorators)
