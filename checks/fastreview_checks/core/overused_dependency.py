"""Dependency where a plain function would do

FastAPI solves a dependency for each request: it builds the tree, reads parameters, enters contexts, and hands what is sync to
a thread. That pays for what needs the request, holds a resource or is replaced in tests. A value that never changes needs none
of it, and in a deep tree nobody sees any more what one route runs, in which order, and what it costs.

## Improve

Write a constant as a constant, and call plain functions. Flatten deep trees: let one dependency build the service from what it
needs, instead of a chain in which each layer is a dependency of the next.

## When not to apply

What tests replace with `dependency_overrides`, and objects that the lifespan made and a dependency hands out.

## Read

- [Dependencies](https://fastapi.tiangolo.com/tutorial/dependencies/)
- [Sub-dependencies](https://fastapi.tiangolo.com/tutorial/dependencies/sub-dependencies/)

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def page_size() -> int:  # finding
    return 20


@app.get("/orders")
def orders(size: Annotated[int, Depends(page_size)]) -> int:
    return size
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
PAGE_SIZE = 20


@app.get("/orders")
def orders() -> int:
    return PAGE_SIZE
```

```python good
from typing import Annotated

from fastapi import Depends, FastAPI, Header

app = FastAPI()


class Settings:
    size = 20


settings = Settings()


def get_settings() -> Settings:
    return settings


def tenant(x_tenant: Annotated[str, Header()], settings: Annotated[Settings, Depends(get_settings)]) -> str:
    return x_tenant


@app.get("/orders")
def orders(tenant: Annotated[str, Depends(tenant)]) -> str:
    return tenant
```
"""

from fastreview.api import Dependency, Found, Function, Hit, Injected, Project, check, syntax

_DEEPEST = 13
"""Further down the model does not follow dependencies."""


@check("COR017", dimension="core", level=2, credit=2, each=Dependency, effort="hours")
def overused_dependency(dependency: Dependency, project: Project) -> Found:
    function = dependency.function
    if dependency.provider is function and _is_constant(function) and not _is_overridden(function, project):
        yield Hit(
            dependency.place,
            f"`{function.name}` takes nothing and always gives the same value, yet FastAPI solves it for each request. Use a "
            "constant, or read the value from the settings.",
            symbol="constant",
        )
        return
    depth = max((_depth(use) for use in dependency.uses[:1]), default=0)
    if depth > project.limits["COR017.depth"]:
        yield Hit(
            dependency.place,
            f"`{dependency.provider.name}` stands on {depth - 1} layers of dependencies, one upon the other, which every request "
            "solves. Build what it needs in one of them.",
            symbol="depth",
        )


def _is_constant(function: Function) -> bool:
    match function.body:
        case (syntax.Return(value=str() | int() | float() | bool() | syntax.Items() | syntax.Mapping() as value),):
            return not function.facts.parameters and _is_literal(value)
    return False


def _is_literal(value: syntax.Expr) -> bool:
    return all(
        isinstance(node, str | int | float | None | syntax.Items | syntax.Mapping) for node in syntax.walk(value)
    )


def _is_overridden(function: Function, project: Project) -> bool:
    """Whether some test replaces it: then the value is not always the same."""
    return any(
        "dependency_overrides" in code.mentioned and function.name.encode() in bytes(code.facts.body)
        for module in project.modules
        if module.kind == "test"
        for code in module.codes()
    )


def _depth(injected: Injected, level: int = 1) -> int:
    if level > _DEEPEST:
        return level
    return max((_depth(inner, level + 1) for inner in injected.inner), default=level)
