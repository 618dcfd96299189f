"""Modules that import each other in a circle

Modules in a cycle cannot be understood, tested or imported one without the other. Whether a name is there yet depends on
who is imported first: moving an unrelated import ends in "cannot import name ... from partially initialized module".
Modules that import each other in several ways count as one cycle, and its first module stands for it.

## Improve

Move what both need into a module below them, or turn one direction around: pass the object in, or let the lower
module define a `Protocol` that the upper one fulfils.

## When not to apply

Imports under `if TYPE_CHECKING` and inside functions do not run when the module is loaded: they are no cycle.

## Read

- [The import system](https://docs.python.org/3/reference/import.html)
- [Bigger applications](https://fastapi.tiangolo.com/tutorial/bigger-applications/)

```python bad app/auth.py
from app.crud import get_user  # finding


def hash_password(password: str) -> str:
    return password[::-1]


def login(name: str) -> bool:
    return get_user(name) is not None
```

```python bad app/crud.py
from app.auth import hash_password


def get_user(name: str) -> str | None:
    return hash_password(name)
```

```python good app/auth.py
from typing import TYPE_CHECKING

from app.hashing import hash_password

if TYPE_CHECKING:
    from app.crud import Users


def login(users: "Users", name: str) -> bool:
    return hash_password(name) in users
```

```python good app/crud.py
from app.hashing import hash_password


class Users(dict[str, str]):
    def add(self, name: str) -> None:
        self[name] = hash_password(name)
```

```python good app/hashing.py
def hash_password(password: str) -> str:
    return password[::-1]
```
"""

from functools import lru_cache

from fastreview.api import Confidence, Found, Hit, Module, NotApplicable, Place, Project, Related, check

_Cycle = tuple[tuple[Module, int], ...]


@check("ARC007", dimension="architecture", level=1, gate=True, each=Module, effort="hours")
def import_cycle(module: Module, project: Project) -> Found:
    if len(project.service_modules) < 2:
        raise NotApplicable("the service is one module")
    cycle = _by_first(project).get(module.path)
    if cycle is None:
        return
    names = [one.name for one, _ in cycle]
    steps = tuple(
        Related(Place(one.path, line), f"`{one.name}` imports `{target.name}`")
        for (one, line), (target, _) in zip(cycle, (*cycle[1:], cycle[0]), strict=True)
    )
    yield Hit(
        steps[0].place,
        f"{' -> '.join(f'`{name}`' for name in (*names, names[0]))} import each other when they are loaded: none can be used "
        "or tested alone, and their order decides whether a name is there yet. Move what they share into a module below them.",
        symbol=" ".join(sorted(names)),
        related=steps[1:],
        confidence=Confidence.CERTAIN,
    )


@lru_cache(maxsize=1)
def _by_first(project: Project) -> dict[str, _Cycle]:
    """Each cycle by the path of its first module, which stands for it."""
    return {cycle[0][0].path: cycle for cycle in project.import_cycles}
