"""Status codes as code writes them.

Source: FastAPI's documentation on response status codes; the names are those of ``http.HTTPStatus`` and of
``fastapi.status``.
"""

import re
from functools import lru_cache
from http import HTTPStatus

from fastreview.api import Code, Function, Place, Project, Route, syntax

_DEPTH = 2
_DIGITS = re.compile(r"(?:^|_)([1-5]\d\d)(?:_|$)")


def status_in(expr: syntax.Expr | syntax.Missing) -> int | None:
    """``404``, ``status.HTTP_404_NOT_FOUND`` and ``HTTPStatus.NOT_FOUND`` (with ``.value``) as a number."""
    if isinstance(expr, int) and not isinstance(expr, bool):
        return expr
    if not isinstance(expr, syntax.Ref):
        return None
    words = expr.name.removesuffix(".value").split(".")
    digits = _DIGITS.search(words[-1])
    if digits:
        return int(digits[1])
    known = HTTPStatus.__members__.get(words[-1])
    return int(known) if known is not None and words[-2:-1] == ["HTTPStatus"] else None


def status_of(route: Route, project: Project) -> int | None:
    """What the route answers when all goes well; None where that is not known."""
    if route.facts is not None and route.facts.status_code:
        return route.facts.status_code
    given = route.option("status_code")
    if isinstance(given, syntax.Missing) or given is None:
        return 200 if route.listed is not None else None
    found = status_in(given)
    if found is None and route.listed is not None:
        own = route.listed.registered.option("status_code")
        origin = project.constants.origin(*own, route.listed.registered.env) if own is not None else None
        found = status_in(origin[0]) if origin is not None else None
    return found


def sets_status(function: Code) -> bool:
    """Whether the function decides on the status itself: ``response.status_code = 201``, ``JSONResponse(..., 201)``."""
    return _sets(function) or any("Response" in name for name in function.called)


def _sets(function: Code) -> bool:
    return "status_code" in function.mentioned and any(
        isinstance(stmt, syntax.Assign)
        and any(isinstance(target, syntax.Ref) and target.last == "status_code" for target in stmt.targets)
        for stmt in function.statements
    )


@lru_cache(maxsize=1)
def raising(project: Project) -> dict[int, dict[int, Place]]:
    """By the id of a function: statuses of the ``HTTPException``s that it or what it calls raises, and where."""
    found: dict[int, dict[int, Place]] = {}
    level: dict[int, Function] = {}
    for site in project.calls("HTTPException"):
        status = status_in(site.call.argument(0, "status_code"))
        if status is not None and isinstance(site.code, Function):
            found.setdefault(id(site.code), {}).setdefault(status, site.place)
            level[id(site.code)] = site.code
    # Nobody calls an endpoint but the framework.
    endpoints = {id(endpoint.function) for endpoint in project.endpoints}
    for _ in range(_DEPTH):
        callers: dict[int, Function] = {}
        for function in level.values():
            for site in project.callers(function) if id(function) not in endpoints else ():
                if isinstance(site.code, Function) and site.code is not function:
                    callers[id(site.code)] = site.code
                    known = found.setdefault(id(site.code), {})
                    for status, place in found[id(function)].items():
                        known.setdefault(status, place)
        level = callers
    return found
