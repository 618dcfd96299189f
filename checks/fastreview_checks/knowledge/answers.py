"""What endpoints answer with: responses made by hand, types that promise nothing, routes that are no part of the API.

Source: FastAPI's documentation on custom responses: a returned `Response` is sent as it is, without a response model.
"""

import re

from fastreview.api import Class, Code, Declared, External, Instance, Project, Route, Value, syntax, unwrapped

_RESPONSE = re.compile(r"(?:Response|ServerSentEvents?)$")
_JSON = frozenset({"JSONResponse", "ORJSONResponse", "UJSONResponse"})
VAGUE = frozenset(
    {
        "typing.Any", "builtins.object", "builtins.dict", "builtins.list", "builtins.tuple", "builtins.set",
        "typing.Dict", "typing.List", "typing.Tuple", "typing.Mapping", "typing.Sequence", "typing.Iterable",
        "collections.abc.Mapping",
        "collections.abc.Sequence", "collections.abc.Iterable", "typing.MutableMapping",
    }
)  # fmt: skip
"""Types that, written without arguments, say nothing about what is inside."""

_OPERATIONS = re.compile(
    r"/health(?:z|[_-]?check(?:s|er)?)?(?:/|$)"
    r"|(?:^|[/_-])(?:ready|readyz|readiness|live|livez|liveness|ping|alive|heartbeat|up|metrics|version|robots\.txt"
    r"|favicon\.ico|sitemap\.xml)/?$"
)
NO_BODY = frozenset({204, 205, 304, 301, 302, 303, 307, 308})


def is_operational(route: Route) -> bool:
    """The root page, health checks and what else is for operators and crawlers, not for clients of the API."""
    return route.path in ("/", "") or bool(_OPERATIONS.search(route.path))


def is_response(value: Value | None) -> bool:
    """Whether a value is a `Response` (of any kind), by its class."""
    of = value.of if isinstance(value, Instance) else None
    if isinstance(of, External):
        return bool(_RESPONSE.search(of.name)) and not of.name.startswith(("httpx.", "requests.", "aiohttp."))
    return isinstance(of, Class) and any(n.startswith("fastapi.") and _RESPONSE.search(n) for n in of.ancestry.external)


def is_json_class(given: syntax.Expr | syntax.Missing, code: Code, project: Project) -> bool | None:
    """Whether ``response_class=given`` sends JSON; None where it is not given or not known."""
    if isinstance(given, syntax.Missing):
        return None
    value = project.values.of(given, code)
    if isinstance(value, External):
        return value.name.rpartition(".")[2] in _JSON
    if isinstance(value, Class):
        return any(n.rpartition(".")[2] in _JSON for n in value.ancestry.external)
    return None


def vague(declared: Declared, project: Project) -> bool:
    """Whether a type leaves open what is inside: ``dict``, ``Any``, ``list[dict]``, ``Item | dict``."""
    return _vague(declared, project, 0, {})


def _vague(declared: Declared, project: Project, depth: int, entered: dict[int, syntax.Expr]) -> bool:
    inner = unwrapped(declared.expr, declared.code, project.names)
    # What an alias stands for is looked into once: aliases of aliases multiply.
    if depth > 6 or (inner.expr is not declared.expr and id(inner.expr) in entered):
        return False
    entered[id(inner.expr)] = inner.expr

    def is_vague(part: syntax.Expr) -> bool:
        return _vague(Declared(part, inner.code), project, depth + 1, entered)

    match inner.expr:
        case syntax.Ref(name=name):
            found = project.names.resolve(inner.code, name)
            return isinstance(found, External) and found.name in VAGUE
        case syntax.Subscript(value=syntax.Ref(name=name), index=index):
            parts = index.values if isinstance(index, syntax.Items) else (index,)
            found = project.names.resolve(inner.code, name)
            if isinstance(found, External) and found.name in ("builtins.dict", "typing.Dict", "typing.Mapping"):
                return len(parts) > 1 and is_vague(parts[1])
            if isinstance(found, External) and found.name in VAGUE | {"typing.Union", "typing.Optional"}:
                return any(is_vague(part) for part in parts)
        case syntax.Operation(op="|", operands=operands):
            return any(is_vague(operand) for operand in operands)
        case _:
            pass
    return False
