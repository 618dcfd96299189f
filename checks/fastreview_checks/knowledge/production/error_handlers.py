"""Handlers that give errors one schema, and libraries that bring them.

Sources: Starlette's exception handling, the libraries' documentation.
"""

import re
from collections.abc import Iterator

from fastreview.api import App, Class, ExceptionHandler, External, Function, Project, syntax

# The router raises Starlette's exception for 404 and 405: a handler of FastAPI's subclass never sees it.
HTTP = frozenset({"starlette.exceptions.HTTPException", "starlette.HTTPException", "fastapi.StarletteHTTPException",
                  "fastapi.exception_handlers.StarletteHTTPException"})  # fmt: skip
FASTAPI_HTTP = "fastapi.HTTPException"
VALIDATION = frozenset({"fastapi.RequestValidationError", "fastapi.ValidationException"})
UNEXPECTED = frozenset({"builtins.Exception", "500", "builtins.BaseException"})

LIBRARIES = frozenset({"fastapi_problem", "fastapi_problem_details", "rfc9457", "fastapi_rfc7807"})
RESPONSES = re.compile(r"Response$")

MAX_DEPTH = 3
TEXT = "plain text"
"""The shape of an answer that is no JSON."""


def library_of(project: Project) -> str:
    """The library that normalises errors where the code calls its set-up, or ""."""
    for module in project.service_modules:
        if not LIBRARIES.isdisjoint(module.imported):
            for code in module.codes():
                for site in code.calls:
                    value = project.values.target(site)
                    if isinstance(value, External) and value.package in LIBRARIES:
                        return value.package
    return ""


_OUTERMOST = "fastapi.middleware.errors.ServerErrorMiddleware"
"""Starlette's; its middleware is known under FastAPI's names."""


def catching_middleware(app: App, project: Project) -> bool:
    """Middleware that answers any exception: ``try: await call_next(...) except Exception: return ...``, or Starlette's own
    with a handler."""
    return any(m.app is app and m.library == _OUTERMOST and "handler" in m.options for m in project.middleware) or any(
        handler.type is None
        or (isinstance(handler.type, syntax.Ref) and handler.type.last in ("Exception", "BaseException"))
        for middleware in project.middleware
        if middleware.app is app
        for function in middleware.functions
        for stmt in function.statements
        if isinstance(stmt, syntax.Try)
        for handler in stmt.handlers
        if not _only_raises(handler.body)
    )


def _only_raises(body: syntax.Body) -> bool:
    return isinstance(body[-1], syntax.Raise) if body else False


def shape_of(handler: ExceptionHandler, project: Project) -> frozenset[str]:
    """What the answer of a handler is made of: the keys of its JSON, or the function or class that makes it; empty where
    the code does not tell."""
    return frozenset(_shapes(handler.function, project, 0, set())) if handler.function is not None else frozenset()


def differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two shapes are two schemas: a member more (``errors`` of a validation error) is still the same one."""
    if not one or not other:
        return False
    if (TEXT in one) != (TEXT in other):
        return True
    return not any(_alike(a, b) for a in one for b in other)


def _alike(one: str, other: str) -> bool:
    if not (one.startswith("{") and other.startswith("{")):
        # A model or function on one side only: the code does not tell.
        return one == other or one.startswith("{") != other.startswith("{")
    mine, theirs = set(one.strip("{}").split(", ")), set(other.strip("{}").split(", "))
    return len(mine & theirs) * 2 > min(len(mine), len(theirs))


def _shapes(function: Function, project: Project, depth: int, seen: set[int]) -> Iterator[str]:
    """``seen`` are functions whose answers are known already: each is asked once."""
    for stmt in function.statements:
        if isinstance(stmt, syntax.Return) and stmt.value is not None:
            value = stmt.value.value if isinstance(stmt.value, syntax.Await) else stmt.value
            if isinstance(value, syntax.Call):
                yield from _of_call(value, function, project, depth, seen)


def _of_call(call: syntax.Call, function: Function, project: Project, depth: int, seen: set[int]) -> Iterator[str]:
    target = project.values.of(call.func, function)
    if isinstance(target, Function):
        if id(target) not in seen:
            seen.add(id(target))
            inner = list(_shapes(target, project, depth + 1, seen)) if depth < MAX_DEPTH else []
            yield from inner or (target.key,)
        return
    if isinstance(target, External) and target.name.endswith(".PlainTextResponse"):
        yield TEXT
        return
    if isinstance(target, Class) and not RESPONSES.search(target.name):
        yield target.key
        return
    content = call.argument(0, "content")
    while isinstance(content, syntax.Call) and content.method in (
        "jsonable_encoder",
        "model_dump",
        "dict",
        "model_dump_json",
        "dumps",
    ):
        inner_of = content.args[0] if content.args else None
        content = inner_of if inner_of is not None else content.receiver
    if isinstance(content, syntax.Ref):
        origin = project.constants.origin(content, function, None)
        content = origin[0] if origin else content
    match content:
        case syntax.Mapping(keys=keys) if keys and all(isinstance(k, str) for k in keys):
            yield "{" + ", ".join(sorted(str(k) for k in keys)) + "}"
        case syntax.Call():
            value = project.values.of(content.func, function)
            if isinstance(value, Class | Function):
                yield value.key
