"""Who authenticates a route: security schemes, dependencies that reject, middleware, and checks inside the endpoint.

A function *rejects* when it, or what it calls, raises or returns 401 or 403, or raises a redirect to where one signs in. A
dependency whose code is out of reach is believed by its name: calling a protected route public would be the worse mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function
from fastreview.project.constants import Given
from fastreview.project.dependencies import Injected, provider_function
from fastreview.project.exemptions import Asked, Exemptions, calls_in, options_of
from fastreview.project.names import External
from fastreview.project.routing.loops import Loops
from fastreview.project.values import Bound, Instance
from fastreview.project.wrapping import HAND_OVERS

if TYPE_CHECKING:
    from fastreview.project.middleware import Middleware
    from fastreview.project.project import Project
    from fastreview.project.routes import Route

MAX_DEPTH = 5

_DENIED = re.compile(r"(?:^|_|\.)(?:HTTP_)?(?:401|403)|unauthori[sz]ed|forbidden", re.IGNORECASE)
_DENYING_ERROR = re.compile(
    r"unauth|forbidden|credential|permission|access.?denied|not.?allowed|invalid.?token|token.?(?:invalid|expired)"
    r"|authenticat|authori[sz]|not.?logged|login.?required|insufficient.?(?:perm|priv|scope|right|role|auth|access|grant)|invalid.?api.?key"
    r"|(?<!o)auth_?(?:exception|error|fail)",  # an OAuth error tells of the provider, not of the caller
    re.IGNORECASE,
)
_REDIRECT = re.compile(r"redirect|(?:^|[_.])(?:30[2378](?:_|$)|see_other$|found$)", re.IGNORECASE)
_SIGN_IN = re.compile(r"log[-_]?in|sign[-_]?in", re.IGNORECASE)
_GUARD_NAME = re.compile(
    r"(?:current|active|logged|authenticated|authori[sz]ed|verified|super|admin|staff|api).{0,12}(?:user|account|member|admin"
    r"|key|customer|client|principal|tenant)|auth(?!ors?(?!i))|jwt|token|login|permission|role|credential|api_?key|principal|protect"
    r"|superuser|identity|bearer|requires?_|verify|security|signature|guard",
    re.IGNORECASE,
)
# A token against forged requests says which page a request comes from, not who sends it.
_FORGERY = re.compile(r"csrf|xsrf", re.IGNORECASE)
_OR_REFUSES = re.compile(r"_*(?:\w+_)?(?:authenticate|authori[sz]e)_or_(?:raise|fail|abort|deny|refuse|401|403)")
"""Names of calls that say what they do, whichever implementation the configuration puts behind them."""
_LIBRARY_GUARD = re.compile(r"required|requires|authenticate|authorize|current_user|protect|verify", re.IGNORECASE)


_CATCHES_ALL = re.compile(r"^(?:BaseException|Exception|\w*HTTPException)$")


class Security:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._rejects: set[int] = set()
        self._by_hand: dict[int, tuple[str, ...]] = {}
        # What does not reject, and the depth at which that was found: further down the search was cut shorter.
        self._passes: dict[int, int] = {}
        self._middleware: dict[int, tuple[Middleware, ...]] = {}
        self._stopped: dict[tuple[int, str, str], bool] = {}
        self._run: dict[tuple[int, ...], tuple[bool, tuple[Function, ...]]] = {}
        loops = Loops(project.values, project.constants)
        self._exemptions = Exemptions(project.values, project.constants, loops)

    def of(self, route: Route) -> tuple[str, ...]:
        """Names of what stands before the route, as far as it can turn a caller away; empty when nothing does."""
        found = list(self._middleware_of(route))
        # What is believed by its name only does not hold against the running app, unless that asks nobody for credentials
        # as it was started here.
        let_through = route.answers_without_credentials is True and route.app.turns_away
        believed = (i for d in route.dependencies for i in d.tree() if self.authenticates(i))
        found += [i.name for i in believed if i.scheme or i.function is not None or not let_through]
        found += [d.security_scheme for d in route.solved if d.security_scheme and not d.optional and not route.listed]
        if route.listed is not None:
            if route.listed.registered.guard:
                found.append(route.listed.registered.guard)
            for router, _ in route.listed.chain:
                name = self._route_class(router.call.keyword("route_class"), router.code)
                if name:
                    found.append(name)
        found = [name for name in found if not _FORGERY.search(name)]
        if route.endpoint is not None and not found:
            found += (name for name in self._inside(route.endpoint) if not _FORGERY.search(name))
        return tuple(dict.fromkeys(found))

    def unverified(self, route: Route) -> str:
        """The security scheme that alone stands before ``route``, where nothing looks at the credentials, or "".

        FastAPI's own schemes see that a header is there, whatever it says. Where something that is called after
        authentication may look at them out of sight, the answer is "".
        """
        tree = [injected for dependency in route.dependencies for injected in dependency.tree()]
        schemes = [injected for injected in tree if self.authenticates(injected)]
        names = {injected.name for injected in schemes}
        names.update(solved.security_scheme for solved in route.solved)
        if not schemes or not names.issuperset(self.of(route)) or route.endpoint is None:
            return ""
        if not all(map(_is_of_fastapi, schemes)) or any(i.inner and i.function is None for i in tree):
            return ""
        others = (i for i in tree if not i.scheme and _GUARD_NAME.search(i.name))
        own = (m for m in self._project.middleware if m.app is route.app)
        asking = (
            name for m in own for name in (m.name, *(called for f in m.functions for called in (f.name, *f.called)))
        )
        if next(others, None) is not None or any(map(_GUARD_NAME.search, asking)) or self._inside(route.endpoint):
            return ""
        asked = [(route.endpoint, one) for one in route.dependencies if one.by == "parameter"]
        asked += [(one.function, inner) for one in tree if one.function is not None for inner in one.inner]
        looked_at = any(one.scheme and one.parameter in holder.mentioned for holder, one in asked)
        return "" if looked_at else schemes[0].name

    def authenticates(self, injected: Injected) -> bool:
        """Whether this dependency itself (not what it depends on) can reject the caller."""
        if injected.scheme:
            return not injected.optional
        function = injected.function
        if function is not None and function.owner is not None:
            # Which implementation of an interface it is, the configuration decides.
            return any(self.rejects(f) for f in self._project.implementations(function, function.owner))
        if function is not None:
            return self.rejects(function)
        return bool(_GUARD_NAME.search(injected.name))

    def rejects(self, function: Function, depth: int = 0) -> bool:
        key = id(function)
        if key in self._rejects:
            return True
        if depth > MAX_DEPTH or self._passes.get(key, MAX_DEPTH + 1) <= depth:
            return False
        self._passes[key] = depth
        kept = _kept_quiet(function)
        said = [stmt for stmt in function.statements if id(stmt) not in kept] if kept else None
        named = said is None and any(map(_OR_REFUSES.fullmatch, function.called))
        if (
            named
            or self._denies(function, said)
            or any(self.rejects(f, depth + 1) for f in self._called(function, said))
        ):
            self._rejects.add(key)
            return True
        return False

    def _denies(self, function: Function, statements: Sequence[s.Stmt] | None = None) -> bool:
        for stmt in function.statements if statements is None else statements:
            match stmt:
                case s.Raise(exception=exception):
                    if self._denying(exception, function):
                        return True
                case s.Return(value=s.Call() as call):
                    status = call.keyword("status_code")
                    if not isinstance(status, s.Missing) and denied_status(status):
                        return True
                    if _answers_denial(call):
                        return True
                case s.Assign(value=s.Call() as call):
                    # Middleware makes an answer and calls it: `await response(scope, receive, send)`.
                    if _answers_denial(call):
                        return True
        return False

    def _denying(self, exception: s.Expr, code: Code) -> bool:
        call = exception if isinstance(exception, s.Call) else None
        name = call.name if call else exception.name if isinstance(exception, s.Ref) else ""
        if call is not None:
            given = (*call.args, *(k.value for k in call.keywords))
            if any(denied_status(g) or _says_denied(g) for g in given) or _sends_to_sign_in(call):
                return True
        if _DENYING_ERROR.search(name.rpartition(".")[2]):
            return True
        if isinstance(exception, s.Ref):
            # credentials_error = HTTPException(401, ...); raise credentials_error
            origin = self._project.constants.origin(exception, code, None)
            if origin and isinstance(origin[0], s.Call):
                return self._denying(origin[0], origin[1])
        value = self._project.values.of(call.func if call else exception, code)
        return isinstance(value, Class) and self._denying_class(value)

    @staticmethod
    def _denying_class(error: Class) -> bool:
        for ancestor in error.ancestry.project:
            status = ancestor.fields.get("status_code")
            if status is not None and denied_status(status.value):
                return True
            init = ancestor.methods.get("__init__")
            for site in init.calls if init else ():
                given = site.call.argument(0, "status_code")
                if site.call.method == "__init__" and not isinstance(given, s.Missing) and denied_status(given):
                    return True
        return False

    def _called(self, function: Function, statements: Sequence[s.Stmt] | None) -> Iterator[Function]:
        made = None if statements is None else {id(call) for call in calls_in(statements)}
        for site in function.calls:
            if made is not None and id(site.call) not in made:
                continue
            for target in (*self._project.targets(site), *self._handed_to_a_thread(site)):
                if isinstance(target, Function) and target is not function:
                    yield target

    def _handed_to_a_thread(self, site: CallSite) -> Iterator[Function]:
        """What ``await run_in_threadpool(check, ...)`` runs."""
        if site.call.method in HAND_OVERS and site.awaited:
            for given in site.call.args[:2]:
                handed = (
                    provider_function(self._project.values.of(given, site.code)) if isinstance(given, s.Ref) else None
                )
                if handed is not None:
                    yield handed

    def _inside(self, endpoint: Function) -> tuple[str, ...]:
        """Checks that the endpoint makes by hand, in its own body or in what it calls directly."""
        if id(endpoint) not in self._by_hand:
            self._by_hand[id(endpoint)] = tuple(dict.fromkeys(self._checks_in(endpoint)))
        return self._by_hand[id(endpoint)]

    def _checks_in(self, endpoint: Function) -> Iterator[str]:
        if self._denies(endpoint):
            yield endpoint.name
        for site in endpoint.calls:
            for target in (*self._project.targets(site), *self._handed_to_a_thread(site)):
                if isinstance(target, Function) and self.rejects(target, MAX_DEPTH - 2):
                    yield target.name
                elif isinstance(target, External) and _LIBRARY_GUARD.search(target.name.rpartition(".")[2]):
                    yield site.call.method
            if not site.call.name and _LIBRARY_GUARD.search(site.call.method):
                yield site.call.method
        for decorator in endpoint.facts.decorators:
            made = decorator.func if isinstance(decorator, s.Call) else decorator
            name = s.written(made, 80)
            if _GUARD_NAME.search(name.rpartition(".")[2]) or self._guards(made, endpoint.parent or endpoint.module):
                yield name

    def _guards(self, decorator: s.Expr, scope: Code) -> bool:
        """Whether a decorator's own code, or what it puts in the place of the endpoint, turns callers away."""
        match self._project.values.of(decorator, scope):
            case (Function() as function) | Bound(function=function):
                inside = (f for f in function.module.functions if _is_within(f, function))
                return any(self.rejects(f, MAX_DEPTH - 2) for f in (function, *inside))
            case External(name=name):
                return bool(_LIBRARY_GUARD.search(name.rpartition(".")[2]))
        return False

    def _middleware_of(self, route: Route) -> Iterator[str]:
        """That of the app, and that of a mounted app for the routes in it."""
        key = id(route.app)
        if key not in self._middleware:
            own = (m for m in self._project.middleware if m.app is route.app)
            self._middleware[key] = tuple(m for m in own if any(self.rejects(f) for f in m.functions))
        passed = {id(router) for router, _ in route.listed.chain} if route.listed is not None else set()
        for middleware in self._middleware[key]:
            stands_before = middleware.router in (None, route.app.router) or id(middleware.router) in passed
            if stands_before and self._stops(middleware, route):
                yield middleware.name

    def _stops(self, middleware: Middleware, route: Route) -> bool:
        """Whether it can turn a request for ``route`` away: not where its path is written out as one that passes."""
        key = (id(middleware), route.method, route.path)
        if key not in self._stopped:
            self._stopped[key] = any(self._reaches_denial(f, middleware, route) for f in middleware.functions)
        return self._stopped[key]

    def _reaches_denial(self, function: Function, middleware: Middleware, route: Route) -> bool:
        env: dict[str, Given] = {}
        if middleware.cls is not None and function.receiver:
            env[function.receiver] = options_of(middleware.cls, middleware.options, middleware.code)
        statements = self._exemptions.reached(function, Asked(route.method, route.path), env)
        denies, called = self._what_runs(function, statements)
        return denies or any(self.rejects(target, 1) for target in called)

    def _what_runs(self, function: Function, statements: tuple[s.Stmt, ...]) -> tuple[bool, tuple[Function, ...]]:
        """Whether these statements of ``function`` turn the caller away, and what they call: most requests reach the same."""
        key = (id(function), *map(id, statements))
        known = self._run.get(key)
        if known is None:
            denies = self._denies(function, statements)
            made = set() if denies else {id(call) for call in calls_in(statements)}
            called = tuple(
                target
                for site in (function.calls if made else ())
                if id(site.call) in made
                for target in self._project.targets(site)
                if isinstance(target, Function) and target is not function
            )
            known = self._run[key] = (denies, called)
        return known

    def _route_class(self, given: s.Expr | s.Missing, code: Code) -> str:
        if isinstance(given, s.Missing):
            return ""
        value = self._project.values.of(given, code)
        if isinstance(value, Class) and any(self.rejects(m) for m in value.methods.values()):
            return value.name
        return ""


