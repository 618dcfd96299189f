"""Lower layer that imports an upper one

Where a service or repository imports a router, or business rules import the web framework, the layers are a drawing only:
the lower one cannot be loaded, tested or reused without the upper one, and cycles follow.

## Improve

Let imports point down: routers import services, services import repositories. What both sides need moves below both;
what a service needs of HTTP arrives as a plain value.

## When not to apply

Imports under `if TYPE_CHECKING` do not run. Providers of dependencies, permission checks, renderers of pages and modules that
assemble an app are no business code, and what only they use counts for nothing. `HTTPException` and `Request` in business code
are told by another check (http-in-domain).

## Read

- [Bigger applications](https://fastapi.tiangolo.com/tutorial/bigger-applications/)
- [Import Linter: layers](https://import-linter.readthedocs.io/en/stable/contract_types/layers/)

```python bad app/main.py
from fastapi import APIRouter, FastAPI

router = APIRouter()


def label(order_id: int) -> str:
    return f"order {order_id}"


@router.get("/orders/{order_id}")
def order(order_id: int) -> str:
    return label(order_id)


app = FastAPI()
app.include_router(router)
```

```python bad app/orders.py
from app.main import label  # finding


class Orders:
    def describe(self, order_ids: list[int]) -> list[str]:
        return [label(order_id) for order_id in order_ids if order_id]
```

```python fixed app/main.py
from fastapi import APIRouter, FastAPI

from app.orders import label

router = APIRouter()


@router.get("/orders/{order_id}")
def order(order_id: int) -> str:
    return label(order_id)


app = FastAPI()
app.include_router(router)
```

```python fixed app/orders.py
def label(order_id: int) -> str:
    return f"order {order_id}" if order_id else "no order"
```

What writes the log is no business code:

```python good app/main.py
from contextvars import ContextVar

from fastapi import APIRouter, FastAPI

current = ContextVar("current", default="")
router = APIRouter()


@router.get("/orders")
def orders() -> str:
    return current.get()


app = FastAPI()
app.include_router(router)
```

```python good app/log.py
from logging import Filter, LogRecord

from app.main import current


class Names(Filter):
    def filter(self, record: LogRecord) -> bool:
        record.name = current.get() or "nobody"
        if record.name == "nobody":
            record.name = "-"
        return True
```

```python good app/orders.py
def label(order_id: int) -> str:
    return f"order {order_id}" if order_id else "no order"
```
"""

import re

from fastreview.api import Found, Hit, Module, NotApplicable, Place, Project, check
from fastreview_checks.knowledge.architecture.layering import WEB, assembles, layering, used_by_business

_TOLD_ELSEWHERE = frozenset({"HTTPException", "Request", "Response", "status"})
"""What business code does with these is what http-in-domain tells."""
_CONNECTION = re.compile(r"^(?:WebSocket\w*|HTTPConnection|HTTP_\d{3}_\w+)$")
"""Whoever holds connections open, or names a status, is part of HTTP, or told by http-in-domain."""


@check("ARC005", dimension="architecture", level=2, gate=True, each=Module, effort="hours")
def layer_violation(module: Module, project: Project) -> Found:
    layers = layering(project)
    if module.path not in layers.free and module.path not in layers.bound:
        raise NotApplicable("the module holds no business code, or the routes themselves")
    upward = [(target, line) for target, line in project.imports_of(module) if target.path in layers.routing]
    imports = () if WEB.isdisjoint(module.imported) else module.facts.imports
    named = [i for i in imports if i.module.partition(".")[0] in WEB and not i.level and not i.typing_only]
    named = [i for i in named if i.name not in _TOLD_ELSEWHERE and not _CONNECTION.match(i.name)]
    named = [i for i in named if not i.module.endswith((".concurrency", ".testclient"))]
    if not upward and not named:
        return
    used = used_by_business(module, layers)
    for target, line in upward:
        named_there = [i for i in module.facts.imports if i.line == line]
        if any(i.bound in used or i.within for i in named_there) and not any(
            assembles(i.bound, module, project) for i in named_there
        ):
            yield Hit(
                Place(module.path, line),
                f"`{module.name}` is business code and imports `{target.name}`, which defines routes. "
                "Turn the direction around: move what it needs below both.",
                symbol=target.name,
            )
            break
    named = [i for i in named if i.bound in used]
    if named:
        names = ", ".join(dict.fromkeys(f"`{i.name or i.module}`" for i in named))
        yield Hit(
            Place(module.path, named[0].line),
            f"`{module.name}` is business code and uses {names} of the web framework. "
            "Take plain values and leave the translation to the routes and dependencies.",
            symbol="framework",
        )
