"""Which answers are generic: `Page[Item]`, an alias of it, or a class made from one."""

from fastreview.api import Class, Declared, External, Project, syntax, unwrapped

_GENERIC = ("typing.Generic", "typing_extensions.Generic")
_PLAIN = ("builtins.", "typing.", "collections.", "collections.abc.", "types.")
MAX_DEPTH = 4


def generic_answer(declared: Declared, project: Project, depth: int = 0) -> Class | str | None:
    """The generic class that an answer is made from, or its name where it is a library's; None for a plain one."""
    inner = unwrapped(declared.expr, declared.code, project.names)
    expr = inner.expr
    if isinstance(expr, syntax.Operation):
        parts = (generic_answer(Declared(part, inner.code), project, depth + 1) for part in expr.operands)
        return next((part for part in parts if part is not None), None) if depth < MAX_DEPTH else None
    head = expr.value if isinstance(expr, syntax.Subscript) else expr
    found = project.names.resolve(inner.code, head.name) if isinstance(head, syntax.Ref) else None
    if isinstance(expr, syntax.Subscript):
        if isinstance(found, Class):
            return found
        if isinstance(found, External) and not found.name.startswith(_PLAIN):
            return found.name.rpartition(".")[2]
        # Annotated, Optional and their like: what they hold.
        values = expr.index.values if isinstance(expr.index, syntax.Items) else (expr.index,)
        is_list = isinstance(found, External) and found.name.rpartition(".")[2].lower() in (
            "list",
            "sequence",
            "dict",
            "tuple",
        )
        if depth < MAX_DEPTH and not is_list:
            parts = (generic_answer(Declared(part, inner.code), project, depth + 1) for part in values)
            return next((part for part in parts if part is not None), None)
        return None
    if isinstance(found, Class) and found.inherits(*_GENERIC) and len(found.ancestry.project) > 1:
        # class OrderPage(Page): the frame is that of a generic base, whose items it names.
        return found.ancestry.project[1]
    if isinstance(found, Class) and depth < MAX_DEPTH:
        # class OrderPage(Page[Order]): ...
        for ancestor in found.ancestry.project:
            for base in ancestor.facts.bases:
                if isinstance(base, syntax.Subscript) and isinstance(base.value, syntax.Ref):
                    of = project.names.resolve(ancestor.module, base.value.name)
                    if isinstance(of, Class):
                        return of
                    if isinstance(of, External) and not of.name.startswith(_PLAIN):
                        return of.name.rpartition(".")[2]
    return None
