"""What answers clients when something goes wrong: `except` clauses that do, registered handlers, and the app itself; and where
the text of the error goes into the answer."""

import re
from collections.abc import Iterator, Sequence

from fastreview.api import (
    App,
    Code,
    Confidence,
    Function,
    Place,
    Project,
    Subject,
    syntax,
)
from fastreview_checks.knowledge.security.errors import (
    ANSWERS,
    REVEALING,
    TRACES,
    is_http_error,
    own_function,
    tells,
    unexpected,
    where_spoken,
)
from fastreview_checks.knowledge.security.told_results import told_results

_TRYING_OUT = re.compile(r"(?:^|_)(?:test|try|validate|check|probe|diagnose|ping)(?:_|$)")
"""Functions that are asked whether something can be reached: why not is what they are for."""

MAX_HANDS = 3
"""Functions that one after another pass on what the last one of them found."""

_GIVEN_AWAY = {"message": "its text", "traceback": "a traceback", "path": "paths of files"}


class ErrorAnswer(Subject):
    """One of them. ``leaks`` are the places where it gives the error's text away, ``error`` names what it handles; ``given`` is
    what an imported app gave away of an error that nobody handles."""

    unit = "error handler"

    def __init__(
        self,
        key: str,
        place: Place,
        *,
        error: str = "",
        leaks: tuple[Place, ...] = (),
        given: str = "",
        doubtful: bool = False,
    ) -> None:
        self._key = key
        self._place = place
        self.error = error
        self.leaks = leaks
        self.given = given
        self.doubtful = doubtful

    @property
    def key(self) -> str:
        return self._key

    @property
    def place(self) -> Place:
        return self._place

    @property
    def text(self) -> str:
        """What the report says where it leaks."""
        if self.given:
            return f"An unexpected error was answered with {self.given}. Log it, and answer with a text of your own."
        whose = f"`{self.error}`" if self.error else "any error"
        return (
            f"The text of {whose} is sent to the client: it may tell of SQL, hosts and other data. Log it, and answer with a "
            "text of your own."
        )

    @property
    def confidence(self) -> Confidence:
        if self.doubtful:
            return Confidence.POSSIBLE
        return Confidence.CERTAIN if self.given else Confidence.LIKELY

    @classmethod
    def all_of(cls, project: Project) -> Sequence["ErrorAnswer"]:
        found = [*_clauses(project), *_registered(project), *_results(project)]
        told: set[Place] = set()
        for one in found:
            # A clause within a clause is a part of both.
            one.leaks = tuple(place for place in one.leaks if place not in told)
            told.update(one.leaks)
        if not any(one.leaks for one in found):
            found += [
                ErrorAnswer(app.key, app.place, leaks=(app.place,), given=given) for app, given in _shown(project)
            ]
        return tuple(found)


def _clauses(project: Project) -> Iterator[ErrorAnswer]:
    """`except` clauses that answer: they raise an HTTP error or return, in an endpoint, in middleware or in what an endpoint
    passes on as it is."""
    endpoints = {id(endpoint.function) for endpoint in project.endpoints}
    endpoints |= {id(function) for middleware in project.middleware for function in middleware.functions}
    passed_on = _all_passed_on(project)
    for module in project.service_modules:
        for code in module.codes():
            for stmt in code.statements_of(syntax.Try):
                returns = id(code) in endpoints or id(code) in passed_on
                for handler in stmt.handlers:
                    if not _answers(handler.body, code, project, returns=returns):
                        continue
                    revealing = handler.name if unexpected(handler.type, code, project) else ""
                    yield ErrorAnswer(
                        code.qualname,
                        Place(module.path, _line(handler.body)),
                        error=syntax.written(handler.type) if handler.type else "",
                        leaks=tuple(_leaks(handler.body, revealing, code, project, returns=returns))
                        if revealing
                        else (),
                        doubtful=id(code) not in endpoints and bool(_TRYING_OUT.search(code.qualname)),
                    )


