"""What ends with the request: sessions and clients that a dependency yields or that a ``with`` in an endpoint holds.

FastAPI closes what dependencies yield before the answer is sent from 0.106 to 0.117, and again after background tasks from
0.118 on, unless the dependency has ``scope="function"``. Source: its release notes and "Dependencies with yield".
"""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import BASES, Class, Code, Function, Instance, Project, syntax, unwrapped
from fastreview_checks.knowledge.core.opened import ENDS, OPENED
from fastreview_checks.knowledge.core.versions import known, parts

_HELD = frozenset(
    {
        "sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.engine.Connection",
        "sqlalchemy.ext.asyncio.AsyncConnection", "asyncpg.Connection", "aiosqlite.Connection", "psycopg.Connection",
        "psycopg.AsyncConnection", "sqlite3.Connection", "httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession",
    }
)  # fmt: skip


class Held(NamedTuple):
    """Something that ends with the request: its name, what ends it, and whether that is before background tasks run (None
    where the version of FastAPI decides and is not known)."""

    name: str
    ended_by: str
    before_tasks: bool | None


def held(expr: syntax.Expr, code: Code, project: Project) -> Held | None:
    """What ``expr`` hands over, where it ends with the request."""
    if type(expr) is not syntax.Ref or "." in expr.name or not isinstance(code, Function):
        return None
    if expr.name in code.parameters:
        injected = next((i for i in project.injection.of(code) if i.parameter == expr.name), None)
        provider = injected.function if injected is not None else None
        if (
            provider is not None
            and provider.facts.yields
            and (_is_resource(expr, code, project) or _ends_what_it_yields(provider))
        ):
            return Held(expr.name, f"`{provider.name}` ends it", _ends_early(code, expr.name, project))
    elif any(binding.kind == "enter" for binding in code.bindings.get(expr.name, ())) and _is_resource(
        expr, code, project
    ):
        return Held(expr.name, "the `with` ends it", True)
    return None


def held_by(function: Function, receiver: syntax.Expr, code: Code, project: Project) -> Held | None:
    """A session of the request that the object has whose method will run: ``service.send`` of an injected service."""
    if type(receiver) is not syntax.Ref or not isinstance(code, Function) or function.owner is None:
        return None
    injected = next((i for i in project.injection.of(code) if i.parameter == receiver.root), None)
    if injected is None:
        return None
    ending = next((i for i in injected.tree() if i.function is not None and i.function.facts.yields), None)
    used = next(_attributes_held(function, function.owner, project), "") if ending is not None else ""
    if ending is None or ending.function is None or not used:
        return None
    asking = next((i for i in injected.tree() if any(inner is ending for inner in i.inner)), None)
    where = asking.function if asking is not None and asking.function is not None else code
    early = _ends_early(where, ending.parameter, project)
    return Held(f"{receiver.root}.{used}", f"`{ending.function.name}` ends it", early)


def _attributes_held(function: Function, owner: Class, project: Project) -> Iterator[str]:
    """Attributes of ``self`` that ``function`` uses and that hold a session."""
    for site in function.calls:
        path = site.call.name.split(".")
        if (
            len(path) > 2
            and path[0] == function.receiver
            and _is_held(project.values.attribute(Instance(owner), path[1]))
        ):
            yield path[1]


def _ends_what_it_yields(provider: Function) -> bool:
    """``yield client`` and ``await client.close()``, whatever the class of the client is."""
    yielded = {
        node.value.name
        for stmt in provider.statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        if isinstance(node, syntax.Yield) and isinstance(node.value, syntax.Ref)
    }
    return any(site.call.method in ENDS and site.call.name.rpartition(".")[0] in yielded for site in provider.calls)


def _is_resource(expr: syntax.Expr, code: Code, project: Project) -> bool:
    return _is_held(project.values.of(expr, code))


def _is_held(value: object) -> bool:
    if not isinstance(value, Instance):
        return False
    if isinstance(value.of, Class):
        return not value.of.ancestry.external.isdisjoint(_HELD) or "UnitOfWork" in value.of.name
    name = value.of.name
    return name in _HELD or BASES.get(name, "") in _HELD or name in OPENED


def _ends_early(code: Function, name: str, project: Project) -> bool | None:
    """Whether what is injected as ``name`` is closed before background tasks run."""
    parameter = code.parameters.get(name)
    if parameter is None:
        return None
    declared = unwrapped(parameter.annotation, code.parent or code.module, project.names)
    markers = (*declared.markers, *((parameter.default,) if type(parameter.default) is syntax.Call else ()))
    if any(marker.keyword("scope") == "function" for marker in markers):
        return True
    found = known(project, "fastapi")
    return None if found is None else (0, 106) <= parts(found.version) < (0, 118)
