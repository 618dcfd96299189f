"""How parameters ask for dependencies: through an alias (``SessionDep``), or spelled out at each use."""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Class, Code, Function, Injected, Place, Project, Variable, syntax


class Asked(NamedTuple):
    """A function or class that is injected, and the places that ask for it: all, and those that spell out ``Depends``."""

    provider: Function | Class
    uses: tuple[Place, ...]
    spelled_out: tuple[Place, ...]


class _Use(NamedTuple):
    """A parameter, or a field of a class-based view, that asks for something, and where its names are looked up."""

    injected: Injected
    annotation: syntax.Expr
    default: syntax.Expr
    code: Code
    place: Place


def asked_for(project: Project) -> list[Asked]:
    """Dependencies that can have a name of their own as an annotation, those with most uses first. What a factory makes
    differs from use to use."""
    found: dict[int, tuple[Function | Class, dict[Place, bool]]] = {}
    for use in _uses(project):
        provider = use.injected.provider
        if isinstance(provider, Function | Class) and _can_be_named(provider) and "(" not in use.injected.name:
            found.setdefault(id(provider), (provider, {}))[1][use.place] = _spells_out(use, project)
    asked = (
        Asked(provider, tuple(uses), tuple(place for place, spelled in uses.items() if spelled))
        for provider, uses in found.values()
    )
    return sorted(asked, key=lambda one: (-len(one.uses), one.provider.key))


def _can_be_named(provider: Function | Class) -> bool:
    return provider.module.kind == "service" and (isinstance(provider, Class) or provider.parent is None)


def _uses(project: Project) -> Iterator[_Use]:
    for function in _asking(project):
        for injected in project.injection.of(function):
            given = function.parameters.get(injected.parameter)
            if given is not None:
                place = Place(function.module.path, given.line)
                yield _Use(injected, given.annotation, given.default, function.parent or function.module, place)
    methods = [endpoint.function for endpoint in project.endpoints if endpoint.function.receiver]
    for view in {id(method.owner): method.owner for method in methods if method.owner is not None}.values():
        for injected in project.injection.of_view(view):
            field = view.field(injected.parameter)
            if field is not None:
                at = field[0].module
                yield _Use(injected, field[1].annotation, field[1].value, at, Place(at.path, field[1].line))


def _asking(project: Project) -> Iterator[Function]:
    own = [endpoint.function for endpoint in project.endpoints]
    own += [dependency.function for dependency in project.dependencies]
    yield from {id(function): function for function in own if function.module.kind == "service"}.values()


def _spells_out(use: _Use, project: Project) -> bool:
    if type(use.annotation) is not syntax.Ref:
        return True
    # `user: UserDep`: an alias, unless a default says where the value comes from.
    named = project.names.resolve(use.code, use.annotation.name)
    return type(use.default) is syntax.Call and not isinstance(named, Variable)
