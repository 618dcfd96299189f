"""How many modules import a module, and how many it imports itself."""

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Project
from fastreview_checks.knowledge.importing import own_modules


class Fans(NamedTuple):
    """Numbers of modules of the service by path: those that import it, and those that it imports; and the paths of the
    service's own modules."""

    incoming: dict[str, int]
    outgoing: dict[str, int]
    own: frozenset[str]


@lru_cache(maxsize=1)
def fans(project: Project) -> Fans:
    incoming: Counter[str] = Counter()
    outgoing: dict[str, int] = {}
    for module in project.service_modules:
        targets = {target.path for target, _ in project.imports_of(module)}
        incoming.update(targets)
        outgoing[module.path] = len(targets)
    return Fans(dict(incoming), outgoing, own_modules(project))
