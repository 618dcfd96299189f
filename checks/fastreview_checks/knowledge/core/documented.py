"""Statuses that the OpenAPI document of a route names.

Source: FastAPI's documentation on additional responses: route, routers, includes and app add theirs.
"""

from collections.abc import Iterator

from fastreview.api import Code, Project, Route, syntax
from fastreview_checks.knowledge.core.statuses import status_in


def documented_statuses(route: Route, project: Project) -> frozenset[str] | None:
    """As written ("404", "4XX", "default"); None where some of them cannot be known."""
    if route.facts is not None:
        return frozenset(route.facts.documented_statuses)
    found: set[str] = set()
    for expr, code in _given(route):
        statuses = _statuses(expr, code, project, 0)
        if statuses is None:
            return None
        found |= statuses
    return frozenset(found)


def _given(route: Route) -> Iterator[tuple[syntax.Expr, Code]]:
    if route.listed is None:
        return
    own = route.listed.registered.option("responses")
    if own is not None:
        yield own
    for router, included in route.listed.chain:
        for call, code in ((router.call, router.code), *(((included.call, included.code),) if included else ())):
            given = call.keyword("responses")
            if not isinstance(given, syntax.Missing):
                yield given, code


def _statuses(expr: syntax.Expr, code: Code, project: Project, depth: int) -> set[str] | None:
    match expr:
        case None:
            return set()
        case syntax.Mapping(keys=keys):
            found: set[str] = set()
            for key in keys:
                status = key.upper() if isinstance(key, str) and key != "default" else key
                number = status_in(key)
                if isinstance(status, str):
                    found.add(status)
                elif number is not None:
                    found.add(str(number))
                else:
                    return None
            return found
        case syntax.Call(args=args):
            # A function that makes them of statuses: ``problems(404, 409)``.
            numbers = [status_in(arg) for arg in args]
            return {str(number) for number in numbers} if args and None not in numbers else None
        case syntax.Operation(op="|", operands=operands):
            parts = [_statuses(operand, code, project, depth + 1) for operand in operands]
            known = [part for part in parts if part is not None]
            return set().union(*known) if len(known) == len(parts) else None
        case syntax.Ref() if depth < 4:
            origin = project.constants.origin(expr, code, None)
            return _statuses(origin[0], origin[1], project, depth + 1) if origin is not None else None
    return None
