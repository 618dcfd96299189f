"""No reusable component of its own

A service that grows repeats itself: the same permission test in every endpoint, the same paging arguments, the same error
responses. FastAPI lets such a part be made once, with parameters, and injected or derived from: that is how teams extend
the framework instead of copying around it.

## Improve

Turn what several modules repeat into a component with parameters: a dependency class (`Depends(Requires("orders:write"))`),
an `APIRouter` or `APIRoute` subclass, a security scheme, paging parameters. Keep it free of one route's knowledge.

## When not to apply

A small service may have nothing to share; this dimension is shown in the profile and decides no level.

## Read

- [Advanced dependencies](https://fastapi.tiangolo.com/advanced/advanced-dependencies/)
- [Custom request and APIRoute class](https://fastapi.tiangolo.com/how-to/custom-request-and-route/)

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def current_user() -> str:
    return "ann"


@app.get("/orders")
def orders(user: Annotated[str, Depends(current_user)]) -> list[str]:
    return [user]
```

```python good app/access.py
class Requires:
    def __init__(self, scope: str) -> None:
        self.scope = scope

    def __call__(self) -> str:
        return self.scope
```

```python good app/orders.py
from fastapi import APIRouter, Depends

from app.access import Requires

router = APIRouter(prefix="/orders")


@router.get("", dependencies=[Depends(Requires("orders:read"))])
def orders() -> list[str]:
    return []
```

```python good app/products.py
from fastapi import APIRouter, Depends

from app.access import Requires

router = APIRouter(prefix="/products")


@router.get("", dependencies=[Depends(Requires("products:read"))])
def products() -> list[str]:
    return []
```

```python good app/main.py
from fastapi import FastAPI

from app import orders, products

app = FastAPI()
app.include_router(orders.router)
app.include_router(products.router)
```
"""

from collections.abc import Iterator

from fastreview.api import (
    Bound,
    Class,
    Found,
    Function,
    Hit,
    Instance,
    Met,
    Place,
    Project,
    Value,
    check,
    syntax,
)
from fastreview_checks.knowledge.extension.components import COMPONENT_BASES, SHARED_PARAMETERS
from fastreview_checks.knowledge.unread_routes import without_routes


@check("EXT001", dimension="extension", level=2, credit=3, effort="days")
def reusable_component(project: Project) -> Found:
    if not project.routes:
        raise without_routes(project, "the project has no routes")
    found = sorted(_components(project), key=lambda one: (-one[2], one[0]))
    for place, what, users in found[:3]:
        yield Met(place, f"{what}, used by {users} modules.")
    if not found:
        yield Hit(
            project.place,
            "No part of this service extends FastAPI for more than one place: no dependency with parameters, router or route "
            "class, or security scheme is shared by modules. Make one of what they repeat.",
        )


def _components(project: Project) -> Iterator[tuple[Place, str, int]]:
    """Place, what it is, and how many modules beside its own use it."""
    users: dict[str, set[str]] = {}
    parts: dict[str, tuple[Place, str]] = {}
    for route in project.routes:
        for injected in route.dependency_tree:
            part = _injected(injected.provider)
            if part is not None:
                parts[part[0]] = part[1], part[2]
                # An alias is written once: whoever's endpoint asks for it uses it.
                asks = route.place.path if injected.by == "parameter" else injected.code.module.path
                users.setdefault(part[0], set()).add(asks)
    for module in project.service_modules:
        for cls in module.classes:
            bases = COMPONENT_BASES.keys() & cls.ancestry.external
            if bases:
                parts.setdefault(cls.key, (cls.place, f"`{cls.name}` is {COMPONENT_BASES[min(bases)]}"))
    factories = {f.name for f in project.functions if f.owner is None and _may_make_router(f)}
    classes = {key.rpartition(".")[2] for key in parts}
    for code in project.mentions(*sorted(factories | classes)):
        for site in code.calls:
            target = project.values.target(site)
            if isinstance(target, Function) and target.name in factories and _makes_router(target, project):
                parts.setdefault(target.key, (target.place, f"`{target.name}` makes routers"))
                users.setdefault(target.key, set()).add(code.module.path)
            given = (*site.call.args, *(k.value for k in site.call.keywords))
            for value in (target, *(project.values.of(a, code) for a in given)):
                if isinstance(value, Class) and value.key in parts:
                    users.setdefault(value.key, set()).add(code.module.path)
    for key, (place, what) in parts.items():
        others = users.get(key, set()) - {place.path}
        if len(others) > 1:
            yield place, what, len(others)


def _may_make_router(function: Function) -> bool:
    for name in function.called:
        if name.endswith("Router"):
            return True
    returns = function.facts.returns
    if type(returns) is syntax.Ref:
        return returns.name.endswith("Router")
    if type(returns) is syntax.Subscript:
        return False
    return function.facts.returns_annotated and syntax.written(returns, 80).endswith("Router")


def _makes_router(function: Function, project: Project) -> bool:
    made = project.values.returned(function)
    name = made.of.name if isinstance(made, Instance) else ""
    return name.rpartition(".")[2].endswith("Router")


def _injected(value: Value | None) -> tuple[str, Place, str] | None:
    """A dependency with parameters: an instance of an own class with ``__call__``, or what a factory returns."""
    match value:
        case Instance(of=Class() as cls) if cls.method("__call__") and cls.method("__init__"):
            return cls.key, cls.place, f"`{cls.name}` is a dependency with parameters"
        case Class() as cls if SHARED_PARAMETERS.search(cls.name):
            return cls.key, cls.place, f"`{cls.name}` is a dependency class"
        case Bound(of=cls) if SHARED_PARAMETERS.search(cls.name):
            return cls.key, cls.place, f"`{cls.name}` is a dependency class"
        case Function() as function if function.parent is not None:
            factory = function.parent
            if any(isinstance(s, syntax.Return) and s.value == syntax.Ref(function.name) for s in factory.statements):
                return factory.key, factory.place, f"`{factory.name}` makes dependencies"
    return None
