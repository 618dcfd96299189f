"""How tests reach the app: clients that call it in the same process, and what starts its lifespan.

Sources: documentation of FastAPI, Starlette, httpx and asgi-lifespan.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import App, CallSite, Class, Code, External, Function, Project, Variable, syntax

SYNC = frozenset({"fastapi.testclient.TestClient", "starlette.testclient.TestClient", "fastapi.TestClient"})
ASYNC = frozenset({"httpx.AsyncClient", "async_asgi_testclient.TestClient", "asgi_testclient.TestClient",
                   "httpx_ws.transport.ASGIWebSocketTransport"})  # fmt: skip
# Libraries whose client starts the lifespan by itself when entered.
STARTS_ALONE = frozenset({"async_asgi_testclient.TestClient"})
TRANSPORT = re.compile(r"(?:ASGI|Transport)")
# Transports that reach no app: canned answers, another process.
NO_APP = frozenset({"MockTransport", "HTTPTransport", "AsyncHTTPTransport"})
LIFESPAN = re.compile(
    r"LifespanManager|lifespan_context|\blifespan\b|router\.startup|\.startup$|run_startup|TestServer"
)
_LIFESPAN_HOLDS = (b"lifespan", b"startup", b"testserver")
"""In all that `LIFESPAN` finds."""
ENTERING = frozenset({"enter_context", "enter_async_context", "__enter__", "__aenter__"})


class Client(NamedTuple):
    """A client that a test makes. ``entered``: in a ``with``, so that `TestClient` runs the lifespan."""

    site: CallSite
    is_async: bool
    entered: bool
    starts_alone: bool


def clients(project: Project) -> Iterator[Client]:
    for module in project.modules:
        if module.kind != "test":
            continue
        for code in module.codes():
            for site in code.calls:
                name = _class_name(project, site)
                is_async = name in ASYNC or name.endswith(".AsyncClient")
                if (name in SYNC or (is_async and _in_process(site))) and not _own_app(site, project):
                    yield Client(site, is_async, _is_entered(site), name in STARTS_ALONE)


def has_lifespan(app: App) -> bool:
    if app.facts is not None and (app.facts.lifespan or app.facts.startup or app.facts.shutdown):
        return True
    given = app.keyword("lifespan")
    return (given is not None and not isinstance(given, syntax.Missing)) or (
        app.router is not None and bool(app.router.events)
    )


def starts_lifespan(project: Project) -> bool:
    """Whether some test code starts the lifespan apart from a client: a fixture, or a test that makes its own client. That a
    test runs the lifespan alone, to prove it, starts nothing for the others."""
    return any(
        LIFESPAN.search(syntax.written(site.call.func, 120)) and _for_clients(code)
        for module in project.modules
        if module.kind == "test"
        for code in module.codes()
        if code.may_say(*_LIFESPAN_HOLDS)
        for site in code.calls
    )


def _for_clients(code: Code) -> bool:
    if not isinstance(code, Function) or not code.name.startswith("test"):
        return True
    return any(name.endswith("Client") for name in code.called) or any(
        "client" in p.name for p in code.facts.parameters
    )


def _class_name(project: Project, site: CallSite) -> str:
    match project.values.target(site):
        case External(name=name):
            return name
        case Class() as cls:
            known = cls.ancestry.external & (SYNC | ASYNC)
            return min(known) if known else ""
    return ""


def _own_app(site: CallSite, project: Project) -> bool:
    """The app is a small one of the test's own, without a lifespan."""
    given = site.call.argument(0, "app")
    transport = site.call.keyword("transport")
    if isinstance(transport, syntax.Call):
        given = transport.argument(0, "app")
    if isinstance(given, syntax.Call):
        return _makes_small_app(given, site.code, project)
    if not isinstance(given, syntax.Ref) or "." in given.name:
        return False
    definition = project.names.lookup(site.code, given.name)
    bindings = definition.bindings if isinstance(definition, Variable) else ()
    module = definition.code.module if isinstance(definition, Variable) else site.code.module
    if (
        not bindings
        and isinstance(site.code, Function)
        and any(p.name == given.name for p in site.code.facts.parameters)
    ):
        # A fixture: what it returns or yields.
        fixture = next((f for f in module.functions if f.name == given.name and f.parent is None), None)
        bindings = tuple(b for found in fixture.bindings.values() for b in found) if fixture else ()
    calls = [b.expr for b in bindings if isinstance(b.expr, syntax.Call)]
    made = [call for call in calls if _is_app(call)] or calls
    code = definition.code if isinstance(definition, Variable) else module
    return module.kind == "test" and bool(made) and all(_makes_small_app(call, code, project) for call in made)


def _is_app(call: syntax.Call) -> bool:
    return call.method in ("FastAPI", "Starlette")


def _makes_small_app(call: syntax.Call, code: Code, project: Project) -> bool:
    """``FastAPI()`` without a lifespan, or a function of the tests that makes and returns one."""
    if _is_app(call):
        return isinstance(call.keyword("lifespan"), syntax.Missing)
    maker = project.values.of(call.func, code)
    if not isinstance(maker, Function) or maker.module.kind != "test":
        return False
    apps = [site.call for site in maker.calls if _is_app(site.call)]
    return bool(apps) and all(isinstance(app.keyword("lifespan"), syntax.Missing) for app in apps)


def _in_process(site: CallSite) -> bool:
    """An `AsyncClient` that is given the app or a transport to it; without, it calls a running server."""
    transport = site.call.keyword("transport")
    if isinstance(transport, syntax.Call) and transport.method in NO_APP:
        return False
    return (
        any(k.name in ("app", "transport", "") for k in site.call.keywords)
        or any(TRANSPORT.search(syntax.written(a, 120)) for a in site.call.args)
        or site.call.method == "TestClient"
    )


@lru_cache(maxsize=1_000)
def _entered(code: Code) -> frozenset[str]:
    """Names that a ``with`` enters later on."""
    found = {
        item.context.name
        for stmt in code.statements_of(syntax.With)
        for item in stmt.items
        if isinstance(item.context, syntax.Ref)
    }
    for call in _entering(code):
        found |= {a.name for a in call.args if isinstance(a, syntax.Ref)} | {call.name.rpartition(".")[0]}
    return frozenset(found)


def _entering(code: Code) -> list[syntax.Call]:
    """``stack.enter_context(client)``"""
    if ENTERING.isdisjoint(code.called):
        return []
    return [
        node
        for stmt in code.statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        if type(node) is syntax.Call and node.method in ENTERING
    ]


def _is_entered(site: CallSite) -> bool:
    call, code = site.call, site.code
    within = (i.context for stmt in code.statements_of(syntax.With) for i in stmt.items)
    if any(node is call for context in within for node in syntax.walk(context)):
        return True
    made = (stmt.targets for stmt in code.statements_of(syntax.Assign) if stmt.value is call and len(stmt.targets) == 1)
    if any(isinstance(only, syntax.Ref) and only.name in _entered(code) for (only,) in made):
        return True
    return any(argument is call for entering in _entering(code) for argument in entering.args)
