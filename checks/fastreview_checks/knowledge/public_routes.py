"""Routes that are open on purpose, and those that write although their method does not say so.

Words of paths and of endpoint names, from the vocabulary of OAuth, OpenID Connect and common sign-in flows.
"""

import re

from fastreview.api import External, Function, Project, Route, syntax
from fastreview_checks.knowledge.development import lines_in_development

# Who calls these cannot be signed in yet, or proves itself by what it sends (a code, a signed token).
_BY_PURPOSE = re.compile(
    r"(?:^|[_\-/{])(?:log[_-]?in|sign[_-]?in|sign[_-]?up|sign[_-]?out|log[_-]?out|register|registration|signup|token|tokens|refresh\w*"
    r"|forgot\w*|recover\w*|password[_-]?(?:reset|recovery|forgot)\w*|reset[_-]?password\w*|(?:verify|confirm|activate)\w*"
    r"|verification|activation|callback|oauth2?|oidc|saml|sso|otp|magic\w*|captcha|challenge|csrf\w*|unsubscribe|subscribe"
    r"|contact|feedback|introspect|userinfo|authenticate|exchange|invit\w+|graphql"
    r"|device[_/-]?(?:flow|code|init|authori[sz]ation))"
    r"(?:$|[_\-/}])",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"(?:^|[_-])(?:insert|edit|update|delete|remove|grant|assign)[_-](?:\w+[_-])*?"
    r"(?:log[_-]?in|registration|contact|feedback|invit\w+)(?:$|[_-])",
    re.IGNORECASE,
)
"""Work on the records of what others did in such a flow: ``insert-login-credential``, ``delete_feedback``."""
_RECORDS = re.compile(r"^(?:registration|contact|feedback|invit\w+)$", re.IGNORECASE)
# Probes end with these words; what stands below ``/health`` may do anything.
_PROBE = re.compile(r"^(?:health\w*|ping|readiness|liveness)$", re.IGNORECASE)
_MAKES_ADDRESSES = frozenset(
    {
        "RedirectResponse",
        "URL",
        "url_for",
        "url_path_for",
        "include_query_params",
        "replace",
        "str",
        "urlencode",
        "quote",
        "urljoin",
    }
)
"""All that is called where nothing happens but a redirect: a form's endpoint writes before it redirects."""
_FIRST_WORDS = 2
"""A flow is named where a path ends and where an endpoint's name begins: a router's prefix ``/auth`` opens nothing."""

_CREDENTIAL = re.compile(r"\{\w*(?:token|secret|signature)(?::\w+)?\}", re.IGNORECASE)
_WEBHOOK = re.compile(r"web_?hook|(?:^|[/_-])(?:events?|hooks?|ipn)(?:$|[/_-])", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"signature|hmac|construct_(?:\w+_)?event|compare_digest|verify|signing|x_hub|svix", re.IGNORECASE
)
_VERIFYING = frozenset({"slack_bolt", "svix", "standardwebhooks", "botbuilder"})
"""Libraries that verify the signature of what they are handed."""

# A POST that asks: the body holds the question, nothing changes.
_READS = re.compile(
    r"^(?:get|list|search|query|find|fetch|read|preview|validate|check(?![_-]?(?:in|out)(?:$|[_-]))|count|calculate|compute|estimate|evaluate|compare|render"
    r"|lookup|resolve|filter|export|test|ask|generate|predict|infer|classify|embed|score|translate|summari[sz]e|parse|analy[sz]e|detect|assess|rank"
    r"|convert|format|discover|suggest|autocomplete|decode|encode|tokeni[sz]e|extract|explain)(?:$|[_A-Z-])"
)
_ENDS_READING = re.compile(r"[_-](?:embed|search|lookup|preview|predict|rerank|evaluate|compare|autocomplete)$")
_SAYS = re.compile(
    r"\s*(?:evaluate|assess|compare|calculate|compute|estimate|search|preview|predict|rank|score|analy[sz]e|detect|translate"
    r"|summari[sz]e|decode|encode|tokeni[sz]e|extract|explain|measure|benchmark|judge|classify|check(?! (?:in|out)\b))s?\b",
    re.IGNORECASE,
)
_LOGS = re.compile(r"^(?:log|logger|logging|_log|_logger)\.", re.IGNORECASE)
_SHAPING = frozenset(
    {"print", "len", "str", "int", "float", "dict", "list", "tuple", "set", "sorted", "sum", "min", "max", "round", "isinstance", "items",
     "keys", "values", "lower", "upper", "strip", "decode", "encode", "join", "split", "loads", "dumps", "model_dump"}
)  # fmt: skip
"""Calls that change nothing but what they return."""
# A GET that writes.
_WRITES = re.compile(
    r"^(?:delete|remove|seed|purge|drop|clear|wipe|truncate|insert|destroy|erase)(?:$|[_-])", re.IGNORECASE
)


