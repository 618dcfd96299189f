"""How long the tokens of users live: who issues them, how they are renewed, exchanged and taken back.

Sources: RFC 9700 (best current practice for OAuth 2.0 security), sections 2.2.1 and 4.14; OWASP's session cheat sheet.
"""

import re
from collections.abc import Iterator

from fastreview.api import CallSite, External, Function, Project, Route, syntax
from fastreview_checks.knowledge.public_routes import static_parts
from fastreview_checks.knowledge.reached import reached
from fastreview_checks.knowledge.security.jwt import ENCODERS

LONGEST_ACCESS = 60
"""Minutes that an access token may live before it counts as long."""
REACH = 4

_LIBRARY_ISSUERS = frozenset({"create_access_token", "create_refresh_token"})
_STRATEGY = "JWTStrategy"
"""What fastapi_users signs tokens with; those of its other strategies are kept, and deleted at logout."""
_OTHER_PURPOSE = re.compile(
    r"reset|verif|invit|unsubscri|confirm|e?mail|state|github|apple|download|webhook|client_secret|sso|share|preview|assertion"
    r"|signed_url|file|internal|service|cluster|livekit|metabase|superset|resource|catalog|gateway",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"refresh|renew", re.IGNORECASE)
_SESSION = re.compile(r"token|auth|session|log_?in|jwt|identity|oauth", re.IGNORECASE)
_LOGOUT = re.compile(r"log_?-?out|sign_?-?out|revoke", re.IGNORECASE)
_ISSUES_REFRESH = re.compile(
    r"(?:create|issue|generate|encode|new|make|sign|get|rotate|store|save|build)\w*(?:refresh|tokens|token_pair|pair)|refresh\w*(?:create|encode|"
    r"issue)|^_?(?:issue|rotate)(?:_|$)",
    re.IGNORECASE,
)
_REFRESH_KEY = re.compile(r"^refresh_?token(?:_cookie)?$", re.IGNORECASE)
_REVOKES = re.compile(
    r"revok|black_?list|block_?list|deny_?list|invalidat|token_version|mark_used|is_used"
    r"|(?:delete|remove|pop|drop|expire|clear|discard|terminate|end)_(?:\w+_)?(?:tokens?|sessions?)$|logged_?out",
    re.IGNORECASE,
)
_KEPT = re.compile(r"session|token", re.IGNORECASE)
_VALID = re.compile(r"^(?:is_?)?(?:active|valid|enabled)$", re.IGNORECASE)
_EXTERNAL = frozenset(
    {
        "fastapi_azure_auth", "msal", "keycloak", "fastapi_keycloak", "auth0", "fastapi_auth0", "auth0_fastapi_api", "firebase_admin",
        "fastapi_cloudauth", "supabase", "clerk_backend_api", "workos", "supertokens_python", "cognitojwt", "scalekit", "azure.identity",
        "fastapi_third_party_auth", "stytch", "descope",
    }
)  # fmt: skip
_LIFETIME = re.compile(
    r"^(?:\w+_)?access_?(?:token_?)?(?:\w+_)?(?:expire\w*|ttl|lifetime|duration|max_age)\w*$", re.IGNORECASE
)
_UNITS = {"second": 1 / 60, "minute": 1, "hour": 60, "day": 1440, "week": 10080}


def issuing_calls(project: Project) -> Iterator[CallSite]:
    """Calls that sign a token for a user who logs in."""
    for site in project.calls("encode", _STRATEGY, *_LIBRARY_ISSUERS):
        if isinstance(site.code, Function) and _OTHER_PURPOSE.search(site.code.name):
            continue
        target = project.values.target(site)
        name = target.name if isinstance(target, External) else ""
        if (
            name in ENCODERS
            or (site.call.method in _LIBRARY_ISSUERS and name.startswith(("fastapi_jwt_auth.", "authx.")))
            or (name.startswith("fastapi_users.") and name.endswith(f".{_STRATEGY}"))
        ):
            yield site


def external_provider(project: Project) -> str:
    """The package by which users sign in elsewhere, "" where nothing shows that."""
    found = sorted(_EXTERNAL & project.imported_packages)
    if found:
        return found[0]
    return "PyJWKClient" if next(project.calls("PyJWKClient"), None) is not None else ""


