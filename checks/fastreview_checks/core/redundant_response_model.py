"""Response model that repeats the return type

Where `response_model` and the return annotation say the same, FastAPI uses the first and the reader compares both. After
the next change they differ, and the annotation, which type checkers and readers believe, is the one that is wrong.

## Improve

Keep the return annotation. `response_model` is for functions that return something that FastAPI turns into the model.

## When not to apply

Two different types are no repetition: a row that is returned and the schema that it becomes.

## Read

- [Response model: return type and data filtering](https://fastapi.tiangolo.com/tutorial/response-model/#response-model-priority)
- [ruff: FAST001](https://docs.astral.sh/ruff/rules/fast-api-redundant-response-model/)

```python bad
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    id: int


@app.get("/orders/{order_id}", response_model=Order)  # finding
async def read_order(order_id: int) -> Order:
    return Order(id=order_id)
```

```python fixed
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    id: int


class Row:
    id: int = 1


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> Order:
    return Order(id=order_id)


@app.get("/rows/{order_id}", response_model=Order)
async def read_row(order_id: int) -> Row:
    return Row()
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> int:
    return order_id
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Project, Route, check, syntax
from fastreview_checks.knowledge.core.versions import is_before


@check("COR003", dimension="core", level=1, credit=1, each=Route, effort="minutes", per_file=True)
def redundant_response_model(route: Route, project: Project) -> Found:
    given = route.option("response_model")
    if isinstance(given, syntax.Missing) or given is None:
        raise NotApplicable("no `response_model`")
    if route.listed is not None and project.first_routes.get(id(route.listed.registered), route) is not route:
        raise NotApplicable("declared once for several methods or paths, and judged on the first")
    if is_before(project, "fastapi", "0.89"):
        raise NotApplicable("the project runs on a FastAPI that does not read return types")
    endpoint = route.endpoint
    if endpoint is not None and endpoint.facts.returns_annotated and given == _written_out(endpoint.facts.returns):
        yield Hit(
            route.declared_at,
            f"`response_model={syntax.written(given, 60)}` of {route.key} repeats the return type of `{endpoint.name}`: two "
            "places to change, and FastAPI only looks at one. Leave the argument out.",
            symbol="response_model",
            confidence=Confidence.LIKELY,
        )


def _written_out(returns: syntax.Expr) -> syntax.Expr:
    """A quoted name is the name."""
    return syntax.Ref(returns) if isinstance(returns, str) and returns.replace(".", "_").isidentifier() else returns