def static_parts(route: Route) -> list[str]:
    return [part for part in route.path.strip("/").split("/") if part and not part.startswith("{")]


def is_public_by_purpose(route: Route) -> bool:
    """Whether what the route is called says that it is for callers who are not signed in."""
    parts = static_parts(route)
    name = route.endpoint.name if route.endpoint is not None else ""
    last = parts[-_FIRST_WORDS:]
    if any(_CHANGES.search(text) for text in (*last, name)):
        return False
    if route.method in ("PUT", "PATCH", "DELETE") and any(_RECORDS.match(text) for text in last):
        return False
    return any(_BY_PURPOSE.search(text) for text in (*last, "/".join(last), name)) or bool(
        _PROBE.match(parts[-1] if parts else "")
    )


def names_sign_in(part: str) -> bool:
    """Whether a part of a path is a step of how people register, sign in or get back in."""
    return bool(_BY_PURPOSE.search(part)) and not _RECORDS.match(part)


def holds_credential(route: Route) -> bool:
    """``/surveys/{survey_token}``: who knows the address may; it proves itself by a secret in it."""
    return bool(_CREDENTIAL.search(route.path))


def is_registration(route: Route) -> bool:
    """``POST /users``: creating an account is how one registers, where nothing else is."""
    parts = static_parts(route)
    return (
        route.method == "POST"
        and parts[-1:] in (["users"], ["user"], ["accounts"], ["account"])
        and "{" not in route.path
    )


def names_webhook(route: Route) -> bool:
    """Whether another service calls the route, by its path or the name of its endpoint."""
    name = route.endpoint.name if route.endpoint is not None else ""
    return bool(_WEBHOOK.search(f"{route.path}/{name}"))


def is_webhook(route: Route, project: Project) -> bool:
    """Called by another service, which proves itself by a signature."""
    if not names_webhook(route):
        return False
    if route.endpoint is None:
        return True
    words = [s.call.method for s in route.endpoint.calls] + [p.name for p in route.endpoint.facts.parameters]
    imported = {i.module.partition(".")[0] for i in route.endpoint.module.facts.imports}
    targets = (project.values.target(site) for site in route.endpoint.calls)
    called = {target.name.partition(".")[0] for target in targets if isinstance(target, External)}
    return any(_SIGNATURE.search(word) for word in words) or not (imported | called).isdisjoint(_VERIFYING)


def only_reads(route: Route) -> bool:
    """Whether a POST is a question by the name of its endpoint, the end of its path or its docstring's first word."""
    if route.method != "POST":
        return False
    last = static_parts(route)[-1:]
    name, said = (route.endpoint.name, route.endpoint.facts.docstring) if route.endpoint is not None else ("", "")
    named = any(_READS.search(text) or _ENDS_READING.search(text) for text in (name, *last))
    return named or bool(_SAYS.match(said)) or (route.endpoint is not None and _only_asks(route.endpoint))


def _only_asks(endpoint: Function) -> bool:
    """Whether all that an endpoint calls is read from the request, looks something up or shapes the answer, and it answers: an
    echo, an evaluation."""
    if not any(isinstance(stmt, syntax.Return) and stmt.value is not None for stmt in endpoint.statements):
        return False
    stores = (
        target
        for stmt in endpoint.statements
        if isinstance(stmt, syntax.Assign)
        for target in stmt.targets
        if not isinstance(target, syntax.Items) and not (isinstance(target, syntax.Ref) and "." not in target.name)
    )
    return bool(endpoint.calls) and next(stores, None) is None and all(_is_harmless(s.call) for s in endpoint.calls)


def _is_harmless(call: syntax.Call) -> bool:
    root = call.name.partition(".")[0]
    return (
        call.method[:1].isupper()
        or bool(_READS.search(call.method))
        or root == "request"
        or call.method in _SHAPING
        or bool(_LOGS.search(call.name))
    )


def writes_by_name(route: Route) -> bool:
    """Whether a GET deletes or fills by its name."""
    name = route.endpoint.name if route.endpoint is not None else ""
    return route.method == "GET" and any(_WRITES.search(text) for text in (name, *static_parts(route)[-1:]))


def only_redirects(route: Route) -> bool:
    """Whether all that the endpoint does is to answer with another address."""
    if route.endpoint is None or not _MAKES_ADDRESSES.issuperset(route.endpoint.called):
        return False
    returned = [s.value for s in route.endpoint.statements if isinstance(s, syntax.Return)]
    return bool(returned) and all(isinstance(r, syntax.Call) and r.method == "RedirectResponse" for r in returned)


def only_in_development(route: Route) -> bool:
    """Whether the router is only included under an ``if`` about the environment."""
    chain = route.listed.chain if route.listed is not None else ()
    return any(included is not None and included.line in lines_in_development(included.code) for _, included in chain)
