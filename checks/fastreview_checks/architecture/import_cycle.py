"""Modules that import each other in a circle

Modules in a cycle cannot be understood, tested or imported one without the other. Which of them works depends on who
is imported first: moving an unrelated import ends in "cannot import name ... from partially initialized module".

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

from fastreview.api import Confidence, Found, Hit, NotApplicable, Place, Project, Related, check


@check("ARC007", dimension="architecture", level=1, gate=True, effort="hours")
def import_cycle(project: Project) -> Found:
    if len(project.service_modules) < 2:
        raise NotApplicable("the service is one module")
    for cycle in project.import_cycles:
        names = [module.name for module, _ in cycle]
        steps = tuple(
            Related(Place(module.path, line), f"`{module.name}` imports `{target.name}`")
            for (module, line), (target, _) in zip(cycle, (*cycle[1:], cycle[0]), strict=True)
        )
        yield Hit(
            steps[0].place,
            f"{' -> '.join(f'`{name}`' for name in (*names, names[0]))} import each other when they are loaded: "
            "which of them works depends on who comes first. Move what they share into a module below them.",
            symbol=" ".join(sorted(names)),
            related=steps[1:],
            confidence=Confidence.CERTAIN,
        )
