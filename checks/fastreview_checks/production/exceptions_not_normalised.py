"""Errors have no common schema

Out of the box a service answers errors in three shapes: `{"detail": "..."}` for HTTP errors, `{"detail": [...]}` for
validation, plain text for what nobody expected. Clients then parse by trial, and show "undefined" for the one that matters.

## Improve

Register handlers for `starlette.exceptions.HTTPException` (the router raises Starlette's for 404 and 405, FastAPI's is a
subclass), `RequestValidationError` and `Exception`, and let them make the same body: problem details (RFC 9457), say.

## Read

- [Handling errors](https://fastapi.tiangolo.com/tutorial/handling-errors/)
- [Exceptions in Starlette](https://starlette.dev/exceptions/)
- [RFC 9457: problem details](https://www.rfc-editor.org/rfc/rfc9457.html)

```python bad
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

app = FastAPI()


@app.exception_handler(HTTPException)
async def on_http(request: Request, error: HTTPException) -> JSONResponse:  # finding
    return JSONResponse({"error": error.detail}, error.status_code)


@app.exception_handler(RequestValidationError)
async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    return JSONResponse({"error": "invalid"}, 422)


@app.exception_handler(Exception)
async def on_unexpected(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": "internal"}, 500)


@app.get("/items")
def items() -> list[str]:
    return []
```

Three handlers, two shapes:

```python bad
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

app = FastAPI()


async def on_http(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": error.detail}, error.status_code)


async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:  # finding
    return JSONResponse({"errors": error.errors()}, 422)


async def on_unexpected(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": "internal"}, 500)


app.add_exception_handler(HTTPException, on_http)
app.add_exception_handler(RequestValidationError, on_invalid)
app.add_exception_handler(Exception, on_unexpected)


@app.get("/items")
def items() -> list[str]:
    return []
```

```python fixed
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

app = FastAPI()


def problem(status: int, title: str) -> JSONResponse:
    return JSONResponse({"status": status, "title": title}, status, media_type="application/problem+json")


@app.exception_handler(HTTPException)
async def on_http(request: Request, error: HTTPException) -> JSONResponse:
    return problem(error.status_code, error.detail)


@app.exception_handler(RequestValidationError)
async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    return problem(422, "The request does not meet the contract.")


@app.exception_handler(Exception)
async def on_unexpected(request: Request, error: Exception) -> JSONResponse:
    return problem(500, "Something went wrong on our side.")


@app.get("/items")
def items() -> list[str]:
    return []
```
"""

from fastreview.api import (
    App,
    Confidence,
    ExceptionHandler,
    Found,
    Hit,
    Met,
    NotApplicable,
    Place,
    Project,
    Related,
    Rung,
    check,
)
from fastreview_checks.knowledge.health import stands_beside
from fastreview_checks.knowledge.production.error_handlers import (
    FASTAPI_HTTP,
    HTTP,
    UNEXPECTED,
    VALIDATION,
    catching_middleware,
    differ,
    library_of,
    shape_of,
)
from fastreview_checks.knowledge.unread_routes import without_routes


@check("PRD006", dimension="production", level=2, gate=True, each=App, effort="hours")
def exceptions_not_normalised(app: App, project: Project) -> Found:
    if not app.routes:
        raise without_routes(project, "the app has no routes")
    if stands_beside(app, project):
        raise NotApplicable("a small app beside the service's own")
    if library := library_of(project):
        yield Met(app.place, f"`{library}` gives all errors one schema.", Rung.CONFIGURED)
        return
    if app.http.errors_have_one_shape:
        first, *_ = app.main_exception_handlers or (None,)
        yield Met(_place(first) if first else app.place, "All errors were answered in one schema.", Rung.EXERCISED)
        return
    by_name = {h.handles: h for h in app.main_exception_handlers}
    chosen = {
        "404 and 405 of the router": _first(by_name, HTTP) or (by_name.get("404") if "405" in by_name else None),
        "validation errors": _first(by_name, VALIDATION),
        "unexpected errors": _first(by_name, UNEXPECTED),
    }
    missing = [what for what, h in chosen.items() if h is None]
    if "unexpected errors" in missing and catching_middleware(app, project):
        missing.remove("unexpected errors")
    if missing:
        narrow = by_name.get(FASTAPI_HTTP) if len(missing) == 1 and FASTAPI_HTTP in by_name else None
        place = _place(narrow) if narrow else app.place
        reason = (
            "FastAPI's `HTTPException` is a subclass of the one that the router raises, so 404 and 405 keep the default "
            "shape. Register the handler for `starlette.exceptions.HTTPException`."
            if narrow
            else f"The framework's own shape is kept for {', '.join(missing)}, so clients have to understand several. Register "
            "handlers that answer all errors in one schema."
        )
        asked = app.http.errors_have_one_shape is False
        yield Hit(place, reason, confidence=Confidence.CERTAIN if asked else Confidence.LIKELY)
        return
    found = [h for h in chosen.values() if h is not None]
    shapes = {h: shape_of(h, project) for h in found}
    first = next((h for h in found if shapes[h]), None)
    other = next((h for h in found if first and differ(shapes[h], shapes[first])), None)
    if first and other:
        yield Hit(
            _place(other),
            f"This handler answers {_said(shapes[other])}, the one of {first.handles.rpartition('.')[2]} "
            f"{_said(shapes[first])}: clients have to understand both. Let one function make the body of all errors.",
            related=(Related(_place(first), "answers another shape"),),
        )
    else:
        defaults = (
            {name for name, at in app.facts.exception_handlers if at.module.startswith("fastapi.")}
            if app.facts
            else None
        )
        kept = defaults is not None and defaults.isdisjoint({"HTTPException", "RequestValidationError"})
        yield Met(
            _place(found[0]), "All errors are answered in one schema.", Rung.EXERCISED if kept else Rung.CONFIGURED
        )


def _first(by_name: dict[str, ExceptionHandler], names: frozenset[str]) -> ExceptionHandler | None:
    return next((h for name, h in by_name.items() if name in names), None)


def _place(handler: ExceptionHandler) -> Place:
    return handler.function.place if handler.function is not None else handler.place


def _said(shape: frozenset[str]) -> str:
    return " or ".join(f"`{text.rpartition('.')[2] if '{' not in text else text}`" for text in sorted(shape))
