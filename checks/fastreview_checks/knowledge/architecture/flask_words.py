"""What endpoints bring along from Flask, by library and name.

Sources: the documentation of Flask, fastapi-sqlalchemy, starlette-context and Starlette's requests.
"""

import re
from collections.abc import Iterator

from fastreview.api import CallSite, Endpoint, External, Function, Project, syntax

CONTEXT_GLOBALS = {
    "flask.request": "Flask's request global",
    "flask.g": "Flask's global of the request",
    "flask.current_app": "Flask's app global",
    "flask.session": "Flask's session global",
    "fastapi_sqlalchemy.db": "a session global",
    "fastapi_async_sqlalchemy.db": "a session global",
    "starlette_context.context": "a request global",
}

CONTEXT_LIBRARIES = frozenset(name.partition(".")[0] for name in CONTEXT_GLOBALS)

RAW_BODY = frozenset({"body", "stream", "verify", "verify_signature", "compare_digest", "construct_event", "hexdigest"})
"""Calls of endpoints that need the body as it came: they check its signature."""
_WEBHOOK = re.compile(
    r"web_?hook|callback|(?:^|[/_-])(?:events?|hooks?|ipn|notify|rpc|graphql|proxy|mcp|slack|telegram)(?:$|[/_-])",
    re.IGNORECASE,
)
PASSING_ON = re.compile(r"proxy|catch_?all|forward|passthrough|tunnel|graphql", re.IGNORECASE)
_PAGES = frozenset(
    {
        "TemplateResponse",
        "HTMLResponse",
        "form",
        "RedirectResponse",
        "render",
        "render_template",
        "url_path_for",
        "url_for",
    }
)
_READING = frozenset({"get", "pop"})


def is_webhook(endpoint: Endpoint) -> bool:
    """Called by other services in a form of theirs, or passing on what it gets."""
    return any(_WEBHOOK.search(route.path) for route in endpoint.routes) or bool(
        _WEBHOOK.search(endpoint.function.name)
    )


def is_page(endpoint: Endpoint) -> bool:
    """A form of a web page: shown by GET and taken by POST."""
    return not _PAGES.isdisjoint(endpoint.function.facts.called) or not all(route.is_api for route in endpoint.routes)


def parsed_bodies(function: Function, project: Project) -> Iterator[tuple[CallSite, tuple[str, ...]]]:
    """Calls of ``request.json()`` with the keys that the function takes out of what they give."""
    for site in function.calls:
        if site.call.method != "json" or site.call.args or site.call.keywords:
            continue
        value = project.values.target(site)
        if not isinstance(value, External) or value.name != "fastapi.Request.json":
            continue
        names = {
            name
            for name, bindings in function.bindings.items()
            if any(node is site.call for binding in bindings for node in syntax.walk(binding.expr))
        }
        keys = tuple(dict.fromkeys(_keys(function, frozenset(names))))
        if keys and not _validated(function, frozenset(names)):
            yield site, keys


def _keys(function: Function, names: frozenset[str]) -> Iterator[str]:
    for stmt in function.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                match node:
                    case syntax.Subscript(value=syntax.Ref(name=name), index=str() as key) if name in names:
                        yield key
                    case syntax.Call(func=syntax.Ref(name=name), args=(str() as key, *_)):
                        owner, _, method = name.rpartition(".")
                        if owner in names and method in _READING:
                            yield key
                    case _:
                        pass


def _validated(function: Function, names: frozenset[str]) -> bool:
    """``Model(**data)`` and ``Model.model_validate(data)``: a model checks it after all."""
    for site in function.calls:
        given = (*site.call.args, *(k.value for k in site.call.keywords if not k.name))
        if any(isinstance(g, syntax.Ref) and g.name in names for g in given):
            last = site.call.method
            if last in ("model_validate", "parse_obj", "validate_python") or last[:1].isupper():
                return True
    return False
