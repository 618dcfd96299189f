"""Defaults that mean something to FastAPI only: in a plain call they are the marker itself.

Source: FastAPI's reference, "Dependencies" and "Request parameters".
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from fastreview.api import (
    Bound,
    CallSite,
    Class,
    External,
    Function,
    Injected,
    Instance,
    Module,
    Place,
    Project,
    syntax,
)
from fastreview_checks.knowledge.core.parameter_use import Use, use_of

MARKERS = frozenset(
    f"fastapi.{name}" for name in ("Depends", "Security", "Query", "Path", "Header", "Cookie", "Body", "Form", "File")
)
_NAMES = frozenset(name.rpartition(".")[2] for name in MARKERS)
_MARKING = _NAMES | {"fastapi"}
_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(\)")

# Decorators that give the function back as it is.
_TRANSPARENT = frozenset(
    {
        "staticmethod", "classmethod", "get", "post", "put", "patch", "delete", "head", "options", "api_route", "websocket",
        "websocket_route",
    }
)  # fmt: skip


def markers_of(function: Function, project: Project) -> dict[str, str]:
    """Parameters of ``function`` whose default is a marker, each with the name of the marker."""
    found: dict[str, str] = {}
    for parameter in function.facts.parameters:
        given = parameter.default
        if type(given) is syntax.Call and given.method in _NAMES:
            value = project.values.of(given.func, function.parent or function.module)
            if isinstance(value, External) and value.name in MARKERS:
                found[parameter.name] = given.method
    return found


def marked(project: Project) -> Iterator[tuple[Function, dict[str, str]]]:
    """Functions of the service with such parameters that a call reaches as they are written."""
    for module in project.service_modules:
        if _MARKING.isdisjoint(module.imported):
            continue
        if any(found.name in _NAMES or found.module == "fastapi" for found in module.facts.imports):
            for function in module.functions:
                markers = markers_of(function, project)
                if markers and all(n.rpartition(".")[2] in _TRANSPARENT for n in function.decorator_names):
                    yield function, markers


def direct_calls(functions: Iterable[Function], project: Project) -> Iterator[tuple[Function, CallSite]]:
    """Calls of ``functions`` by service code that imports them, or stands beside them. Only there bodies are read: endpoints
    are called ``get`` and ``list``, as much else is."""
    by_name: dict[str, dict[str, list[Function]]] = {}
    for function in functions:
        near = by_name.setdefault(function.name, {})
        for word in _near(function):
            near.setdefault(word, []).append(function)
    here: dict[tuple[str, str], list[Function]] = {}
    for code in project.calling(*by_name):
        for name in [name for name in code.called if name in by_name]:
            key = (code.module.path, name)
            if key not in here:
                here[key] = _of(by_name[name], code.module)
            for site in code.calls if here[key] else ():
                if site.call.method == name and _may_mean(site, here[key]):
                    value = project.values.target(site)
                    target = value.function if isinstance(value, Bound) else value
                    yield from ((function, site) for function in here[key] if function is target)


def calls_of_made(functions: Iterable[Function], project: Project) -> Iterator[tuple[Function, CallSite]]:
    """Calls of ``functions`` that stand in others, where these have just made them: ``get_service(Users)()``."""
    made = {id(function): function for function in functions if function.parent is not None}
    names = {function.parent.name for function in made.values() if function.parent is not None}
    for code in project.calling(*names):
        for site in code.calls:
            maker = site.call.func
            if type(maker) is syntax.Call and maker.method in names:
                function = made.get(id(project.values.of(maker, code)))
                if function is not None:
                    yield function, site


def _may_mean(site: CallSite, functions: list[Function]) -> bool:
    """Whether what is called reads like one of ``functions``: by its name, or as a part of what is imported."""
    root, dot, _ = site.call.name.partition(".")
    if not dot:
        return bool(root)
    methods = any(function.owner is not None for function in functions)
    return methods or root in site.code.module.top_level_imports or root in site.code.local_imports


def _near(function: Function) -> tuple[str, ...]:
    """Where ``function`` may be called: in its module, and with what modules import to reach it."""
    owner = function.owner.name if function.owner is not None else function.name
    return function.module.path, owner, function.module.name.rpartition(".")[2], "*"


def _of(near: dict[str, list[Function]], module: Module) -> list[Function]:
    words = near.keys() & _reaching(module)
    return list({id(function): function for word in sorted(words) for function in near[word]}.values())


@lru_cache(maxsize=10_000)
def _reaching(module: Module) -> frozenset[str]:
    """Its path, and the last words of what it imports."""
    return frozenset((module.path, *[found.name or found.module.rpartition(".")[2] for found in module.facts.imports]))


def left_out(site: CallSite, function: Function, markers: dict[str, str]) -> tuple[str, bool]:
    """The parameter that a call of ``function`` leaves to its marker and the body uses, or ""; the first that it uses
    whatever happens, which is the second part, else the first that it may use."""
    perhaps = ""
    for name in _left_out(site, function, markers):
        use = use_of(name, function, site.call)
        if use is Use.ALWAYS:
            return name, True
        perhaps = perhaps or (name if use is Use.PERHAPS else "")
    return perhaps, False


def _left_out(site: CallSite, function: Function, markers: dict[str, str]) -> Iterator[str]:
    keywords = {keyword.name for keyword in site.call.keywords}
    if "" in keywords or any(type(given) is syntax.Starred for given in site.call.args):
        return
    bound = len(site.call.args) + bool(function.receiver)
    for position, parameter in enumerate(function.facts.parameters):
        by_position = position < bound and parameter.kind != "keyword"
        lost = parameter.name in markers and parameter.name not in keywords and not by_position
        if lost and _uses(function, parameter.name) and not _replaced(function, parameter.name):
            yield parameter.name


def _uses(function: Function, name: str) -> bool:
    """Whether the body mentions ``name``; some parameters are there for what their dependency refuses only."""
    return re.search(rb"(?<![A-Za-z0-9_])%b(?![A-Za-z0-9_])" % name.encode(), bytes(function.facts.body)) is not None


def _replaced(function: Function, name: str) -> bool:
    """Whether the body gives ``name`` another value first: ``user, organization = auth``."""
    own = syntax.Ref(name)
    for stmt in function.body:
        if type(stmt) is syntax.Assign and not stmt.op:
            bound = any(own == into or (type(into) is syntax.Items and own in into.values) for into in stmt.targets)
            if bound:
                return not _mentions(stmt.value, name)
        if syntax.blocks(stmt) or any(_mentions(expr, name) for expr in syntax.expressions(stmt)):
            return False
    return False


def _mentions(expr: syntax.Expr, name: str) -> bool:
    return any(type(node) is syntax.Ref and node.root == name for node in syntax.walk(expr))


def results_injected(project: Project) -> Iterator[tuple[Place, str]]:
    """``Depends(f())`` where calling ``f`` gives nothing that can be called: the places, and the names of ``f``."""
    seen: dict[tuple[Place, str], Injected] = {}
    for route in project.routes:
        for injected in route.dependency_tree:
            if injected.name.endswith("()") and injected.function is None:
                seen.setdefault((injected.place, injected.name), injected)
    for (place, written), injected in seen.items():
        called = _CALLED.fullmatch(written)
        made = project.names.resolve(injected.code, called[1]) if called else None
        if called and isinstance(made, Function) and (made.facts.yields or made.is_async or _is_data(injected)):
            yield place, called[1]


def _is_data(injected: Injected) -> bool:
    match injected.provider:
        case Instance(of=Class() as cls):
            return cls.method("__call__") is None and not cls.ancestry.external
        case Instance(of=External(name=name)):
            return name.partition(".")[0] in {"builtins", "sqlalchemy", "sqlmodel"} and name != "builtins.object"
    return False


def part_of_app(site: CallSite, project: Project) -> str:
    """What of the app makes the call: an endpoint, what it hands its request to, or middleware; "" for other code."""
    caller = site.code
    endpoints = {id(endpoint.function): endpoint for endpoint in project.endpoints}
    if id(caller) in endpoints:
        return endpoints[id(caller)].key
    for middleware in project.middleware:
        if caller in middleware.functions or (
            isinstance(caller, Function) and caller.owner is not None and caller.owner is middleware.cls
        ):
            return f"the middleware {middleware.name}"
    if isinstance(caller, Function) and not any(d.function is caller for d in project.dependencies):
        for above in project.callers(caller) if _takes_request(caller, project) else ():
            if id(above.code) in endpoints:
                return f"{endpoints[id(above.code)].key}, in `{caller.name}`,"
    return ""


def _takes_request(function: Function, project: Project) -> bool:
    """Whether it is a part of its endpoint that stands apart: it is handed the request or the answer as a whole."""
    return any(
        isinstance(value := project.values.parameter(function, parameter), Instance)
        and isinstance(value.of, External)
        and value.of.name.rpartition(".")[2] in ("Request", "Response", "HTTPConnection")
        and value.of.package in ("fastapi", "starlette")
        for parameter in function.facts.parameters
        if parameter.annotated
    )
