"""The steps of one request, from the model and, where the app was imported, from what FastAPI solved.

The order is the framework's: middleware from the outside in, routing, dependencies, validation, endpoint, answer, background
work, clean-up, and back out through the middleware.
"""

from collections.abc import Iterator

from fastreview.facts import syntax as s
from fastreview.project import Place, Project
from fastreview.project.code import Class, Function
from fastreview.project.dependencies import Injected
from fastreview.project.middleware import Middleware
from fastreview.project.routes import Route
from fastreview.project.values import Bound
from fastreview.review import Trace, TraceStep
from fastreview.trace.calls import Runs, calls_of
from fastreview.trace.framework import Framework, installed_framework

MAX_STEPS = 400
MAX_DEPTH = 12
_BASE = frozenset({"starlette.middleware.base.BaseHTTPMiddleware", "fastapi.middleware.BaseHTTPMiddleware"})
_ANSWERS = frozenset(
    {
        "Response",
        "JSONResponse",
        "StreamingResponse",
        "FileResponse",
        "RedirectResponse",
        "HTMLResponse",
        "PlainTextResponse",
    }
)


def trace_of(route: Route) -> Trace:
    """What happens to a request to ``route``."""
    framework = installed_framework(route.app.project.facts.probe)
    walk = _Request(route, framework)
    seen = tuple(word for word in ("static", "runtime") if word in route.seen)
    return Trace(
        route.key, route.place.path, route.place.line, framework.named, seen, tuple(walk.steps())
    )  # fmt: skip


def important(project: Project, most: int = 3) -> tuple[Route, ...]:
    """Routes that are worth a page of the report: those for which most happens, one of each app first."""
    candidates = [route for route in project.routes if route.is_api and route.endpoint is not None]
    ranked = sorted(
        candidates,
        key=lambda route: (-len(route.dependency_tree) - 2 * route.mutates - 2 * bool(route.security), route.key),
    )
    if len(ranked) <= most:
        return tuple(ranked)
    # A route with the same dependencies would tell the same story.
    different: dict[tuple[str, ...], Route] = {}
    for route in ranked:
        different.setdefault(tuple([injected.name for injected in route.dependency_tree]), route)
        if len(different) == most:
            break
    return tuple(different.values())


