"""Requests of tests joined with routes: what is exercised, by which test, and which status it expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.exercise.requests import Requests, Sent
from fastreview.project.exercise.statuses import Row, statuses_in
from fastreview.project.kept_property import cached_property
from fastreview.project.names import External, absolute_name
from fastreview.project.routes import Route
from fastreview.project.tests import Test
from fastreview.project.values import Bound

if TYPE_CHECKING:
    from fastreview.project.project import Project

MAX_CODES = 200
"""Functions of test code that one test runs, as far as they are followed."""
_CLIENTS = frozenset({"httpx", "requests", "starlette", "fastapi", "aiohttp", "builtins"})
_EVERYWHERE = frozenset({"app", "src", "api", "main", "core", "server", "backend", "client", "test", "http", "async"})
_WHOLE = frozenset({"parametrize", "as_state_machine"})


class Call(NamedTuple):
    """A request that tests send, or a call of an endpoint by hand, with the routes that it reaches. ``root`` is the code
    whose running makes it, ``at`` the call in it; ``surely`` as in `Reached`."""

    root: Code
    at: CallSite
    routes: tuple[Route, ...]
    surely: bool
    is_request: bool
    row: Row | None = None


class Exercise:
    """Static: no test was run for it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._requests = Requests(project)
        self.fixtures = self._requests.fixtures

    @property
    def sent(self) -> tuple[Sent, ...]:
        """Every request that is written in test code, by each way to it."""
        return self._requests.sent

    @cached_property
    def unreadable(self) -> tuple[CallSite, ...]:
        """Calls of clients whose URL is only known at run time."""
        readable = {id(sent.site) for sent in self.sent if sent.is_readable}
        found = {id(sent.site): sent.site for sent in self.sent if id(sent.site) not in readable}
        return tuple(found.values())

    @cached_property
    def share_unreadable(self) -> float:
        """Of the calls that send requests."""
        places = {id(sent.site) for sent in self.sent}
        return len(self.unreadable) / len(places) if places else 0.0

    @cached_property
    def whole(self) -> CallSite | None:
        """Where tests are made from the OpenAPI document of the app: they call every route of it."""
        for module in self._project.modules:
            if module.kind == "test" and any(
                i.module.partition(".")[0] == "schemathesis" for i in module.facts.imports
            ):
                for code in module.codes():
                    for call in _decorators(code):
                        if call.method in _WHOLE and isinstance(call.func, s.Ref) and call.func.root != "pytest":
                            return CallSite(call, code, awaited=False, deferred=False, loops=0, dropped=False)
        return None

    @cached_property
    def library(self) -> CallSite | None:
        """Where tests get a client library of the API: the service makes a client of its app for it, or a package, of another
        or beside the service, is given the address. Which routes that calls, the tests do not say."""
        own = [m for m in self._project.modules if m.kind == "test"]
        made = (
            site for site in self._project.calls("TestClient", "ASGITransport") if "client" in site.code.module.name
        )
        if own and (found := next(made, None)) is not None:
            return found
        for module in own:
            for code in module.codes():
                for site in code.calls if "base_url" in code.mentioned else ():
                    target = self._project.values.target(site)
                    if isinstance(target, Class) and self._is_own_client(target) and self._in_fixture(code):
                        return site
                    if (
                        isinstance(target, External)
                        and target.package not in _CLIENTS
                        and self._project.names.module(target.package) is None
                        and not isinstance(site.call.keyword("base_url"), s.Missing)
                        and target.name.rpartition(".")[2][:1].isupper()
                        and any(word in target.package for word in self._own_words)
                    ):
                        return site
        return None

    def _in_fixture(self, code: Code) -> bool:
        return isinstance(code, Function) and self.fixtures.is_one(code)

    def _is_own_client(self, cls: Class) -> bool:
        """Whether it is called a client of this service and sends requests itself: an SDK in the same repository."""
        name = cls.name.lower()
        if "client" not in name or not any(word in name for word in self._own_words):
            return False
        return any(
            one.module.kind != "test" and i.module.partition(".")[0] in ("httpx", "requests", "aiohttp")
            for one in cls.ancestry.project
            for i in one.module.facts.imports
        )

    @cached_property
    def _own_words(self) -> frozenset[str]:
        """Names of the service's packages: a client library is called after what it is for."""
        return frozenset(word for word in self._packages if len(word) > 2 and word not in _EVERYWHERE)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Those that reach a route."""
        return (*self._by_request(), *self._by_hand())

    def _by_request(self) -> Iterator[Call]:
        for sent in self.sent:
            reached = self._requests.reached(sent)
            if reached.routes:
                yield Call(sent.root, sent.via, reached.routes, reached.surely, is_request=True, row=sent.row)

    def _by_hand(self) -> Iterator[Call]:
        routes = {id(endpoint.function): endpoint.routes for endpoint in self._project.endpoints}
        names = {endpoint.function.name for endpoint in self._project.endpoints}
        methods = {e.function.name for e in self._project.endpoints if e.function.owner is not None}
        for module in self._project.modules:
            for code in module.codes() if module.kind == "test" else ():
                for site in code.calls if not names.isdisjoint(code.called) else ():
                    # Endpoints are called ``get`` and ``list``, and so is what clients and sessions do: a function of
                    # another module is reached by an imported name only.
                    if site.call.method in methods or (
                        site.call.method in names and _is_imported(site.call.name.partition(".")[0], code)
                    ):
                        target = self._project.values.target(site)
                        function = target.function if isinstance(target, Bound) else target
                        if id(function) in routes:
                            yield Call(code, site, routes[id(function)], surely=True, is_request=False)

    @cached_property
    def calls_of(self) -> dict[int, list[Call]]:
        """By the id of the route."""
        found: dict[int, list[Call]] = {}
        for call in self.calls:
            for route in call.routes:
                found.setdefault(id(route), []).append(call)
        return found

    def exercised(self, route: Route) -> bool | None:
        """Whether some test calls the route; None where that cannot be told from the code."""
        calls = self.calls_of.get(id(route), ())
        if any(call.surely for call in calls) or (self.whole is not None and route.is_api):
            return True
        return None if calls else False

    # Tests

    def codes_of(self, test: Test) -> tuple[Function, ...]:
        """The test and the helpers of test code that it calls, functions inside them too; its fixtures not."""
        known = self._codes_of.get(id(test))
        if known is None:
            known = self._codes_of[id(test)] = self._followed(test)
        return known

    @cached_property
    def _codes_of(self) -> dict[int, tuple[Function, ...]]:
        return {}

    def _followed(self, test: Test) -> tuple[Function, ...]:
        found = {id(test.function): test.function}
        pending = [test.function]
        while pending and len(found) < MAX_CODES:
            current = pending.pop()
            inner = self._inner.get(id(current), ())
            for function in (*inner, *self._helpers(current)):
                if id(function) not in found:
                    found[id(function)] = function
                    pending.append(function)
        return tuple(found.values())

    @cached_property
    def _inner(self) -> dict[int, list[Function]]:
        """Functions inside functions of test code, by the id of the outer one."""
        found: dict[int, list[Function]] = {}
        for module in self._project.modules:
            for function in module.functions if module.kind == "test" else ():
                if function.parent is not None:
                    found.setdefault(id(function.parent), []).append(function)
        return found

    def _helpers(self, function: Function) -> tuple[Function, ...]:
        known = self._helpers_of.get(id(function))
        if known is None:
            known = self._helpers_of[id(function)] = tuple(self._called(function))
        return known

    @cached_property
    def _helpers_of(self) -> dict[int, tuple[Function, ...]]:
        return {}

    def _called(self, function: Function) -> Iterator[Function]:
        if self._support.isdisjoint(function.called):
            return
        for site in function.calls:
            if site.call.method in self._support:
                targets = [t for t in self._project.targets(site) if isinstance(t, Function)]
                # The type of a fixture is seldom known: what has this name in the tests is meant.
                for target in targets or self._support_named.get(site.call.method, ())[:3]:
                    if target.module.kind == "test" and not self.fixtures.is_one(target):
                        yield target

    @cached_property
    def _support_named(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = {}
        for module in self._project.modules:
            for function in module.functions if module.kind == "test" else ():
                if not function.name.startswith("test"):
                    found.setdefault(function.name, []).append(function)
        return found

    @cached_property
    def _support(self) -> frozenset[str]:
        return frozenset(self._support_named)

    @cached_property
    def calls_in(self) -> dict[int, list[Call]]:
        """By the id of the code whose running makes them."""
        found: dict[int, list[Call]] = {}
        for call in self.calls:
            found.setdefault(id(call.root), []).append(call)
        return found

    @cached_property
    def _sending(self) -> frozenset[int]:
        """Ids of code that sends requests, readable or not."""
        return frozenset(id(sent.root) for sent in self.sent)

    def sends(self, test: Test) -> bool:
        """Whether it sends a request, by itself or through helpers; what its fixtures send apart."""
        return any(id(code) in self._sending for code in self.codes_of(test))

    def runs_service(self, test: Test) -> bool:
        """Whether it mentions code of the service, by itself or through helpers, or calls what a fixture gives of it."""
        return any(self._mentions_service(code) for code in self.codes_of(test)) or any(
            self._is_fixture_of_service(name, test.function) for name in test.function.parameters
        )

    def _mentions_service(self, function: Function) -> bool:
        bound = self._bound_to_service(function.module)
        return (
            not bound.isdisjoint(function.mentioned)
            or not bound.isdisjoint(function.called)
            or any(site.call.name.partition(".")[0] in bound for site in function.calls)
        ) or any(one.module.partition(".")[0] in self._packages for one in function.local_imports.values())

    def _bound_to_service(self, module: Module) -> frozenset[str]:
        """Names that a test module imports from the service, and classes that it derives from those of it."""
        known = self._bound.get(id(module))
        if known is None:
            found = {
                i.bound for i in module.facts.imports if absolute_name(module, i).partition(".")[0] in self._packages
            }
            found |= {c.name for c in module.classes if any(a.module.kind == "service" for a in c.ancestry.project[1:])}
            known = self._bound[id(module)] = frozenset(found)
        return known

    @cached_property
    def _bound(self) -> dict[int, frozenset[str]]:
        return {}

    @cached_property
    def _packages(self) -> frozenset[str]:
        own = {module.name.partition(".")[0] for module in self._project.modules if module.kind == "test"}
        return frozenset(module.name.partition(".")[0] for module in self._project.service_modules) - (
            own & {"tests", "test"}
        )

    def _is_fixture_of_service(self, name: str, near: Function) -> bool:
        fixture = self.fixtures.named(name, near)
        value = self._project.values.returned(fixture) if fixture is not None else None
        cls = getattr(value, "of", None)
        return isinstance(cls, Class) and cls.module.kind == "service" and _calls_on(name, near)

    # Statuses

    @cached_property
    def statuses(self) -> dict[int, frozenset[int]]:
        """By the id of the route: statuses that tests expect of it."""
        found: dict[int, set[int]] = {}
        for code in {id(call.root): call.root for call in self.calls}.values():
            for call, status in statuses_in(code, self._events(code)):
                for route in call.routes:
                    found.setdefault(id(route), set()).add(status)
        return {key: frozenset(statuses) for key, statuses in found.items()}

    def _events(self, code: Code) -> dict[int, list[Call]]:
        """Calls by the id of the call in ``code`` that makes them: its own, and those of the helpers that it calls."""
        found: dict[int, list[Call]] = {}
        for call in self.calls_in.get(id(code), ()):
            found.setdefault(id(call.at.call), []).append(call)
        if not self._support.isdisjoint(code.called):
            for site in code.calls:
                for helper in self._project.targets(site) if site.call.method in self._support else ():
                    if isinstance(helper, Function) and helper is not code:
                        found.setdefault(id(site.call), []).extend(self.calls_in.get(id(helper), ()))
        return found


def _decorators(code: Code) -> Iterator[s.Call]:
    if isinstance(code, Function):
        yield from (d for d in code.facts.decorators if isinstance(d, s.Call))
    for site in code.calls:
        yield site.call


def _is_imported(name: str, code: Code) -> bool:
    module = code.module
    if name in module.top_level_imports or name in module.by_qualname or module.star_imports:
        return True
    inner: Code | None = code
    while isinstance(inner, Function):
        if name in inner.local_imports:
            return True
        inner = inner.parent
    return False


def _calls_on(name: str, function: Function) -> bool:
    return any(site.call.name.startswith(f"{name}.") or site.call.name == name for site in function.calls)
