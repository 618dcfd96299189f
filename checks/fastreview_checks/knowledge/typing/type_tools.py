"""Which of the finer tools of typing a project uses, and where.

Sources: the reference of `typing`, PEP 484, 586, 612, 646, 673, 695 and 742.
"""

from collections.abc import Iterator

from fastreview.api import Class, Module, Place, Project, syntax

# By how it is written in an annotation; and what is made by a call, a ParamSpec or a NewType.
_IN_ANNOTATIONS = {
    "Self": "Self", "Literal": "Literal", "LiteralString": "Literal", "Concatenate": "ParamSpec", "TypeGuard": "TypeGuard",
    "TypeIs": "TypeGuard", "Unpack": "Unpack", "Never": "Never",
}  # fmt: skip
_MADE = {"ParamSpec": "ParamSpec", "NewType": "NewType", "TypeVarTuple": "Unpack"}
STRUCTURAL = frozenset({"generics", "ParamSpec", "NewType", "TypeGuard"})
"""Those that nobody uses in passing: `Self` stands in many a validator, `Literal` in many a setting."""
_TYPING = frozenset({"typing", "typing_extensions"})


def tools_used(project: Project) -> dict[str, Place]:
    """The tools by name, with the first place of each: "generics", "ParamSpec", "NewType", "Self", "Literal" ..."""
    found: dict[str, Place] = {}
    for module in project.service_modules:
        if _TYPING.isdisjoint(module.imported):
            continue
        imported = {one.bound: one.name for one in module.facts.imports if one.module in _TYPING and one.name}
        if not imported.keys().isdisjoint(module.called):
            for site in module.calls:
                if made := _MADE.get(imported.get(site.call.name, "")):
                    found.setdefault(made, site.place)
        open_tools = {
            name for name in imported.values() if name in _IN_ANNOTATIONS and _IN_ANNOTATIONS[name] not in found
        }
        for expr, line in _annotations(module) if open_tools else ():
            for node in syntax.walk(expr):
                if isinstance(node, syntax.Ref) and (tool := _IN_ANNOTATIONS.get(imported.get(node.name, ""))):
                    found.setdefault(tool, Place(module.path, line))
    if (generic := next(_generics(project), None)) is not None:
        found["generics"] = generic
    return found


def _annotations(module: Module) -> Iterator[tuple[syntax.Expr, int]]:
    for function in module.functions:
        for parameter in function.facts.parameters:
            if parameter.annotated:
                yield parameter.annotation, parameter.line
        if function.facts.returns_annotated:
            yield function.facts.returns, function.line
    for cls in module.classes:
        for field in cls.facts.fields:
            if field.annotated:
                yield field.annotation, field.line


def _generics(project: Project) -> Iterator[Place]:
    """Where a generic class of the project is given its types: `class Orders(Repository[Order])`, `Page[OrderRead]`."""
    names = {c.name for module in project.service_modules for c in module.classes}
    for module in project.service_modules:
        bases = ((base, cls.facts.line) for cls in module.classes for base in cls.facts.bases)
        for expr, line in (*bases, *_annotations(module)):
            for node in syntax.walk(expr):
                if (
                    isinstance(node, syntax.Subscript)
                    and isinstance(node.value, syntax.Ref)
                    and node.value.last in names
                ):
                    found = project.names.resolve(module, node.value.name)
                    if isinstance(found, Class) and not _is_enumeration(found):
                        yield Place(module.path, line)


def _is_enumeration(cls: Class) -> bool:
    return any(name.startswith("enum.") for name in cls.ancestry.external)
