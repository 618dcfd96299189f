"""Apps that a library fills: the code shows none of their routes, which is not the same as having none."""

from __future__ import annotations

from collections.abc import Iterator

from fastreview.facts import syntax as s
from fastreview.project.code import Code
from fastreview.project.names import External
from fastreview.project.routing import Router
from fastreview.project.values import Values

_SERVING = frozenset({"uvicorn", "hypercorn", "granian", "gunicorn", "mangum", "fastapi", "starlette", "builtins"})
"""Roots of what is given an app and adds no routes to it; an app that is included or mounted is read as one."""


def maker_of_routes(router: Router, values: Values) -> str:
    """The class of a library that is made with this app, as in ``StacApi(app=FastAPI(), ...)``, or ""."""
    for code in {id(one): one for one in (router.code, router.made_in)}.values():
        names = frozenset(_names(router.call, code))
        for site in code.calls:
            if (
                site.call is not router.call
                and site.call.method[:1].isupper()
                and _holds(site.call, router.call, names)
            ):
                target = values.target(site)
                if isinstance(target, External) and target.name.partition(".")[0] not in _SERVING:
                    return site.call.method
    return ""


def _names(made: s.Call, code: Code) -> Iterator[str]:
    for stmt in code.statements_of(s.Assign):
        if stmt.value is made:
            yield from (target.name for target in stmt.targets if isinstance(target, s.Ref))


def _holds(call: s.Call, made: s.Call, names: frozenset[str]) -> bool:
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    return any(
        node is made or (isinstance(node, s.Ref) and node.name in names) for one in given for node in s.walk(one)
    )
