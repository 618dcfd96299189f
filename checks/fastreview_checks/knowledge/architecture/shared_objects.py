"""Objects that a module makes once, and in whose attributes its functions put what belongs to one request."""

from collections.abc import Iterator

from fastreview.api import Class, Function, Module, Place, Project, Variable, syntax
from fastreview_checks.knowledge.architecture.shared_state import Change

_PER_REQUEST = ("threading.local", "contextvars.ContextVar", "werkzeug.local.Local", "pydantic_settings.BaseSettings")
"""Bases of classes whose objects hold values of their own for each thread or task, or no state of requests."""


def changed_objects(project: Project) -> Iterator[Change]:
    """Each attribute with its first change."""
    told: set[tuple[int, str]] = set()
    for module in project.service_modules:
        for function in module.functions:
            for stmt in function.statements_of(syntax.Assign):
                for target in stmt.targets:
                    inner = target.value if isinstance(target, syntax.Subscript) else target
                    if not isinstance(inner, syntax.Ref) or inner.name.count(".") != 1:
                        continue
                    held = _shared(inner.root, function, project)
                    if held is None or not _of_one_request(stmt, target, function):
                        continue
                    home, line = held
                    if (id(home), inner.name) not in told:
                        told.add((id(home), inner.name))
                        at = Place(function.module.path, stmt.line)
                        yield Change(home, inner.name, Place(home.path, line), function, at, counts=False)


def _shared(name: str, function: Function, project: Project) -> tuple[Module, int] | None:
    """The module that makes the object, and the line; None where it is none of a class of the project."""
    if name in function.parameters or name in function.bindings:
        return None
    found = project.names.lookup(function, name)
    if not isinstance(found, Variable) or not isinstance(found.code, Module) or len(found.bindings) != 1:
        return None
    made = found.bindings[0].expr
    cls = project.names.resolve(found.code, made.name) if isinstance(made, syntax.Call) and made.name else None
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
