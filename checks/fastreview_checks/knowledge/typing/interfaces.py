"""Protocols and abstract classes of a project, and who asks for what they describe."""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Class, Declared, Function, Module, Place, Project, classes_in, syntax

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
    if not cls.facts.bases and not cls.facts.keywords:
        return False
    above = cls.ancestry.external
    if not above.isdisjoint(_PROTOCOLS) and any(map(_names_protocol, cls.facts.bases)):
        # One with nothing but __call__ is a type of function.
        return any(name != "__call__" for name in cls.methods)
    if not above.isdisjoint(_MODELS):
        return False
    abstract = not above.isdisjoint(_ABSTRACT) or any(name == "metaclass" for name, _ in cls.facts.keywords)
    return abstract and any(not m.decorator_names.isdisjoint(_MARKS) for m in cls.methods.values())


def _names_protocol(base: syntax.Expr) -> bool:
    head = base.value if type(base) is syntax.Subscript else base
    return type(head) is syntax.Ref and head.last == "Protocol"


def interfaces(project: Project) -> tuple[Interface, ...]:
    """The contracts with who asks for them, those asked for most often first."""
    found = contracts(project)
    if not found:
        return ()
    asked: dict[int, list[Place]] = {id(cls): [] for cls in found}
    for place, declared in _types(project, found):
        for cls in classes_in(declared.expr, declared.code, project.names):
            if id(cls) in asked:
                asked[id(cls)].append(place)
    ordered = sorted(found, key=lambda cls: (-len(asked[id(cls)]), cls.key))
    return tuple(Interface(cls, tuple(asked[id(cls)])) for cls in ordered)


def _types(project: Project, contracts: tuple[Class, ...]) -> Iterator[tuple[Place, Declared]]:
    """Types of parameters and fields that mention one of these contracts, in modules that import one or define
    one; those of the contracts themselves left out."""
    names = {cls.name for cls in contracts}
    homes = {cls.module.path for cls in contracts}
    ids = {id(cls) for cls in contracts}
    # Whoever names a contract of another module has imported it, or the module.
    imported = names | {cls.module.name.rpartition(".")[2] for cls in contracts}
    mentioning = project.annotated_with(*names)
    asking = {id(one) for one in mentioning}
    modules = {id(one.module) for one in mentioning}
    for module in project.service_modules:
        if id(module) not in modules or not (module.path in homes or _imports_any(module, imported)):
            continue
        for function in module.functions:
            if id(function) not in asking or id(function.owner) in ids:
                continue
            for parameter in function.facts.parameters:
                if _mentions(parameter.annotation, names) and not _is_own(function, parameter.name):
                    declared = Declared(parameter.annotation, function.parent or module)
                    yield Place(module.path, parameter.line), declared
        for cls in module.classes:
            for field in cls.facts.fields if id(cls) in asking else ():
                if _mentions(field.annotation, names):
                    yield Place(module.path, field.line), Declared(field.annotation, module)


def _mentions(expr: syntax.Expr, names: set[str]) -> bool:
    for node in syntax.walk(expr):
        name = node.name if type(node) is syntax.Ref else node if type(node) is str else ""
        # "Ports" in quotes.
        if name.rpartition(".")[2] in names:
            return True
    return False


def _imports_any(module: Module, names: set[str]) -> bool:
    return any(
        one.name in names or one.name == "*" or one.module.rpartition(".")[2] in names for one in module.facts.imports
    )


def _is_own(function: Function, name: str) -> bool:
    return bool(function.receiver) and name == function.receiver
