"""How parameters ask for dependencies: through an alias (``SessionDep``), or spelled out at each use."""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Function, Place, Project, Variable, syntax


class Asked(NamedTuple):
    """A function that is injected, and the places that ask for it: all, and those that spell out ``Depends``."""

    function: Function
    uses: tuple[Place, ...]
    spelled_out: tuple[Place, ...]


def asked_for(project: Project) -> list[Asked]:
    """Dependencies that can have a name of their own as an annotation, those with most uses first. What a factory makes
    differs from use to use."""
    plain = {
        id(d.function): d.function
        for d in project.dependencies
        if d.provider is d.function and d.function.parent is None
    }
    found: dict[int, list[tuple[Place, bool]]] = {}
    for function in _asking(project):
        for injected in project.injection.of(function):
            key = id(injected.function)
            if key in plain and injected.parameter in function.parameters and "(" not in injected.name:
                place = Place(function.module.path, function.parameters[injected.parameter].line)
                found.setdefault(key, []).append((place, _spells_out(function, injected.parameter, project)))
    asked = (
        Asked(plain[key], tuple(p for p, _ in uses), tuple(p for p, spelled in uses if spelled))
        for key, uses in found.items()
    )
    return sorted(asked, key=lambda one: (-len(one.uses), one.function.key))


def _asking(project: Project) -> Iterator[Function]:
    own = [endpoint.function for endpoint in project.endpoints]
    own += [dependency.function for dependency in project.dependencies]
    yield from {id(function): function for function in own if function.module.kind == "service"}.values()


def _spells_out(function: Function, name: str, project: Project) -> bool:
    parameter = function.parameters[name]
    if type(parameter.annotation) is not syntax.Ref:
        return True
    # `user: UserDep`: an alias, unless a default says where the value comes from.
    named = project.names.resolve(function.parent or function.module, parameter.annotation.name)
    return type(parameter.default) is syntax.Call and not isinstance(named, Variable)