class _Request:
    def __init__(self, route: Route, framework: Framework) -> None:
        self.route = route
        self.framework = framework
        self.project = route.app.project
        self._given: set[str] = set()
        self._left = MAX_STEPS

    def steps(self) -> Iterator[TraceStep]:
        yield self.step("The server calls the application", f"`{self.route.app.key}`", self.route.app.place, "app")
        yield from self.middleware()
        yield self.routing()
        if self.route.is_websocket:
            yield self.step("The websocket is handed to its route", "", None, "websocket")
        else:
            yield self.step("The body is read", self.body(), None, "request")
        yield from self.dependencies()
        yield self.validation()
        yield self.endpoint()
        if not self.route.is_websocket:
            yield self.answer()
        yield from self.afterwards()

    def step(
        self,
        title: str,
        detail: str = "",
        place: Place | None = None,
        source: str = "",
        function: Function | None = None,
        steps: tuple[TraceStep, ...] = (),
    ) -> TraceStep:
        at = place or Place("")
        line = self.framework.source(source) if source else ""
        return TraceStep(title, detail, at.path, at.line, line, _runs(function), steps)

    # On the way in

    def middleware(self) -> Iterator[TraceStep]:
        app = self.route.app
        handled = {handler.handles.rpartition(".")[2] or handler.handles: handler for handler in app.exception_handlers}
        last = next((h for name, h in handled.items() if name in ("500", "Exception")), None)
        yield self.step(
            "ServerErrorMiddleware",
            f"catches what nothing else did, answered {f'by `{_named(last.function)}`' if last else 'with 500 in plain text'}",
            last.place if last else None,
            "server errors",
        )  # fmt: skip
        for one in self.stack():
            yield self.one_middleware(one)
        others = ", ".join(sorted(name for name in handled if name not in ("500", "Exception") and name)[:8])
        detail = f"turns exceptions into answers: {others}" if others else "turns `HTTPException` into answers"
        yield self.step("ExceptionMiddleware", detail, None, "exceptions")

    def stack(self) -> list[Middleware]:
        """Outermost first: as the running app has it, else the last one added first."""
        declared = [
            m for m in self.project.middleware if m.app is self.route.app and m.router in (None, self.route.app.router)
        ]
        facts = self.route.app.facts
        if facts is not None:
            order = {shown.name: position for position, shown in enumerate(facts.middleware)}
            return sorted(declared, key=lambda m: order.get(m.facts.name if m.facts else m.name, len(order)))
        listed = [m for m in declared if m.code is not None]
        return sorted(listed, key=lambda m: (m.place.path, -m.place.line))

    def one_middleware(self, one: Middleware) -> TraceStep:
        function = next(iter(one.functions), None)
        if one.function is not None or (one.cls is not None and not _BASE.isdisjoint(one.cls.ancestry.external)):
            source = self.framework.source("base middleware")
            detail = "sees request and response as objects; the rest runs in a task of its own"
        else:
            source = self.framework.middleware(one.name)
            detail = "pure ASGI" if one.cls is not None else f"of {one.library.partition('.')[0] or 'a library'}"
        inside = tuple(self.calls(function)) if function is not None else ()
        return TraceStep(one.name, detail, one.place.path, one.place.line, source, _runs(function), inside)

    def routing(self) -> TraceStep:
        route = self.route
        earlier = [one for one in route.app.routes if one is not route and route.follows(one)]
        steps = []
        for router, included in route.listed.chain if route.listed is not None else ():
            if included is not None:
                at = Place(included.code.module.path, included.call.line)
                written = s.written(included.call, 100)
                steps.append(
                    self.step("Included" if included.call.method == "include_router" else "Mounted", f"`{written}`", at)
                )
            elif not router.is_app:
                steps.append(self.step("Router", f"`{s.written(router.call, 100)}`", router.place))
        declared = f"after {len(earlier)} others" if len(earlier) > 1 else "first of all"
        detail = f"`{route.path}` is matched {declared}" if earlier or route.facts else f"`{route.path}`"
        return self.step(f"The route {route.key} is found", detail, route.declared_at, "routing", steps=tuple(steps))

    def body(self) -> str:
        names = [cls.name for cls in self.route.body_classes[:1]]
        return (
            f"as JSON or form for `{names[0]}`" if names else "there is none to parse" if not self.route.mutates else ""
        )

    def dependencies(self) -> Iterator[TraceStep]:
        found = tuple(self.injected(one, 0) for one in self.route.dependencies)
        if found:
            detail = "each once a request, what a dependency needs before it"
            yield self.step("Dependencies are solved", detail, None, "dependencies", steps=found)

    def injected(self, one: Injected, depth: int) -> TraceStep:
        key = one.function.key if one.function is not None else one.name
        if one.use_cache and key in self._given and not one.scopes:
            return self.step(f"`{one.name}`", "already solved for this request: the value is reused", _place(one))
        self._given.add(key)
        self._left -= 1
        deeper = depth < MAX_DEPTH and self._left > 0
        inner = tuple(self.injected(i, depth + 1) for i in one.inner) if deeper else ()
        calls = tuple(self.calls(one.function)) if one.function is not None and deeper else ()
        return self.step(
            f"`{one.name}`", ", ".join(self.said(one)), _place(one), self.how(one), one.function, (*inner, *calls)
        )

    def said(self, one: Injected) -> Iterator[str]:
        if one.by != "parameter":
            yield f"declared on the {one.by}"
        if one.parameter:
            yield f"as `{one.parameter}`"
        if one.scheme:
            yield f"security scheme {one.scheme}" + (", optional" if one.optional else "")
        if one.scopes:
            yield f"scopes {', '.join(one.scopes)}"
        if not one.use_cache:
            yield "solved anew (`use_cache=False`)"
        if isinstance(one.provider, Class):
            yield "the class is instantiated"
        if one.function is not None and one.function.facts.yields:
            yield "yields: the rest of it runs at the end"

    def how(self, one: Injected) -> str:
        if one.function is None or one.function.name == "__init__":
            return ""
        if one.function.facts.yields:
            return "generator"
        return "" if one.function.is_async else "thread"

    def validation(self) -> TraceStep:
        names = list(dict.fromkeys(f"`{given.alias}`" for given in self.route.inputs))
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        handler = next(
            (h for h in self.route.app.exception_handlers if h.handles.endswith("RequestValidationError")), None
        )
        wrong = (
            f"`{_named(handler.function)}` answers what does not fit"
            if handler
            else "what does not fit is answered with 422"
        )
        detail = f"{shown}; {wrong}" if names else "there are no parameters to check"
        return self.step("Parameters are validated", detail, None, "body" if self.route.body_classes else "parameters")

    def endpoint(self) -> TraceStep:
        function = self.route.endpoint
        name = function.name if function is not None else "the endpoint"
        where = "on the event loop" if self.route.is_async else "in a thread of the pool"
        steps = tuple(self.calls(function)) if function is not None else ()
        return self.step(f"`{name}` runs", where, self.route.place, "endpoint", function, steps)

    def calls(self, function: Function) -> Iterator[TraceStep]:
        yield from calls_of(function, self.project, _runs(function))

    # On the way out

    def answer(self) -> TraceStep:
        answers = self.route.answers
        model = self.route.response_model
        if answers is None or not model:
            detail = "no model is declared: what is returned is encoded as it is"
        elif any(cls in model for cls in _ANSWERS):
            detail = f"a `{model}` is sent as it is"
        else:
            detail = f"filtered and serialised by `{model}`"
        place = self.route.answer_classes[0].place if self.route.answer_classes else None
        return self.step("The answer is made", detail, place, "response")

    def afterwards(self) -> Iterator[TraceStep]:
        cleaned = [i for i in self.route.dependency_tree if i.function is not None and i.function.facts.yields]
        teardown = [
            self.step(f"`{i.name}`", f"runs on from its `yield`{_cleans(i)}", _after_yield(i.function), "", i.function)
            for i in reversed(list({i.function.key: i for i in cleaned if i.function is not None}.values()))
            if i.function is not None
        ]
        before = self.framework.at_least(0, 106) and not self.framework.at_least(0, 118)
        when = "before the answer is sent" if before else "after the answer is sent"
        ending = self.step(
            "Dependencies that yield are ended", f"{when}, the last one first", None, "teardown", steps=tuple(teardown)
        )
        if teardown and before:
            yield ending
        yield self.step("The answer passes the middleware", "from the inside out, and is sent")
        if any(site.call.method == "add_task" for site in (self.route.endpoint.calls if self.route.endpoint else ())):
            yield self.step(
                "Background tasks run",
                "in this process, after the answer; lost when it stops",
                None,
                "background",
                steps=tuple(self.tasks()),
            )
        if teardown and not before:
            yield ending

    def tasks(self) -> Iterator[TraceStep]:
        function = self.route.endpoint
        for site in function.calls if function is not None else ():
            if site.call.method == "add_task" and site.call.args:
                given = self.project.values.of(site.call.args[0], site.code)
                run = given.function if isinstance(given, Bound) else given if isinstance(given, Function) else None
                place = run.place if run is not None else site.place
                yield self.step(
                    f"`{s.written(site.call.args[0], 60)}`",
                    "",
                    place,
                    "" if run is None or run.is_async else "thread",
                    run,
                )


def _runs(function: Function | None) -> Runs:
    if function is None:
        return ""
    return "loop" if function.is_async or function.name == "__init__" else "thread"


def _named(function: Function | None) -> str:
    return function.name if function is not None else "a library's handler"


def _place(one: Injected) -> Place:
    """Where it is defined; where it is asked for when that is not in the project."""
    if one.function is not None:
        return one.function.place
    if isinstance(one.provider, Class):
        return one.provider.place
    return one.place


def _after_yield(function: Function) -> Place:
    for stmt in function.statements:
        value = getattr(stmt, "value", None)
        if isinstance(value, s.Yield) and isinstance(stmt, s.Do | s.Assign):
            return Place(function.module.path, stmt.line)
    return function.place


def _cleans(one: Injected) -> str:
    function = one.function
    guarded = function is not None and any(isinstance(stmt, s.Try | s.With) for stmt in function.statements)
    return "" if guarded else "; without `try` or `with`, an error skips it"
