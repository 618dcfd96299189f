"""How parameters ask for a dependency: through an alias (``SessionDep``), or spelled out at each use."""

from collections.abc import Iterator

from fastreview.api import Code, Dependency, Function, Place, Project, Variable, syntax
from fastreview.facts.source import Parameter

Use = tuple[Place, Parameter, Code]


def uses_of(dependency: Dependency, project: Project) -> list[Use]:
    """Parameters of endpoints and dependencies that ask for ``dependency``, each once."""
    asking = _asking(project)
    return [use for use in asking.get(id(dependency.function), ()) if use[0].path]


_KEPT: dict[int, tuple[Project, dict[int, list[Use]]]] = {}


def _asking(project: Project) -> dict[int, list[Use]]:
    """Uses by the id of the function that is asked for; the last project's are kept."""
    if id(project) not in _KEPT:
        found: dict[int, list[Use]] = {}
        for function in _functions(project):
            for injected in project.injection.of(function):
                if injected.function is not None and injected.parameter in function.parameters:
                    parameter = function.parameters[injected.parameter]
                    place = Place(function.module.path, parameter.line)
                    found.setdefault(id(injected.function), []).append(
                        (place, parameter, function.parent or function.module)
                    )
        _KEPT.clear()
        _KEPT[id(project)] = (project, found)
    return _KEPT[id(project)][1]


def _functions(project: Project) -> Iterator[Function]:
    own = [endpoint.function for endpoint in project.endpoints]
    own += [dependency.function for dependency in project.dependencies]
    yield from {id(function): function for function in own if function.module.kind == "service"}.values()


def spelled_out(parameter: Parameter, scope: Code, project: Project) -> bool:
    """Whether a parameter writes ``Depends`` itself."""
    if type(parameter.annotation) is syntax.Ref:
        # `user: UserDep`: an alias, unless a default says where the value comes from.
        named = project.names.resolve(scope, parameter.annotation.name)
        return type(parameter.default) is syntax.Call and not isinstance(named, Variable)
    return True
