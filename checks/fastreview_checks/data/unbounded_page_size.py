"""Page size without an upper bound

`?limit=1000000` turns a paginated route into one that returns everything. One client, or one mistake in a loop, reads
the whole table into the memory of a worker.

## Improve

Bound the parameter: `limit: Annotated[int, Query(ge=1, le=100)] = 20`. Put it into one dependency that all lists
share.

## When not to apply

A size that is cut down in the code, `min(limit, 100)`, is bounded.

## Read

- [Numeric validations](https://fastapi.tiangolo.com/tutorial/path-params-numeric-validations/)

```python bad
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
async def list_orders(limit: int = 20, offset: int = 0) -> list[int]:  # finding
    return list(range(offset, offset + limit))
```

```python fixed
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query

MOST = 500
app = FastAPI()


@app.get("/orders")
async def list_orders(limit: Annotated[int, Query(ge=1, le=100)] = 20, offset: int = 0) -> list[int]:
    return list(range(offset, offset + limit))


@app.get("/prices")
async def list_prices(page_size: int = 20) -> list[int]:
    page_size = min(page_size, 100)
    return list(range(page_size))


@app.get("/parts")
async def list_parts(page_size: int = 20) -> list[int]:
    wanted = page_size
    if wanted > MOST:
        raise HTTPException(400)
    return list(range(wanted))
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> int:
    return order_id
```
"""

from functools import lru_cache

from fastreview.api import (
    Confidence,
    External,
    Found,
    Function,
    Hit,
    Input,
    NotApplicable,
    Project,
    Route,
    check,
    classes_of,
    syntax,
)
from fastreview_checks.knowledge.core.validators import validators_of
from fastreview_checks.knowledge.paging import plain, sizes
from fastreview_checks.knowledge.reached import reached
from fastreview_checks.knowledge.stored_lists import asks

_BOUNDS = ("le", "lt", "max_value")
_DEPTH = 3


@check("DAT006", dimension="data", level=2, gate=True, each=Route, effort="minutes")
def unbounded_page_size(route: Route, project: Project) -> Found:
    if not asks(route, project) or not route.is_api:
        raise NotApplicable("not a route that reads")
    given = [size for size in sizes(route, project) if _is_number(size, project)]
    if not given:
        raise NotApplicable("no parameter for the size of a page")
    for size in given:
        if not _is_bounded(size, route, project):
            yield Hit(
                size.place,
                f"`{size.alias}` of {route.key} has no upper bound: one request can ask for every row. "
                f"Bound it, for example with `Query(le=100)`.",
                symbol=size.alias,
                confidence=Confidence.CERTAIN if route.facts is not None else Confidence.LIKELY,
            )
            return


def _is_number(size: Input, project: Project) -> bool:
    parts = size.declared.expr
    names = {node.name for node in syntax.walk(parts) if isinstance(node, syntax.Ref)}
    resolved = {project.names.resolve(size.declared.code, name) for name in names}
    plain_int = any(isinstance(found, External) and found.name in ("builtins.int", "pydantic.PositiveInt",
                    "pydantic.NonNegativeInt") for found in resolved)  # fmt: skip
    return plain_int or (size.declared.expr is None and isinstance(size.default, int))


def _is_bounded(size: Input, route: Route, project: Project) -> bool:
    if route.facts is not None:
        seen = [p for p in route.facts.parameters if p.alias == size.alias or p.name == size.name]
        if any("maximum" in name.lower() for p in seen for name in p.constraints):
            return True
    for marker in size.declared.markers:
        if any(not isinstance(marker.keyword(bound), syntax.Missing | None) for bound in _BOUNDS):
            return True
    if _validated(size.name, route):
        return True
    functions = [route.endpoint] if route.endpoint is not None else []
    functions += [i.function for i in route.dependency_tree if i.function is not None]
    return any(_cuts(inner, size.name) for f in functions for inner in reached(f, project, _DEPTH))


def _validated(name: str, route: Route) -> bool:
    """Whether a validator of the model that holds the size compares it."""
    word = plain(name)
    models = (cls for given in route.inputs for cls in classes_of(given.declared))
    for validator in (v for cls in models for owner in cls.ancestry.project for v in validators_of(owner)):
        decorators = (d for d in validator.facts.decorators if isinstance(d, syntax.Call))
        named = any(isinstance(field, str) and plain(field) == word for d in decorators for field in d.args)
        if word in _weighed(validator) or (named and _compared(validator)):
            return True
    return False


def _weighed(validator: Function) -> frozenset[str]:
    """Plain names of what a validator of a whole model compares by size, products of them included."""
    comparisons = (
        node
        for stmt in validator.statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        if isinstance(node, syntax.Operation) and ("<" in node.op or ">" in node.op)
    )
    return frozenset(plain(n.last) for found in comparisons for n in syntax.walk(found) if isinstance(n, syntax.Ref))


def _cuts(function: Function, name: str) -> bool:
    """Whether ``function`` compares the size with something, or takes the minimum of it and something."""
    word = plain(name)
    return word in _mentioned(function) and word in _compared(function)


@lru_cache(maxsize=10_000)
def _mentioned(function: Function) -> frozenset[str]:
    return frozenset(map(plain, function.mentioned))


@lru_cache(maxsize=10_000)
def _compared(function: Function) -> frozenset[str]:
    """Plain names of what ``function`` compares by size, or takes the smaller of, through local variables."""
    found: set[str] = set()
    for node in (n for stmt in function.statements for e in syntax.expressions(stmt) for n in syntax.walk(e)):
        match node:
            case syntax.Call(func=syntax.Ref(name="min" | "max"), args=operands):
                found.update(plain(o.last) for o in operands if isinstance(o, syntax.Ref))
            case syntax.Operation(op=op, operands=operands) if "<" in op or ">" in op:
                found.update(plain(o.last) for o in operands if isinstance(o, syntax.Ref))
            case _:
                pass
    for name, bindings in function.bindings.items():
        if plain(name) in found:
            found.update(plain(b.expr.last) for b in bindings if isinstance(b.expr, syntax.Ref))
    return frozenset(found)
