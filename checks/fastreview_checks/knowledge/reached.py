"""What a function calls, and what that calls."""

from functools import lru_cache

from fastreview.api import Function, Project


@lru_cache(maxsize=10_000)
def reached(function: Function, project: Project, depth: int) -> tuple[Function, ...]:
    """``function`` and the project's functions that it reaches by ``depth`` calls, the closest first, each once."""
    found = {id(function): function}
    level = [function]
    for _ in range(depth):
        targets = (target for one in level for site in one.calls for target in project.targets(site))
        fresh = {id(t): t for t in targets if isinstance(t, Function) and id(t) not in found}
        found.update(fresh)
        level = list(fresh.values())
    return tuple(found.values())