def refresh_routes(project: Project) -> list[Route]:
    return [r for r in project.routes if not r.is_websocket and _is_named(r, _REFRESH) and _is_about_sessions(r)]


def rotates(routes: list[Route], project: Project) -> bool:
    """Whether exchanging a refresh token gives a new one."""
    return any(_gives_refresh(function) for function in _reached(routes, project))


def revokes(routes: list[Route], project: Project) -> bool:
    """Whether refreshing or logging out takes tokens back."""
    leaving = [r for r in project.routes if _is_named(r, _LOGOUT)]
    return any(
        any(_REVOKES.search(name) for name in (function.name, *function.called, *function.mentioned))
        or ("delete" in function.called and any("token" in name.lower() for name in function.mentioned))
        or any(map(_ends_session, function.statements))
        for function in _reached([*routes, *leaving], project)
    )


def _ends_session(stmt: syntax.Stmt) -> bool:
    """``session.is_active = False``, ``user.refresh_token = None``: the stored session or its token counts no more."""
    if not isinstance(stmt, syntax.Assign) or not (stmt.value is False or stmt.value is None):
        return False
    for target in stmt.targets:
        owner, _, attribute = target.name.rpartition(".") if isinstance(target, syntax.Ref) else ("", "", "")
        if owner and (_REFRESH.search(attribute) or (_KEPT.search(owner) and _VALID.search(attribute))):
            return True
    return False


def access_minutes(project: Project) -> float | None:
    """How long access tokens live by a constant or the default of a setting; None where no name says it."""
    for module in project.service_modules:
        fields = [(f.name, f.value) for cls in module.classes for f in cls.facts.fields if f.has_value]
        if any(_LIFETIME.match(name) for name in module.facts.mentioned):
            fields += [(name, b.expr) for name, bs in module.bindings.items() for b in bs if b.kind == "assign"]
        for name, value in fields:
            number = _number(value) if _LIFETIME.match(name) else None
            if number is not None:
                return number * _unit(name)
    return None


def _is_named(route: Route, name: re.Pattern[str]) -> bool:
    parts = static_parts(route)[-2:]
    return any(name.search(text) for text in (*parts, route.endpoint.name if route.endpoint is not None else ""))


def _is_about_sessions(route: Route) -> bool:
    # The session of a database is none of a user.
    parameters = (
        [p.name for p in route.endpoint.facts.parameters if "token" in p.name] if route.endpoint is not None else []
    )
    name = route.endpoint.name if route.endpoint is not None else ""
    return bool(_SESSION.search(" ".join((route.path, name, *parameters))))


def _reached(routes: list[Route], project: Project) -> Iterator[Function]:
    for route in routes:
        if route.endpoint is not None:
            yield from reached(route.endpoint, project, REACH)
        for injected in route.dependency_tree:
            if injected.function is not None:
                yield injected.function


def _gives_refresh(function: Function) -> bool:
    if any(_ISSUES_REFRESH.search(name) for name in function.called):
        return True
    for stmt in function.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if isinstance(node, syntax.Mapping):
                    given = [key for key in node.keys if isinstance(key, str)]
                elif isinstance(node, syntax.Call):
                    made = node.method[:1].isupper() or node.method in ("cls", "set_cookie")
                    given = [k.name for k in node.keywords] if made else []
                    given += [a for a in (*node.args, *(k.value for k in node.keywords)) if isinstance(a, str) and made]
                else:
                    continue
                if any(_REFRESH_KEY.match(one) for one in given):
                    return True
    return False


def _number(expr: syntax.Expr) -> float | None:
    match expr:
        case bool():
            return None
        case int() | float():
            return expr
        case syntax.Operation(op="*", operands=operands):
            numbers = [_number(o) for o in operands]
            product = 1.0
            for number in numbers:
                if number is None:
                    return None
                product *= number
            return product
        case syntax.Call() if expr.method in ("Field", "int", "getenv", "config"):
            return next((n for a in expr.args if (n := _number(a)) is not None), None)
        case syntax.Call() if expr.method == "timedelta":
            known = [(_number(k.value), _UNITS.get(k.name.removesuffix("s"))) for k in expr.keywords]
            return sum(n * unit for n, unit in known if n is not None and unit is not None) or None
    return None


def _unit(name: str) -> float:
    lowered = name.lower()
    return next((minutes for unit, minutes in _UNITS.items() if unit in lowered), 1)