def _is_of_fastapi(injected: Injected) -> bool:
    return isinstance(injected.provider, Instance) and isinstance(injected.provider.of, External)


def _kept_quiet(function: Function) -> frozenset[int]:
    """Statements whose errors nobody sees: a handler answers them with None or False, so the caller is anonymous at most."""
    found: set[int] = set()
    for stmt in function.statements_of(s.Try):
        if any(_catches_denial(h) for h in stmt.handlers) and all(map(_gives_nothing, stmt.handlers)):
            found.update(map(id, s.statements(stmt.body)))
    return frozenset(found)


def _catches_denial(handler: s.Handler) -> bool:
    types = handler.type.values if isinstance(handler.type, s.Items) else (handler.type,)
    return any(kind is None or (isinstance(kind, s.Ref) and _CATCHES_ALL.search(kind.last)) for kind in types)


def _gives_nothing(handler: s.Handler) -> bool:
    """Whether its only way out is ``return None`` or ``return False``."""
    inside = tuple(s.statements(handler.body))
    returned = [stmt.value for stmt in inside if isinstance(stmt, s.Return)]
    return (
        bool(returned)
        and all(value is None or value is False for value in returned)
        and not any(isinstance(stmt, s.Raise) for stmt in inside)
    )


def _is_within(function: Function, outer: Function) -> bool:
    parent = function.parent
    while parent is not None and parent is not outer:
        parent = parent.parent
    return parent is outer


