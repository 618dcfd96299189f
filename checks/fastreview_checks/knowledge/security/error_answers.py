"""What answers clients when something goes wrong: `except` clauses that do, registered handlers, and the app itself; and where
the text of the error goes into the answer."""

from collections.abc import Iterator, Sequence

from fastreview.api import App, Class, Code, Confidence, External, Place, Project, Subject, syntax
from fastreview_checks.knowledge.security.errors import ANSWERS, REVEALING, TRACES, tells, where_spoken

_GIVEN_AWAY = {"message": "its text", "traceback": "a traceback", "path": "paths of files"}


class ErrorAnswer(Subject):
    """One of them. ``leaks`` are the places where it gives the error's text away, ``error`` names what it handles; ``given`` is
    what an imported app gave away of an error that nobody handles."""

    unit = "error handler"

    def __init__(
        self, key: str, place: Place, *, error: str = "", leaks: tuple[Place, ...] = (), given: str = ""
    ) -> None:
        self._key = key
        self._place = place
        self.error = error
        self.leaks = leaks
        self.given = given

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
        return Confidence.CERTAIN if self.given else Confidence.LIKELY

    @classmethod
    def all_of(cls, project: Project) -> Sequence["ErrorAnswer"]:
        found = [*_clauses(project), *_registered(project)]
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
    """`except` clauses that answer: they raise an HTTP error or, in an endpoint, return."""
    endpoints = {id(endpoint.function) for endpoint in project.endpoints}
    for module in project.service_modules:
        for code in module.codes():
            for stmt in code.statements_of(syntax.Try):
                returns = id(code) in endpoints
                for handler in stmt.handlers:
                    if not _answers(handler.body, code, project, returns=returns):
                        continue
                    revealing = handler.name if _unexpected(handler.type, code, project) else ""
                    yield ErrorAnswer(
                        code.qualname,
                        Place(module.path, _line(handler.body)),
                        error=syntax.written(handler.type) if handler.type else "",
                        leaks=tuple(_leaks(handler.body, revealing, code, project, returns=returns))
                        if revealing
                        else (),
                    )


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


def _shown(project: Project) -> Iterator[tuple[App, str]]:
    """What imported apps gave away of an error that was raised for them."""
    for app in project.apps:
        for exchange in app.http.leaks:
            if exchange.kind == "unhandled" and app.facts is not None and not app.facts.debug:
                yield app, " and ".join(_GIVEN_AWAY[leak] for leak in exchange.leaks)
                break


def _line(body: syntax.Body) -> int:
    return getattr(body[0], "line", 0) if body else 0


def _unexpected(given: syntax.Expr, code: Code, project: Project) -> bool:
    """Whether these are errors whose text nobody wrote for clients."""
    if given is None:
        return True
    if isinstance(given, syntax.Items):
        return any(_unexpected(one, code, project) for one in given.values)
    match project.values.of(given, code):
        case External(name=name):
            return bool(REVEALING.search(name))
        case Class():
            return False
    return False


def _answers(body: syntax.Body, code: Code, project: Project, *, returns: bool) -> bool:
    return any(
        (returns and isinstance(stmt, syntax.Return))
        or (
            isinstance(stmt, syntax.Raise)
            and isinstance(stmt.exception, syntax.Call)
            and _is_http(stmt.exception, code, project)
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
            case syntax.Raise(exception=syntax.Call() as call) if _is_http(call, code, project) and _told(
                call, names, code, project
            ):
                yield Place(code.module.path, stmt.line)
            case syntax.Return(value=syntax.Call() as call) if (
                returns and ANSWERS.search(call.method) and _told(call, names, code, project)
            ):
                yield Place(code.module.path, stmt.line)
            case syntax.Return(value=syntax.Mapping() as value) if returns and tells(value, names, code, project):
                yield Place(code.module.path, stmt.line)


def _told(call: syntax.Call, names: set[str], code: Code, project: Project) -> bool:
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    traced = any(isinstance(n, syntax.Call) and n.name in TRACES for g in given for n in syntax.walk(g))
    return traced or any(tells(g, names, code, project) for g in given)


def _is_http(call: syntax.Call, code: Code, project: Project) -> bool:
    value = project.values.of(call.func, code)
    if isinstance(value, Class):
        return any(name.endswith("HTTPException") for name in value.ancestry.external)
    return isinstance(value, External) and value.name.endswith("HTTPException")