def _all_passed_on(project: Project) -> frozenset[int]:
    """Ids of functions whose result an endpoint passes on, and of those whose result they pass on themselves."""
    level = list({id(endpoint.function): endpoint.function for endpoint in project.endpoints}.values())
    found: set[int] = set()
    for _ in range(MAX_HANDS):
        following = {id(one): one for function in level for one in _passed_on(function, project)}
        level = [function for key, function in following.items() if key not in found]
        found.update(following)
    return frozenset(found)


def _passed_on(function: Function, project: Project) -> Iterator[Function]:
    """Functions of the project whose result ``function`` gives back, or makes its result of, without a look at it."""
    looked_at = {
        node.root
        for stmt in function.statements_of(syntax.If)
        for node in syntax.walk(stmt.test)
        if isinstance(node, syntax.Ref)
    }
    for stmt in function.statements_of(syntax.Return):
        made = stmt.value.value if isinstance(stmt.value, syntax.Await) else stmt.value
        if not isinstance(made, syntax.Call):
            names = {made.name} if isinstance(made, syntax.Ref) else set()
        else:
            yield from own_function(made, function, project)
            names = {k.value.name for k in made.keywords if not k.name and isinstance(k.value, syntax.Ref)}
        for name in names - looked_at:
            for binding in function.bindings.get(name, ()):
                given = binding.expr.value if isinstance(binding.expr, syntax.Await) else binding.expr
                if isinstance(given, syntax.Call):
                    yield from own_function(given, function, project)


def _registered(project: Project) -> Iterator[ErrorAnswer]:
    seen: set[int] = set()
    for app in project.apps:
        for handler in app.exception_handlers:
            function = handler.function
            if function is None or id(function) in seen:
                continue
            seen.add(id(function))
            names = [p.name for p in function.facts.parameters[1 + bool(function.receiver) :]]
            unexpected = handler.handles == "500" or REVEALING.search(handler.handles)
            revealing = names[0] if names and unexpected else ""
            yield ErrorAnswer(
                function.qualname,
                function.place,
                error=handler.handles.rpartition(".")[2],
                leaks=tuple(_leaks(function.body, revealing, function, project, returns=True)) if revealing else (),
            )


def _results(project: Project) -> Iterator[ErrorAnswer]:
    """Endpoints that are told of an error by a function of the project."""
    for function in {id(one.function): one.function for one in project.endpoints}.values():
        places = told_results(function, project)
        if places is not None:
            doubtful = bool(_TRYING_OUT.search(function.name))
            yield ErrorAnswer(function.qualname, function.place, leaks=places, doubtful=doubtful)


def _shown(project: Project) -> Iterator[tuple[App, str]]:
    """What imported apps gave away of an error that was raised for them."""
    for app in project.apps:
        for exchange in app.http.leaks:
            if exchange.kind == "unhandled" and app.facts is not None and not app.facts.debug:
                yield app, " and ".join(_GIVEN_AWAY[leak] for leak in exchange.leaks)
                break


def _line(body: syntax.Body) -> int:
    return getattr(body[0], "line", 0) if body else 0


def _answers(body: syntax.Body, code: Code, project: Project, *, returns: bool) -> bool:
    return any(
        (returns and isinstance(stmt, syntax.Return))
        or (returns and _kept_in(stmt) in _given_back(code))
        or _raised_by(stmt, code, project) is not None
        or (
            isinstance(stmt, syntax.Raise)
            and isinstance(stmt.exception, syntax.Call)
            and is_http_error(stmt.exception, code, project)
        )
        for stmt in syntax.statements(body)
    )


