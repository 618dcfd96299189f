"""Services without contracts

A service that takes a concrete repository or client is bound to it: the test needs that very class, and the second mailer
means a change everywhere. A `Protocol` or an abstract class says what the service needs, whoever provides it, and a type
checker holds both sides to it.

## Improve

Describe what a service needs where the service is: a `Protocol` with the two methods that it calls. Ask for that type in its
constructor, and let a dependency provide the class that fits.

## When not to apply

A small service with one storage and nothing to exchange gains little.

## Read

- [PEP 544: protocols](https://peps.python.org/pep-0544/)
- [mypy: protocols and structural subtyping](https://mypy.readthedocs.io/en/stable/protocols.html)
- [Python: abc](https://docs.python.org/3/library/abc.html)

```python bad app/main.py
from fastapi import FastAPI

from app.orders import Orders

app = FastAPI()


@app.get("/orders")
def count() -> int:
    return Orders().count()
```

```python bad app/orders.py
class Storage:
    def rows(self) -> list[int]:
        return [1]


class Orders:
    def count(self) -> int:
        return len(Storage().rows())
```

```python fixed app/main.py
from typing import Annotated

from fastapi import Depends, FastAPI

from app.orders import Orders
from app.storage import ListStorage

app = FastAPI()


def orders() -> Orders:
    return Orders(ListStorage())


@app.get("/orders")
def count(service: Annotated[Orders, Depends(orders)]) -> int:
    return service.count()
```

```python fixed app/ports.py
from typing import Protocol


class Storage(Protocol):
    def rows(self) -> list[int]: ...
```

```python fixed app/orders.py
from app.ports import Storage


class Orders:
    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def count(self) -> int:
        return len(self.storage.rows())
```

```python fixed app/storage.py
class ListStorage:
    def rows(self) -> list[int]:
        return [1]
```
"""

from fastreview.api import Found, Hit, Met, Project, Related, Side, check
from fastreview_checks.knowledge.typing.interfaces import interfaces
from fastreview_checks.knowledge.unread_routes import without_routes

SHOWN = 5


@check("TYP009", dimension="typing", level=2, credit=3, needs=(Side.SOURCE,), effort="days")
def no_contracts(project: Project) -> Found:
    if not project.routes:
        raise without_routes(project, "the service has no routes")
    found = interfaces(project)
    used = [one for one in found if one.asked]
    if used:
        first, others = used[0], len(used) - 1
        more = f", and {others} more contract{'s' if others > 1 else ''} likewise" if others else ""
        yield Met(
            first.cls.place,
            f"`{first.cls.name}` says what is needed, and is asked for by its type in {len(first.asked)} "
            f"place{'s' if len(first.asked) > 1 else ''}{more}.",
        )
    elif found:
        yield Hit(
            found[0].cls.place,
            f"`{found[0].cls.name}` is a contract, but no function or class asks for it by its type: what "
            "uses it is still bound to one implementation. Ask for the contract, and let a dependency provide the class.",
            related=tuple(Related(one.cls.place, "another one") for one in found[1:SHOWN]),
        )
    else:
        yield Hit(
            project.place,
            "No protocol and no abstract class says what the services need, so each is bound to the classes it names. Describe "
            "what a service calls in a `Protocol`, and let a dependency provide it.",
        )
