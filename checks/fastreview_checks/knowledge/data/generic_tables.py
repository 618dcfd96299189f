"""The table that a repository for any table works with: ``self.model`` of ``CRUDBase[User]``, ``CRUDBase(User)`` or a class with
``model = User``."""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Bound, Class, Code, Function, Project, Variable, syntax
from fastreview_checks.knowledge.data.selected_tables import before, tables_of

_MAKER = "__init__"


class Owner(NamedTuple):
    """The object whose method runs: of ``cls``; ``made`` is the call in ``made_in`` that made it, where that is known."""

    cls: Class
    made: syntax.Call | None = None
    made_in: Code | None = None


def owner_of(call: syntax.Call, code: Code, project: Project, owner: Owner | None) -> Owner | None:
    """Whose method ``call`` runs; ``owner`` is whose method ``code`` is."""
    bound = project.values.of(call.func, code)
    if not isinstance(bound, Bound):
        return owner
    if owner is not None and bound.of in owner.cls.ancestry.project:
        return owner
    made, made_in = _making(before(call.func), code, project)
    return Owner(bound.of, made, made_in)


def table_behind(name: str, code: Code, owner: Owner | None, project: Project) -> Class | None:
    """The table that ``name`` (``self.model``) stands for in a method of ``owner``."""
    receiver, _, attribute = name.partition(".")
    if owner is None or not isinstance(code, Function) or receiver != code.receiver or not attribute:
        return None
    found = _tables(attribute, owner, project)
    return next((table for table in found if table in tables_of(project)), None)


def _making(expr: syntax.Expr, code: Code, project: Project) -> tuple[syntax.Call | None, Code | None]:
    """The call that made the object that ``expr`` is."""
    if isinstance(expr, syntax.Call):
        return expr, code
    if not isinstance(expr, syntax.Ref) or "." in expr.name:
        found = project.names.resolve(code, expr.name) if isinstance(expr, syntax.Ref) else None
    else:
        found = project.names.lookup(code, expr.name)
    if isinstance(found, Variable) and len(found.bindings) == 1 and isinstance(found.bindings[0].expr, syntax.Call):
        return found.bindings[0].expr, found.code
    return None, None


def _tables(attribute: str, owner: Owner, project: Project) -> Iterator[Class]:
    for cls in owner.cls.ancestry.project:
        if (field := cls.fields.get(attribute)) is not None and field.has_value:
            yield from _named(field.value, cls.module, project)
        for method, stmt in cls.self_assigned.get(attribute, ()):
            if isinstance(stmt.value, syntax.Ref) and stmt.value.name in method.parameters:
                yield from _given(method, stmt.value.name, cls, owner, project)
            else:
                yield from _named(stmt.value, method, project)


def _given(method: Function, parameter: str, cls: Class, owner: Owner, project: Project) -> Iterator[Class]:
    """What the parameter is when the object is made, else what the class says that it is for."""
    names = [one.name for one in method.facts.parameters]
    at = names.index(parameter) - 1
    if owner.made is not None and owner.made_in is not None:
        yield from _named(owner.made.argument(at, parameter), owner.made_in, project)
    below = owner.cls.ancestry.project[: owner.cls.ancestry.project.index(cls)]
    for one in below:
        maker = one.methods.get(_MAKER)
        for site in maker.calls if maker is not None else ():
            if maker is not None and site.call.method == _MAKER:
                yield from _named(site.call.argument(at, parameter), maker, project)
    for one in below:
        for base in one.facts.bases:
            if isinstance(base, syntax.Subscript):
                given = base.index.values if isinstance(base.index, syntax.Items) else (base.index,)
                for part in given:
                    yield from _named(part, one.module, project)


def _named(expr: syntax.Expr | syntax.Missing, code: Code, project: Project) -> Iterator[Class]:
    found = project.names.resolve(code, expr.name) if isinstance(expr, syntax.Ref) else None
    if isinstance(found, Class):
        yield found
