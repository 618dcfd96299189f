"""Dependency overrides in tests: where they are set, and whether they are taken back.

Sources: FastAPI's page on testing dependencies; documentation of pytest and of the libraries.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Code, Function, Module, Place, Project, syntax

ATTRIBUTE = "dependency_overrides"
_WRITTEN = ATTRIBUTE.encode()
# These take their changes back by themselves.
RESTORING = re.compile(r"^(?:setitem|setattr|dict|object|patch|override\w*|delitem)$")
CLEARING = frozenset({"clear", "pop", "popitem", "__delitem__"})
FIXTURES = frozenset({"fastapi_dep", "fastapi_dependency_overrides"})


class Override(NamedTuple):
    place: Place
    cleared: bool


@lru_cache(maxsize=2)
def overrides(project: Project) -> tuple[Override, ...]:
    return tuple(_overrides(project))


def _overrides(project: Project) -> list[Override]:
    found: list[Override] = []
    clearing = {m.path: _clears(m) for m in project.modules if m.kind == "test"}
    shared = any(clears for path, clears in clearing.items() if path.endswith("conftest.py"))
    for module in project.modules:
        if module.kind != "test":
            continue
        for code in module.codes():
            if isinstance(code, Function) and any(p.name in FIXTURES for p in code.facts.parameters):
                found.append(Override(code.place, True))
            for stmt in code.statements if _may_override(code) else ():
                for target in stmt.targets if isinstance(stmt, syntax.Assign) else ():
                    owner = _owner(target)
                    if owner is not None and isinstance(stmt, syntax.Assign) and not _empty(stmt):
                        cleared = clearing[module.path] or shared or _fresh(owner, code, project)
                        found.append(Override(Place(module.path, stmt.line), cleared))
                for expr in syntax.expressions(stmt):
                    for node in syntax.walk(expr):
                        if isinstance(node, syntax.Call) and _mentions(node):
                            if RESTORING.match(node.method):
                                found.append(Override(Place(module.path, node.line), True))
                            elif node.method == "update":
                                cleared = clearing[module.path] or shared
                                found.append(Override(Place(module.path, node.line), cleared))
    return found


def _may_override(code: Code) -> bool:
    """Whether its body has to do with overrides, by name or in the text that patching calls take; it is not decoded for it."""
    return ATTRIBUTE in code.mentioned or code.may_say(_WRITTEN)


def _owner(target: syntax.Expr) -> str | None:
    """``app`` of ``app.dependency_overrides[x] = y`` and of ``app.dependency_overrides = {...}``."""
    match target:
        case syntax.Subscript(value=syntax.Ref(name=name)) | syntax.Ref(name=name) if name.endswith(f".{ATTRIBUTE}"):
            return name.removesuffix(f".{ATTRIBUTE}")
        case syntax.Subscript(value=syntax.Attribute(attr=attr)) if attr == ATTRIBUTE:
            return ""
    return None


def _empty(stmt: syntax.Assign) -> bool:
    target = stmt.targets[0] if stmt.targets else None
    return isinstance(target, syntax.Ref) and (isinstance(stmt.value, syntax.Mapping) and not stmt.value.keys)


def _mentions(call: syntax.Call) -> bool:
    parts = (call.func, *call.args)
    return any(
        (isinstance(node, syntax.Ref) and ATTRIBUTE in node.name.split("."))
        or (isinstance(node, syntax.Attribute) and node.attr == ATTRIBUTE)
        or node == ATTRIBUTE
        for part in parts
        for node in syntax.walk(part)
    )


def _clears(module: Module) -> bool:
    for code in module.codes():
        for stmt in code.statements if _may_override(code) else ():
            if isinstance(stmt, syntax.Assign) and isinstance(code, Function):
                target = stmt.targets[0] if stmt.targets else None
                if (
                    isinstance(target, syntax.Ref)
                    and target.last == ATTRIBUTE
                    and (_empty(stmt) or isinstance(stmt.value, syntax.Ref | syntax.Call))
                ):
                    return True
            if (
                isinstance(stmt, syntax.Names)
                and stmt.kind == "del"
                and any(_owner(t) is not None for t in stmt.targets)
            ):
                return True
            for expr in syntax.expressions(stmt):
                for node in syntax.walk(expr):
                    if isinstance(node, syntax.Call) and node.method in CLEARING and _mentions(node):
                        return True
                    # request.addfinalizer(app.dependency_overrides.clear)
                    if isinstance(node, syntax.Ref) and node.name.endswith(f"{ATTRIBUTE}.clear"):
                        return True
    return False


def _fresh(owner: str, code: Code, project: Project, depth: int = 2) -> bool:
    """The app is made in the same function, or in one that it calls for a client of a new app: nobody else sees it."""
    name, _, attribute = owner.partition(".")
    made = [b.expr for b in code.bindings.get(name, ()) if b.kind == "assign"] if isinstance(code, Function) else []
    calls = [expr for expr in made if isinstance(expr, syntax.Call)]
    if not attribute:
        others = (expr.name for expr in made if isinstance(expr, syntax.Ref) and expr.name != owner)
        return bool(calls) or any(_fresh(other, code, project, depth - 1) for other in others if depth)
    return attribute == "app" and any(_has_own_app(call, code, project, depth) for call in calls)


def _has_own_app(client: syntax.Call, code: Code, project: Project, depth: int) -> bool:
    """``TestClient(app)`` with an app of the function's own, or a function that returns such a client."""
    app = client.argument(0, "app")
    if client.method == "TestClient":
        return isinstance(app, syntax.Ref) and _fresh(app.name, code, project)
    target = project.values.of(client.func, code) if depth else None
    if not isinstance(target, Function):
        return False
    given = [stmt.value for stmt in target.statements if isinstance(stmt, syntax.Return)]
    return bool(given) and all(
        (isinstance(value, syntax.Call) and _has_own_app(value, target, project, depth - 1))
        or (isinstance(value, syntax.Ref) and _fresh(f"{value.name}.app", target, project, depth - 1))
        for value in given
    )
