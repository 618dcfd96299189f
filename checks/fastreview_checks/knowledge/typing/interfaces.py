"""Protocols and abstract classes of a project, and who asks for what they describe."""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Class, Declared, Function, Place, Project, classes_in, syntax

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_ABSTRACT = frozenset({"abc.ABC"})
_MARKS = frozenset({"abstractmethod", "abc.abstractmethod", "abstractproperty", "abc.abstractproperty"})
_MODELS = frozenset({"pydantic.BaseModel", "sqlmodel.SQLModel", "sqlalchemy.orm.DeclarativeBase"})


class Interface(NamedTuple):
    """A contract, and the parameters and fields that ask for it by its type."""

    cls: Class
    asked: tuple[Place, ...]


def contracts(project: Project) -> tuple[Class, ...]:
    """Classes of the service that say what others are to do: protocols with methods, classes with abstract methods."""
    return tuple(c for module in project.service_modules for c in module.classes if _is_contract(c))


def _is_contract(cls: Class) -> bool:
    own = {base.name.rpartition(".")[2] for base in map(_head, cls.facts.bases) if base is not None}
    if "Protocol" in own and cls.inherits(*_PROTOCOLS):
        # One with nothing but __call__ is a type of function.
        return any(name != "__call__" for name in cls.methods)
    if cls.inherits(*_MODELS):
        return False
    abstract = cls.inherits(*_ABSTRACT) or any(name == "metaclass" for name, _ in cls.facts.keywords)
    return abstract and any(not m.decorator_names.isdisjoint(_MARKS) for m in cls.methods.values())


def _head(base: syntax.Expr) -> syntax.Ref | None:
    head = base.value if isinstance(base, syntax.Subscript) else base
    return head if isinstance(head, syntax.Ref) else None


def interfaces(project: Project) -> tuple[Interface, ...]:
    """The contracts with who asks for them, those asked for most often first."""
    found = contracts(project)
    if not found:
        return ()
    asked: dict[int, list[Place]] = {id(cls): [] for cls in found}
    names = {cls.name for cls in found}
    # Whoever names a contract of another module has imported it, or the module.
    imported = names | {cls.module.name.rpartition(".")[2] for cls in found}
    for place, declared in _types(project, imported, {cls.module.path for cls in found}):
        if not names.isdisjoint(_written(declared.expr)):
            for cls in classes_in(declared.expr, declared.code, project.names):
                if id(cls) in asked:
                    asked[id(cls)].append(place)
    ordered = sorted(found, key=lambda cls: (-len(asked[id(cls)]), cls.key))
    return tuple(Interface(cls, tuple(asked[id(cls)])) for cls in ordered)


def _written(expr: syntax.Expr) -> Iterator[str]:
    for node in syntax.walk(expr):
        if isinstance(node, syntax.Ref):
            yield node.last
        elif isinstance(node, str):
            # "Ports" in quotes.
            yield node.rpartition(".")[2]


def _types(project: Project, imported: set[str], homes: set[str]) -> Iterator[tuple[Place, Declared]]:
    """Types of parameters and of fields in modules that import one of these names, or are one of ``homes``; those of the
    contracts themselves left out."""
    for module in project.service_modules:
        if module.path not in homes and not any(
            one.name in imported or one.name == "*" or one.module.rpartition(".")[2] in imported
            for one in module.facts.imports
        ):
            continue
        for function in module.functions:
            if function.owner is not None and _is_contract(function.owner):
                continue
            for parameter in function.facts.parameters:
                if parameter.annotated and not _is_own(function, parameter.name):
                    declared = Declared(parameter.annotation, function.parent or module)
                    yield Place(module.path, parameter.line), declared
        for cls in module.classes:
            for field in cls.facts.fields:
                if field.annotated:
                    yield Place(module.path, field.line), Declared(field.annotation, module)


def _is_own(function: Function, name: str) -> bool:
    return bool(function.receiver) and name == function.receiver