def denied_status(status: s.Expr) -> bool:
    match status:
        case int():
            return status in (401, 403)
        case s.Ref(name=name):
            # HTTPStatus.FORBIDDEN.value
            return bool(_DENIED.search(name.removesuffix(".value").rpartition(".")[2]))
        case s.Attribute(attr=attr):
            return bool(_DENIED.search(attr))
    return False


def _answers_denial(call: s.Call) -> bool:
    """A response with 401 or 403 as its status, or as the ``code`` in its body where all answers have status 200."""
    if not call.method.endswith("Response"):
        return False
    status = call.keyword("status_code")
    if not isinstance(status, s.Missing) and denied_status(status):
        return True
    inside = (node for given in (*call.args, *(k.value for k in call.keywords)) for node in s.walk(given))
    return any(_has_denied_code(node) for node in inside)


def _has_denied_code(node: s.Expr) -> bool:
    match node:
        case s.Call(keywords=keywords):
            return any(k.name == "code" and denied_status(k.value) for k in keywords)
        case s.Mapping(keys=keys, values=values):
            return any(key == "code" and denied_status(v) for key, v in zip(keys, values, strict=False))
    return False


def _says_denied(given: s.Expr) -> bool:
    """``AppError(ErrorCode.INSUFFICIENT_PERMISSIONS)``: an error's code says it where its class does not."""
    return isinstance(given, s.Ref) and "." in given.name and bool(_DENYING_ERROR.search(given.last))


def _sends_to_sign_in(call: s.Call) -> bool:
    """``HTTPException(307, headers={"Location": url_for("login")})``: how pages turn away who is not signed in."""
    nodes = tuple(s.walk(call))
    names = [node.name for node in nodes if isinstance(node, s.Ref)]
    redirects = any(_REDIRECT.search(name) for name in names) or any(
        type(node) is int and 302 <= node <= 308 for node in nodes
    )
    return redirects and any(_SIGN_IN.search(word) for word in (*names, *(n for n in nodes if isinstance(n, str))))