def _leaks(body: syntax.Body, error: str, code: Code, project: Project, *, returns: bool) -> Iterator[Place]:
    """Where the error's text goes into what the client gets."""
    names = {error}
    known = where_spoken(body, error, code, project)
    for stmt in syntax.statements(body):
        if id(stmt) in known:
            continue
        match stmt:
            case syntax.Assign(targets=(syntax.Ref(name=name),), value=value) if tells(value, names, code, project):
                names.add(name)
            case syntax.Raise(exception=syntax.Call() as call) if is_http_error(call, code, project) and _told(
                call, names, code, project
            ):
                yield Place(code.module.path, stmt.line)
            case syntax.Return(value=syntax.Call() as call) if (
                returns
                and (ANSWERS.search(call.method) or is_http_error(call, code, project))
                and _told(call, names, code, project)
            ):
                yield Place(code.module.path, stmt.line)
            case syntax.Return(value=syntax.Mapping() as value) if returns and tells(value, names, code, project):
                yield Place(code.module.path, stmt.line)
            case syntax.Assign(value=value) | syntax.Do(value=value) if (
                returns and _kept_in(stmt) in _given_back(code) and tells(value, names, code, project)
            ):
                yield Place(code.module.path, stmt.line)
            case syntax.Do(value=syntax.Call() as call):
                raised = _raised_by(stmt, code, project)
                if raised is not None:
                    yield from _leaks_of(raised, call, names, code, project)


def _kept_in(stmt: syntax.Stmt) -> str:
    """The name of what an item is put into: ``health["checks"]["database"] = ...``, ``errors.append(...)``; "" for other
    statements."""
    match stmt:
        case syntax.Assign(targets=(syntax.Subscript() as target,), op=""):
            inner: syntax.Expr = target
            while isinstance(inner, syntax.Subscript):
                inner = inner.value
            return inner.name if isinstance(inner, syntax.Ref) else ""
        case syntax.Do(value=syntax.Call(func=syntax.Ref(name=name))) if name.endswith(".append"):
            return name.removesuffix(".append")
    return ""


def _given_back(code: Code) -> frozenset[str]:
    """Names that a function returns, as they are or as what the answer is made of."""
    found: set[str] = set()
    for stmt in code.statements_of(syntax.Return):
        given = stmt.value.value if isinstance(stmt.value, syntax.Await) else stmt.value
        parts = (*given.args, *(k.value for k in given.keywords)) if isinstance(given, syntax.Call) else (given,)
        found.update(part.name for part in parts if isinstance(part, syntax.Ref))
    return frozenset(found)


def _raised_by(stmt: syntax.Stmt, code: Code, project: Project) -> Function | None:
    """The function of the project that a statement only calls, and that raises an HTTP error."""
    if not isinstance(stmt, syntax.Do) or not isinstance(stmt.value, syntax.Call):
        return None
    for function in own_function(stmt.value, code, project):
        if any(_raises_http(raised, function, project) for raised in function.statements_of(syntax.Raise)):
            return function
    return None


def _raises_http(stmt: syntax.Raise, code: Code, project: Project) -> bool:
    return isinstance(stmt.exception, syntax.Call) and is_http_error(stmt.exception, code, project)


def _leaks_of(function: Function, call: syntax.Call, names: set[str], code: Code, project: Project) -> Iterator[Place]:
    """Where a function that is handed the error raises an HTTP error with its text."""
    parameters = function.facts.parameters[bool(function.receiver) :]
    given = {p.name: call.argument(at, p.name) for at, p in enumerate(parameters)}
    handed = {name for name, value in given.items() if isinstance(value, syntax.Ref) and value.name in names}
    for stmt in function.statements_of(syntax.Raise) if handed else ():
        raised = stmt.exception
        if not isinstance(raised, syntax.Call) or not is_http_error(raised, function, project):
            continue
        if _told(raised, handed, function, project):
            yield Place(function.module.path, stmt.line)


def _told(call: syntax.Call, names: set[str], code: Code, project: Project) -> bool:
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    traced = any(isinstance(n, syntax.Call) and n.name in TRACES for g in given for n in syntax.walk(g))
    return traced or any(tells(g, names, code, project) for g in given)
