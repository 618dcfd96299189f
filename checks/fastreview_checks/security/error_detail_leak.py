"""Text of an exception sent to clients

What an unexpected exception says is written for developers: SQL with its parameters, host names, file paths, pieces of other
people's data. Sent in a response it tells an attacker what is behind the API, and clients start to depend on texts that
change with every library update.

## Improve

Log the exception with its trace, and answer with a fixed text and an id by which the log entry is found. Catch the errors
you expect by their own classes: their messages are yours to choose.

## When not to apply

Messages of the project's own errors, of `ValueError`, of validation and of parsers are about the client's input, and are not
reported.

## Read

- [FastAPI: handling errors](https://fastapi.tiangolo.com/tutorial/handling-errors/)
- [OWASP: error handling](https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html)

```python bad
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from app.orders import load

app = FastAPI()


@app.get("/orders/{number}")
def order(number: int) -> dict[str, str]:
    try:
        return load(number)
    except Exception as error:
        raise HTTPException(500, detail=f"failed: {error}")  # finding


@app.exception_handler(Exception)
async def unexpected(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=500)  # finding
```

```python good
from fastapi import FastAPI, HTTPException
from pymongo.errors import DuplicateKeyError

from app.orders import add, load

app = FastAPI()


class OrderError(Exception): ...


def text_for(error: Exception) -> str:
    return "try again later" if "timeout" in str(error) else "internal error"


@app.get("/orders/{number}")
def order(number: int) -> dict[str, str]:
    try:
        return load(number)
    except Exception as error:
        if isinstance(error, OrderError):
            raise HTTPException(400, detail=str(error))
        raise HTTPException(500, detail=text_for(error))


@app.post("/orders")
def place(number: int) -> None:
    try:
        add(number)
    except DuplicateKeyError as error:
        raise HTTPException(409, detail=f"{error.details['keyValue']} exists")
```

```python fixed
import logging

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from app.orders import OrderMissing, load

app = FastAPI()
log = logging.getLogger(__name__)


@app.get("/orders/{number}")
def order(number: int) -> dict[str, str]:
    try:
        return load(number)
    except OrderMissing as error:
        raise HTTPException(404, detail=str(error))


@app.exception_handler(Exception)
async def unexpected(request: Request, error: Exception) -> JSONResponse:
    log.exception("unexpected", exc_info=error)
    return JSONResponse({"detail": "internal error"}, status_code=500)
```
"""

from collections.abc import Iterator

from fastreview.api import App, Class, Code, Confidence, External, Found, Function, Hit, Place, Project, check, syntax
from fastreview_checks.knowledge.errors import ANSWERS, REVEALING, TRACES, tells, where_spoken

_GIVEN_AWAY = {"message": "its text", "traceback": "a traceback", "path": "paths of files"}


@check("SEC011", dimension="security", level=1, gate=True, effort="hours")
def error_detail_leak(project: Project) -> Found:
    seen: set[Place] = set()
    endpoints = {id(endpoint.function) for endpoint in project.endpoints}
    for module in project.service_modules:
        for code in module.codes():
            for stmt in code.statements:
                for handler in stmt.handlers if type(stmt) is syntax.Try else ():
                    if handler.name and _unexpected(handler.type, code, project):
                        answers = _answers(handler.body, handler.name, code, project, returns=id(code) in endpoints)
                        for place in answers:
                            if place not in seen:
                                seen.add(place)
                                yield _hit(
                                    place, code.qualname, syntax.written(handler.type) if handler.type else "any error"
                                )
    for app in project.apps:
        for given, handler_expr, code, _ in (one for router in app.routers for one in router.exception_handlers):
            function = project.values.of(handler_expr, code)
            if isinstance(function, Function) and _unexpected(given, code, project):
                names = [p.name for p in function.facts.parameters[1 + bool(function.receiver) :]]
                for place in _answers(function.body, names[0], function, project, returns=True) if names else ():
                    if place not in seen:
                        seen.add(place)
                        yield _hit(place, function.qualname, syntax.written(given))
        if not seen:
            yield from _answered(app)


def _answered(app: App) -> Found:
    """What the imported app gave away of an error that was raised for it."""
    for exchange in app.http.leaks:
        if exchange.kind == "unhandled" and app.facts is not None and not app.facts.debug:
            given = " and ".join(_GIVEN_AWAY[leak] for leak in exchange.leaks)
            text = f"An unexpected error was answered with {given}. Log it, and answer with a text of your own."
            yield Hit(app.place, text, symbol="unhandled", confidence=Confidence.CERTAIN)
            return


def _hit(place: Place, symbol: str, error: str) -> Hit:
    text = f"The text of {error if error == 'any error' else f'`{error}`'} is sent to the client: it may tell of SQL, hosts "
    return Hit(place, f"{text}and other data. Log it, and answer with a text of your own.", symbol=symbol)


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


def _answers(body: syntax.Body, error: str, code: Code, project: Project, *, returns: bool) -> Iterator[Place]:
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
