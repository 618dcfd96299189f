"""Claims of tokens that are read past what a library would verify.

Sources: RFC 7519 (three parts, the second holds the claims); Authlib's and joserfc's documentation, whose `decode` verifies the
signature and leaves the expiry to `validate`.
"""

import re
from collections.abc import Iterator

from fastreview.api import CallSite, Code, Function, Project, syntax
from fastreview_checks.knowledge.security.jwt import EXPIRY, PERSON, Fault

VALIDATED_LATER = frozenset(
    {
        "authlib.jose.jwt.decode", "authlib.jose.JsonWebToken.decode", "authlib.jose.rfc7519.jwt.JsonWebToken.decode",
        "joserfc.jwt.decode",
    }
)  # fmt: skip
UNVERIFIED_READERS = frozenset({"jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims"})
_LOOKED_AT = EXPIRY | {"jti", "iat"}
"""Claims by which a function may see for itself that a token is over."""
_TOKEN = re.compile(r"token|jwt|bearer|credential|assertion", re.IGNORECASE)
_BASE64 = ("urlsafe_b64decode", "b64decode", "base64url_decode")


BY_HAND = Fault(
    "The claims are decoded by hand, the signature is not looked at: anybody can write a token.", unverified=True
)


def claims_fault(site: CallSite, library: str) -> Fault | None:
    if library in UNVERIFIED_READERS:
        return Fault("The claims are read without verifying the signature: anybody can write a token.", unverified=True)
    if library in VALIDATED_LATER and _only_read(site):
        return Fault("Nothing calls `validate` on these claims, so expired tokens pass.")
    return None


def read_by_hand(project: Project) -> Iterator[CallSite]:
    """Calls that decode the second part of a token, whose claims are then read as JSON."""
    for site in project.calls(*_BASE64):
        if "loads" in site.code.called and site.call.args and _second_part(site.call.args[0], site.code, 0):
            yield site


def _only_read(site: CallSite) -> bool:
    """Whether the claims stay in the function, which reads them and validates nothing."""
    code = site.code
    if not isinstance(code, Function) or "validate" in code.called:
        return False
    read = _read_keys(code)
    if not read.isdisjoint(_LOOKED_AT) or not any(map(PERSON.search, read)):
        return False
    names = {name for name, bindings in code.bindings.items() if any(_is(site, b.expr) for b in bindings)}
    for stmt in code.statements_of(syntax.Return):
        given = stmt.value
        if _is(site, given) or (isinstance(given, syntax.Ref) and given.name in names):
            return False
    handed = (part for one in code.calls for part in (*one.call.args, *(k.value for k in one.call.keywords)))
    return not any(isinstance(part, syntax.Ref) and part.name in names for part in handed)


def _read_keys(code: Code) -> frozenset[str]:
    """Keys that the function reads: ``claims["sub"]``, ``claims.get("sub")``."""
    found: set[str] = set()
    for stmt in code.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                match node:
                    case syntax.Subscript(index=str() as key):
                        found.add(key)
                    case syntax.Call(args=(str() as key, *_)) if node.method == "get":
                        found.add(key)
    return frozenset(found)


def _is(site: CallSite, expr: syntax.Expr) -> bool:
    return expr is site.call or (isinstance(expr, syntax.Await) and expr.value is site.call)


def _second_part(expr: syntax.Expr, code: Code, hops: int) -> bool:
    """``token.split(".")[1]``, through names and padding."""
    for node in syntax.walk(expr):
        match node:
            case syntax.Subscript(value=value, index=1) if _split(value, code):
                return True
            case syntax.Ref(name=name) if hops < 3:
                for binding in code.bindings.get(name, ()):
                    if binding.kind == "unpack-assign":
                        if binding.index == 1 and _split(binding.expr, code):
                            return True
                    elif binding.expr is not expr and _second_part(binding.expr, code, hops + 1):
                        return True
    return False


def _split(expr: syntax.Expr, code: Code) -> bool:
    match expr:
        case syntax.Call(args=(".", *_)):
            return expr.method == "split" and bool(_TOKEN.search(syntax.written(expr.func, 80)))
        case syntax.Ref(name=name):
            return any(
                b.kind == "assign" and b.expr is not expr and _split(b.expr, code) for b in code.bindings.get(name, ())
            )
    return False
