"""JSON Web Tokens: what a call that reads or issues one leaves unproven.

Sources: PyJWT's and python-jose's documentation, RFC 8725.
"""

import re
from typing import NamedTuple

from fastreview.api import CallSite, Code, Function, Project, syntax

DECODERS = frozenset({"jwt.decode", "jose.jwt.decode", "jwt.api_jwt.decode", "jwt.decode_complete"})
_SECOND = frozenset({"authlib.jose.jwt.encode", "joserfc.jwt.encode"})
"""Functions that are given the header first, and then the claims."""
ENCODERS = frozenset({"jwt.encode", "jose.jwt.encode", "jwt.api_jwt.encode"}) | _SECOND
NO_SIGNATURE = frozenset({"none", "None", "NONE"})
EXPIRY = frozenset({"exp", "expires", "expiry", "expire", "expires_at", "expiration", "exp_at"})
"""Names under which services keep the expiry; only `exp` is checked by libraries, the others by hand."""
MAX_CALLERS = 10


PERSON = re.compile(
    r"^(?:sub|subject|id|uid|email|mail|name|roles?|scopes?|is_admin)$|user|account|member|customer|admin",
    re.IGNORECASE,
)


class Fault(NamedTuple):
    """What is wrong with a call that decodes, in a sentence; ``doubtful`` where there may be a good reason."""

    text: str
    doubtful: bool = False
    unverified: bool = False


def decoding_fault(site: CallSite, library: str) -> Fault | None:
    call, code = site.call, site.code
    options = _options(call, code)
    if options.get("verify_signature") is False or call.keyword("verify") is False:
        # Tokens that came straight from the issuer over TLS may be read unverified (OpenID Connect Core 3.1.3.7), and
        # where the same function verifies too, the first look only chooses the key.
        told = bool(call.args) and "id_token" in syntax.written(call.args[0])
        verified = any(s is not site and s.call.method == call.method for s in code.calls)
        text = "The token is read without verifying its signature: anybody can write one."
        return Fault(text, told or verified, unverified=True)
    algorithms = call.argument(2, "algorithms")
    if isinstance(algorithms, syntax.Missing) or algorithms is None:
        if library.startswith("jose.") and not any(k.name == "" for k in call.keywords):
            return Fault("Without `algorithms`, the token itself chooses how it is verified.")
        return None
    if _from_token(algorithms, code):
        return Fault(
            "The algorithm is taken from the token's own header: a forger chooses how the forgery is verified."
        )
    if isinstance(algorithms, syntax.Items) and any(a in NO_SIGNATURE for a in algorithms.values if isinstance(a, str)):
        return Fault("The algorithm `none` is allowed: a token without a signature passes.")
    if options.get("verify_exp") is False:
        return Fault("Expired tokens are accepted: the expiry is not verified.", doubtful=True)
    return None


def never_expires(site: CallSite, library: str, project: Project) -> bool:
    """Whether the claims of a token that is issued are all known and none is an expiry."""
    payload = site.call.argument(int(library in _SECOND), "payload")
    if isinstance(payload, syntax.Missing):
        payload = site.call.keyword("claims")
    return not isinstance(payload, syntax.Missing) and _known_without_expiry(payload, site.code, project, 0)


def names_nobody(site: CallSite, library: str) -> bool:
    """Whether the claims stand beside the call and none is about a person: what the token opens is open to everybody."""
    payload = site.call.argument(int(library in _SECOND), "payload")
    if isinstance(payload, syntax.Ref):
        bindings = [b.expr for b in site.code.bindings.get(payload.name, ()) if b.kind == "assign"]
        payload = bindings[0] if len(bindings) == 1 else payload
    if not isinstance(payload, syntax.Mapping):
        return False
    return not any(PERSON.search(key) for key in payload.keys if isinstance(key, str))


def _known_without_expiry(payload: syntax.Expr, code: Code, project: Project, depth: int) -> bool:
    # What stands in the call itself is all there is.
    written_out = depth == 0 and isinstance(payload, syntax.Mapping)
    if depth > 3 or (not written_out and _mentions_expiry(code)):
        return False
    match payload:
        case syntax.Mapping(keys=keys):
            return bool(keys) and all(isinstance(k, str) and k not in EXPIRY for k in keys)
        case syntax.Call(func=syntax.Ref(name="dict" | "copy.copy" | "copy.deepcopy"), args=(only,), keywords=()):
            return _known_without_expiry(only, code, project, depth + 1)
        case syntax.Call(func=syntax.Ref(name=name), args=()) if name.endswith(".copy"):
            return _known_without_expiry(syntax.Ref(name.removesuffix(".copy")), code, project, depth + 1)
        case syntax.Ref(name=name) if isinstance(code, Function):
            bindings = [b for b in code.bindings.get(name, ()) if b.kind != "annotate"]
            if bindings:
                return all(
                    b.kind == "assign" and _known_without_expiry(b.expr, code, project, depth + 1) for b in bindings
                )
            return _passed_without_expiry(name, code, project, depth)
    return False


def _passed_without_expiry(name: str, function: Function, project: Project, depth: int) -> bool:
    names = [p.name for p in function.facts.parameters]
    callers = project.callers(function)
    if name not in names or not callers or len(callers) > MAX_CALLERS:
        return False
    position = names.index(name) - bool(function.receiver)
    given = [(site.call.argument(position, name), site.code) for site in callers]
    return all(not isinstance(g, syntax.Missing) and _known_without_expiry(g, c, project, depth + 1) for g, c in given)


def _mentions_expiry(code: Code) -> bool:
    """Whether the function sets an expiry anywhere: ``claims["exp"] = ...``, ``update(exp=...)``, a dict's key."""
    for stmt in code.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                match node:
                    case syntax.Mapping(keys=keys) if any(isinstance(k, str) and k in EXPIRY for k in keys):
                        return True
                    case syntax.Subscript(index=str() as index) if index in EXPIRY:
                        return True
                    case syntax.Call(keywords=keywords) if any(k.name in EXPIRY for k in keywords):
                        return True
    return False


def _options(call: syntax.Call, code: Code) -> dict[str, syntax.Expr]:
    given = call.keyword("options")
    if isinstance(given, syntax.Ref) and given.name in code.bindings:
        given = code.bindings[given.name][-1].expr
    if isinstance(given, syntax.Call) and given.name == "dict" and not given.args:
        return {keyword.name: keyword.value for keyword in given.keywords}
    if not isinstance(given, syntax.Mapping):
        return {}
    return {k: v for k, v in zip(given.keys, given.values, strict=True) if isinstance(k, str)}


def _from_token(algorithms: syntax.Expr, code: Code) -> bool:
    for node in syntax.walk(algorithms):
        match node:
            case syntax.Subscript(value=syntax.Ref(name=name), index="alg") if _is_header(name, code):
                return True
            case syntax.Call(func=syntax.Ref(name=name), args=("alg", *_)) if _is_header(
                name.removesuffix(".get"), code
            ):
                return True
            case syntax.Ref(name=name) if name in code.bindings and code.bindings[name][-1].expr is not algorithms:
                value = code.bindings[name][-1].expr
                if isinstance(value, syntax.Subscript | syntax.Call) and _from_token(value, code):
                    return True
    return False


def _is_header(name: str, code: Code) -> bool:
    bindings = code.bindings.get(name, ())
    return any(isinstance(b.expr, syntax.Call) and "unverified_header" in b.expr.method for b in bindings)
