"""Objects that a module makes once, classes too, and in whose attributes its functions put what belongs to one request."""

from collections.abc import Iterator

from fastreview.api import Class, Function, Instance, Module, Place, Project, Variable, syntax
from fastreview_checks.knowledge.architecture.shared_state import Change

_PER_REQUEST = ("threading.local", "contextvars.ContextVar", "werkzeug.local.Local")
"""Bases of classes whose objects hold values of their own for each thread or task."""


def changed_objects(project: Project) -> Iterator[Change]:
    """Each attribute with its first change; of one whose name the code does not tell, ``settings.*``."""
    told: set[tuple[int, str]] = set()
    for module in project.service_modules:
        for function in module.functions:
            for name, line in (*_assigned(function), *_set(function)):
                held = _shared(name.partition(".")[0], function, project)
                if held is not None and (id(held[0]), name) not in told:
                    told.add((id(held[0]), name))
                    made, at = Place(held[0].path, held[1]), Place(function.module.path, line)
                    yield Change(held[0], name, made, function, at, counts=False)


def _assigned(function: Function) -> Iterator[tuple[str, int]]:
    for stmt in function.statements_of(syntax.Assign):
        for target in stmt.targets:
            inner = target.value if isinstance(target, syntax.Subscript) else target
            if isinstance(inner, syntax.Ref) and inner.name.count(".") == 1 and _of_one_request(stmt, target, function):
                yield inner.name, stmt.line


def _set(function: Function) -> Iterator[tuple[str, int]]:
    """``setattr(settings, key, value)``"""
    for site in function.calls if "setattr" in function.called else ():
        match site.call:
            case syntax.Call(func=syntax.Ref(name="setattr"), args=(syntax.Ref(name=name), key, _)) if "." not in name:
                yield f"{name}.{key if isinstance(key, str) else '*'}", site.call.line


def _shared(name: str, function: Function, project: Project) -> tuple[Module, int] | None:
    """The module that makes the object, and the line; None where it is none of a class of the project, and no class."""
    if name in function.parameters or name in function.bindings:
        return None
    found = project.names.lookup(function, name)
    if isinstance(found, Class):
        return found.module, found.place.line
    if not isinstance(found, Variable) or not isinstance(found.code, Module) or len(found.bindings) != 1:
        return None
    value = project.values.of(syntax.Ref(name), function)
    cls = value.of if isinstance(value, Instance) else None
    if not isinstance(cls, Class) or cls.inherits(*_PER_REQUEST):
        return None
    return found.code, found.bindings[0].line


def _of_one_request(stmt: syntax.Assign, target: syntax.Expr, function: Function) -> bool:
    """Whether what is put there comes with the call, or counts the calls."""
    if stmt.op:
        return True
    given = set(function.parameters) - {function.receiver}
    value = (stmt.value, target.index) if isinstance(target, syntax.Subscript) else (stmt.value,)
    return any(isinstance(node, syntax.Ref) and node.root in given for part in value for node in syntax.walk(part))
