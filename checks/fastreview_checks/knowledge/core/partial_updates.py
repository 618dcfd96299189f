"""How the body of a PATCH gets into what is stored: whole, or only as far as the client filled it.

Source: FastAPI's documentation on body updates. A model knows which of its fields were sent (``model_fields_set``); a
dict made of it without ``exclude_unset`` does not, and holds the defaults of all others.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from fastreview.api import CallSite, Class, Function, Input, Place, Project, classes_of, fields_of, syntax
from fastreview_checks.knowledge.core.bodies import schema_ids
from fastreview_checks.knowledge.core.handing import handed, handed_to

KEEPING = frozenset(
    {
        "exclude_unset",
        "exclude_none",
        "exclude_defaults",
        "model_fields_set",
        "__fields_set__",
        "__pydantic_fields_set__",
    }
)
"""What a function mentions that tells apart what was sent."""

_DUMPS = frozenset({"model_dump", "dict"})
WRITES = frozenset(
    {
        "values", "update", "update_one", "find_one_and_update", "update_from_dict", "bulk_update", "sqlmodel_update",
        "model_copy", "replace",
    }
)  # fmt: skip
"""Last parts of the names of what stores a dict: SQLAlchemy, Tortoise, PyMongo, copies of models and dataclasses, dict itself."""
_DEPTH = 4


class Loss(NamedTuple):
    """Where all fields are written, and the field that shows it; "" where it is every one."""

    place: Place
    field: str = ""


def partial_bodies(inputs: tuple[Input, ...], project: Project) -> Iterator[tuple[str, Class]]:
    """Parameters that are models of which a client may leave fields out, with the model."""
    schemas = schema_ids(project)
    for given in inputs:
        for cls in classes_of(given.declared):
            if id(cls) in schemas and len(fields_of(cls)) > 1 and optional_fields(cls):
                yield given.name, cls
                break


def optional_fields(cls: Class) -> tuple[str, ...]:
    """Fields that are None when they are left out."""
    return tuple(field.name for field in fields_of(cls) if _is_none(field.default))


def _is_none(default: syntax.Expr | syntax.Missing) -> bool:
    if isinstance(default, syntax.Call) and default.method == "Field":
        return default.argument(0, "default") is None
    return default is None


def losses(function: Function, name: str, cls: Class, project: Project, depth: int = _DEPTH) -> Iterator[Loss]:
    """Where ``function`` stores all fields of its variable ``name``, itself or in what it hands it to."""
    if not KEEPING.isdisjoint(function.mentioned):
        return
    optional = frozenset(optional_fields(cls))
    decided = _decided(function)
    if name not in decided:
        for stmt in function.statements:
            if isinstance(stmt, syntax.Assign) and isinstance(stmt.value, syntax.Ref) and not stmt.op:
                root, _, field = stmt.value.name.partition(".")
                into = stmt.targets[0]
                if root == name and field in optional and stmt.value.name not in decided and _is_part(into):
                    yield Loss(Place(function.module.path, stmt.line), field)
    for site in function.calls:
        if _dumps(site.call, name) and _stored(function, site.call, project, depth):
            yield Loss(site.place)
            continue
        if site.call.method in WRITES and name not in decided:
            yield from _named_fields(site, name, optional - {d.removeprefix(f"{name}.") for d in decided}, project)
        if depth:
            for target, parameter in handed_to(site, syntax.Ref(name), project):
                yield from losses(target, parameter, cls, project, depth - 1)


def _named_fields(site: CallSite, name: str, optional: frozenset[str], project: Project) -> Iterator[Loss]:
    """``rows.update(id=7, note=body.note)``, by a method that nobody knows to leave out what is None."""
    given = (k.value.name.removeprefix(f"{name}.") for k in site.call.keywords if isinstance(k.value, syntax.Ref))
    fields = [field for field in given if field in optional]
    if fields and not any(isinstance(target, Function) for target in project.targets(site)):
        yield Loss(site.place, fields[0])


def _is_part(target: syntax.Expr) -> bool:
    """Whether something is assigned to an attribute: a local variable is not stored yet."""
    return isinstance(target, syntax.Attribute) or (isinstance(target, syntax.Ref) and "." in target.name)


def _decided(function: Function) -> frozenset[str]:
    """Names that a branch of ``function`` depends on: there somebody thought of what is not there."""
    tests = [stmt.test for stmt in function.statements if isinstance(stmt, syntax.If | syntax.Assert)]
    tests += [stmt.subject for stmt in function.statements if isinstance(stmt, syntax.Match)]
    return frozenset(node.name for test in tests for node in syntax.walk(test) if isinstance(node, syntax.Ref))


def _dumps(call: syntax.Call, name: str) -> bool:
    if any(k.name in KEEPING or k.name in ("", "include") for k in call.keywords):
        return False
    if call.name.partition(".")[0] == name:
        return call.name.removeprefix(f"{name}.") in _DUMPS
    return call.name in ("dict", "jsonable_encoder") and call.args == (syntax.Ref(name),)


def _stored(code: Function, dump: syntax.Call, project: Project, depth: int) -> bool:
    """Whether the dict that ``dump`` makes is stored as it is."""
    names = {
        target.name
        for stmt in code.statements
        if isinstance(stmt, syntax.Assign) and stmt.value is dump
        for target in stmt.targets
        if isinstance(target, syntax.Ref)
    }

    def is_it(expr: syntax.Expr) -> bool:
        return expr is dump or (isinstance(expr, syntax.Ref) and expr.name in names)

    return _written(code, is_it, project, depth)


def _written(code: Function, is_it: Callable[[syntax.Expr], bool], project: Project, depth: int) -> bool:
    if any(_filters(stmt, is_it) for stmt in code.statements):
        return False
    if any(isinstance(stmt, syntax.Loop) and _sets_each(stmt, is_it) for stmt in code.statements):
        return True
    for site in code.calls:
        given = (*site.call.args, *(k.value for k in site.call.keywords))
        if site.call.method in WRITES and any(_holds(expr, is_it) for expr in given):
            return True
        if depth and any(
            _written(target, _named(parameter), project, depth - 1)
            for target, parameter in handed(site, is_it, project)
        ):
            return True
    return False


def _named(name: str) -> Callable[[syntax.Expr], bool]:
    return lambda expr: expr == syntax.Ref(name)


def _holds(expr: syntax.Expr, is_it: Callable[[syntax.Expr], bool]) -> bool:
    """The dict itself, or ``{"$set": it}``."""
    return is_it(expr) or (isinstance(expr, syntax.Mapping) and any(is_it(value) for value in expr.values))


def _sets_each(loop: syntax.Loop, is_it: Callable[[syntax.Expr], bool]) -> bool:
    """``for key, value in it.items(): setattr(row, key, value)``, without a word on missing values."""
    if not _iterates(loop.iterable, is_it) or any(isinstance(s, syntax.If) for s in syntax.statements(loop.body)):
        return False
    nodes = [n for stmt in loop.body for expr in syntax.expressions(stmt) for n in syntax.walk(expr)]
    return any(isinstance(n, syntax.Call) and n.name == "setattr" for n in nodes)


def _filters(stmt: syntax.Stmt, is_it: Callable[[syntax.Expr], bool]) -> bool:
    """Whether something is taken out of the dict."""
    if isinstance(stmt, syntax.Names) and stmt.kind == "del":
        return any(isinstance(t, syntax.Subscript) and is_it(t.value) for t in stmt.targets)
    for expr in syntax.expressions(stmt):
        for node in syntax.walk(expr):
            if isinstance(node, syntax.Comprehension) and any(
                source.conditions and _iterates(source.iterable, is_it) for source in node.sources
            ):
                return True
            if isinstance(node, syntax.Call) and node.method == "pop" and is_it(node.receiver):
                return True
    return False


def _iterates(iterable: syntax.Expr, is_it: Callable[[syntax.Expr], bool]) -> bool:
    return isinstance(iterable, syntax.Call) and iterable.method == "items" and is_it(iterable.receiver)
