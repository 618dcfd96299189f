"""Who calls a function, through the protocols that its class implements too."""

from functools import lru_cache

from fastreview.api import CallSite, Function, Project


@lru_cache(maxsize=10_000)
def callers(function: Function, project: Project) -> tuple[CallSite, ...]:
    """Calls of ``function``; where nothing calls it by its own type, those of a protocol or an abstract class that it implements."""
    direct = tuple(project.callers(function))
    if direct or function.owner is None:
        return direct
    return tuple(site for site in project.calls(function.name) if function in project.targets(site))
