"""Functions with a marker that FastAPI never sees: they are called, with a value for it.

Source: FastAPI's reference, "Dependencies".
"""

from collections.abc import Iterator

from fastreview.api import CallSite, Confidence, Function, Hit, Place, Project, Related, syntax
from fastreview_checks.knowledge.core.markers import direct_calls, left_out, marked

_INJECTING = frozenset({"Depends", "Security"})


def never_resolved(project: Project) -> Iterator[Hit]:
    """Where such a marker stands; calls that leave it out are told by themselves."""
    known = {id(f): (f, m) for f, m in marked(project) if not _INJECTING.isdisjoint(m.values())}
    called: dict[int, CallSite | None] = {}
    for function, site in direct_calls((function for function, _ in known.values()), project):
        lost, _ = left_out(site, function, known[id(function)][1])
        called[id(function)] = None if lost else called.get(id(function), site)
    for key, first in called.items():
        function, markers = known[key]
        if first is None or not _is_only_called(function, project):
            continue
        name = next(name for name, marker in markers.items() if marker in _INJECTING)
        line = next(p.line for p in function.facts.parameters if p.name == name)
        yield Hit(
            Place(function.module.path, line),
            f"`{function.name}` is only ever called, so FastAPI resolves none of its parameters: the `{markers[name]}(...)` of "
            f"`{name}` means nothing, and who leaves it out gets the marker. Take a plain parameter.",
            symbol=f"{function.qualname}.{name}",
            related=(Related(first.place, "called here, with a value"),),
            # A function may stand there for others to inject; a method needs its object.
            confidence=Confidence.LIKELY if function.owner is not None else Confidence.POSSIBLE,
        )


def _is_only_called(function: Function, project: Project) -> bool:
    """Whether FastAPI never sees ``function``: it is no endpoint and no dependency, and no code names it but to call it."""
    if not function.decorator_names <= {"staticmethod", "classmethod"} or function.parent is not None:
        return False
    if function.owner is not None and (function.owner.facts.decorators or function.name.startswith("__")):
        return False
    injected = {id(d.function) for d in project.dependencies} | {id(e.function) for e in project.endpoints}
    return id(function) not in injected and not _is_handed_on(function.name, project)


def _is_handed_on(name: str, project: Project) -> bool:
    """Whether some code names a function of this name without calling it."""
    for code in project.mentions(name):
        nodes = [n for stmt in code.statements for e in syntax.expressions(stmt) for n in syntax.walk(e)]
        called = {id(node.func) for node in nodes if isinstance(node, syntax.Call)}
        for node in nodes:
            word = (
                node.last if isinstance(node, syntax.Ref) else node.attr if isinstance(node, syntax.Attribute) else ""
            )
            if word == name and id(node) not in called:
                return True
    return False
