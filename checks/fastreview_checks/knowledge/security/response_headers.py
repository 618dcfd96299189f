"""Headers that tell browsers to be careful, and what else keeps strangers' hosts out.

Sources: OWASP's secure headers project, Starlette's documentation of TrustedHostMiddleware.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import Code, Function, Middleware, Project, syntax

_ESSENTIAL = frozenset(
    {"x-content-type-options", "strict-transport-security", "content-security-policy", "x-frame-options"}
)
LEAST = 2
_LIBRARIES = re.compile(
    r"^(?:secure|Secweb|secweb|fastapi_security_headers|starlette_securityheaders|starlette_csp|asgi_secure)\b|SecurityHeaders"
)
_NAMED = re.compile(r"secur\w*_?headers|SecWeb|secure_headers", re.IGNORECASE)
TRUSTED_HOSTS = "TrustedHostMiddleware"


def header_middleware(project: Project) -> Iterator[Middleware]:
    """Middleware that sets at least two of the essential headers."""
    for middleware in project.middleware:
        if (
            _LIBRARIES.search(middleware.library)
            or (middleware.library and _NAMED.search(middleware.name))
            or (middleware.functions and len(_names(middleware)) >= LEAST)
        ):
            yield middleware


def host_middleware(project: Project) -> Middleware | None:
    """What refuses requests for hosts that are not ours; ``allowed_hosts=["*"]`` refuses none."""
    for middleware in project.middleware:
        if middleware.name == TRUSTED_HOSTS or middleware.library.endswith(f".{TRUSTED_HOSTS}"):
            allowed = middleware.options.get("allowed_hosts")
            if not (isinstance(allowed, syntax.Items) and "*" in allowed.values):
                return middleware
    return None


def seen_headers(project: Project) -> frozenset[str] | None:
    """Essential headers in the answers of the imported apps; None where no answer was seen."""
    exchanges = [e for app in project.apps if app.http for e in app.http.facts.exchanges if e.status]
    if not exchanges:
        return None
    return frozenset(name for exchange in exchanges for name in exchange.headers if name in _ESSENTIAL)


def _names(middleware: Middleware) -> frozenset[str]:
    """Essential headers that the middleware's module writes out."""
    modules = {id(f.module): f.module for f in middleware.functions}
    found: set[str] = set()
    for module in modules.values():
        for code in module.codes():
            if code is module or (isinstance(code, Function) and _belongs(code, middleware)):
                found |= _in(code)
    return frozenset(found)


def _belongs(function: Function, middleware: Middleware) -> bool:
    outer: Function | None = function
    while outer is not None:
        if outer in middleware.functions or (middleware.cls is not None and outer.owner is middleware.cls):
            return True
        outer = outer.parent
    # Small functions beside it that put the headers together.
    return bool(_NAMED.search(function.name))


@lru_cache(maxsize=1_000)
def _in(code: Code) -> frozenset[str]:
    return frozenset(
        node.lower()
        for stmt in code.statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        if isinstance(node, str) and node.lower() in _ESSENTIAL
    )
