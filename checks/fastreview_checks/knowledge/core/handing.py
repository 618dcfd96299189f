"""Where a value goes that a function hands to another one of the project."""

from collections.abc import Callable, Iterator

from fastreview.api import CallSite, Function, Project, syntax


def handed_to(site: CallSite, value: syntax.Expr, project: Project) -> Iterator[tuple[Function, str]]:
    """`handed` for a value that is written the same everywhere: a variable."""
    return handed(site, lambda given: given == value, project)


def handed(site: CallSite, is_it: Callable[[syntax.Expr], bool], project: Project) -> Iterator[tuple[Function, str]]:
    """Functions of the project that are called with a value, and their parameters that take it; constructors aside."""
    given = [(position, "", expr) for position, expr in enumerate(site.call.args)]
    given += [(-1, keyword.name, keyword.value) for keyword in site.call.keywords]
    for position, name, expr in given:
        if not is_it(expr):
            continue
        for target in project.targets(site):
            if isinstance(target, Function) and not target.name.startswith("__") and target is not site.code:
                taken = _parameter(target, position, name)
                if taken:
                    yield target, taken


def _parameter(function: Function, position: int, name: str) -> str:
    parameters = [p for p in function.facts.parameters if p.name != function.receiver]
    if position >= 0:
        ordered = [p.name for p in parameters if p.kind in ("normal", "positional")]
        return ordered[position] if position < len(ordered) else ""
    if name:
        return name if any(p.name == name for p in parameters) else ""
    return next((p.name for p in parameters if p.kind == "kwargs"), "")
