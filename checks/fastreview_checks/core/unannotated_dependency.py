"""Dependency or parameter marker as a default value

`session: Session = Depends(get_session)` says that the parameter may be left out and has a `Depends` object then: called
from a test or another function, it really has. Parameters after it need defaults too, and the type cannot be given a name
and used again.

## Improve

`session: Annotated[Session, Depends(get_session)]`, or an alias of it: `SessionDep`. Defaults of parameters go where
Python has them: `limit: Annotated[int, Query(le=100)] = 20`.

## When not to apply

Python's own default values, without `Query(...)` around them, are fine.

## Read

- [Dependencies: share Annotated dependencies](https://fastapi.tiangolo.com/tutorial/dependencies/#share-annotated-dependencies)
- [Query parameters: Annotated or default value](https://fastapi.tiangolo.com/tutorial/query-params-str-validations/#advantages-of-annotated)
- [ruff: FAST002](https://docs.astral.sh/ruff/rules/fast-api-non-annotated-dependency/)

```python bad
from fastapi import Depends, FastAPI, Query

app = FastAPI()


def tenant() -> int:
    return 1


@app.get("/orders")
async def list_orders(tenant: int = Depends(tenant), limit: int = Query(20, le=100)) -> list[int]:  # finding
    return [tenant, limit]
```

```python fixed
from typing import Annotated

from fastapi import Depends, FastAPI, Query

app = FastAPI()


def tenant() -> int:
    return 1


@app.get("/orders")
async def list_orders(
    tenant: Annotated[int, Depends(tenant)], limit: Annotated[int, Query(le=100)] = 20
) -> list[int]:
    return [tenant, limit]
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
async def list_orders(limit: int = 20) -> list[int]:
    return [limit]
```
"""

from collections.abc import Iterator

from fastreview.api import Confidence, Endpoint, External, Found, Hit, NotApplicable, Place, Project, check, syntax
from fastreview_checks.knowledge.core.versions import is_before

_MARKERS = frozenset({"Depends", "Security", "Query", "Path", "Header", "Cookie", "Body", "Form", "File"})


@check("COR001", dimension="core", level=1, credit=2, each=Endpoint, effort="minutes", per_file=True)
def unannotated_dependency(endpoint: Endpoint, project: Project) -> Found:
    by_default = list(_by_default(endpoint, project))
    if not by_default and not _annotates(endpoint):
        raise NotApplicable("no dependency and no parameter marker")
    if by_default and is_before(project, "fastapi", "0.95"):
        raise NotApplicable("the project runs on a FastAPI that does not know `Annotated`")
    if by_default:
        names = ", ".join(f"`{name}`" for name, _ in by_default[:3])
        more = f" and {len(by_default) - 3} more" if len(by_default) > 3 else ""
        yield Hit(
            Place(endpoint.function.module.path, by_default[0][1]),
            f"`{endpoint.function.name}` takes {names}{more} by default values that are no defaults. Write "
            "`Annotated[Type, Depends(...)]`: the function can then be called like any other, and the type reused.",
            symbol="default",
            confidence=Confidence.LIKELY,
        )


def _by_default(endpoint: Endpoint, project: Project) -> Iterator[tuple[str, int]]:
    """Parameters whose default is a marker, with their lines."""
    for parameter in endpoint.function.facts.parameters:
        if isinstance(parameter.default, syntax.Call) and parameter.default.method in _MARKERS:
            scope = endpoint.function.parent or endpoint.function.module
            value = project.values.of(parameter.default.func, scope)
            if isinstance(value, External) and value.name.startswith("fastapi."):
                yield parameter.name, parameter.line


def _annotates(endpoint: Endpoint) -> bool:
    """Whether a parameter is a dependency or has a marker all the same: then in its annotation."""
    route = endpoint.routes[0]
    return any(i.parameter for i in route.dependencies) or any(
        marker.method in _MARKERS for given in route.inputs for marker in given.declared.markers
    )
