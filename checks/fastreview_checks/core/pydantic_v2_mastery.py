"""Pydantic used as plain records only

Pydantic can do most of the checking and shaping that services write by hand: rules that span several fields, input that is
refused when it carries unknown names, unions that are told apart by a field, lists that are validated without a model around
them. Where schemas are plain records, that work stands in endpoints and services, again for each of them.

## Improve

Put rules into `field_validator` and `model_validator`, refuse unknown input with `ConfigDict(extra="forbid")`, name the
field that tells variants apart with `Field(discriminator=...)`, validate what is no model with `TypeAdapter`, and shape
output with `computed_field` and serialisers.

## When not to apply

Domain objects that keep these rules themselves need them less at the edge. Projects that are pinned to Pydantic v1.

## Read

- [Validators](https://docs.pydantic.dev/latest/concepts/validators/)
- [Unions](https://docs.pydantic.dev/latest/concepts/unions/#discriminated-unions)
- [Configuration](https://docs.pydantic.dev/latest/concepts/config/)

```python bad
from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Order(BaseModel):  # finding
    sku: str = Field(max_length=20)
    kind: str


@app.post("/orders")
async def create(order: Order) -> str:
    return order.sku
```

```python good
from typing import Annotated, Literal

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, field_validator

app = FastAPI()


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Goods(Line):
    kind: Literal["goods"]
    sku: str

    @field_validator("sku")
    @classmethod
    def upper(cls, value: str) -> str:
        return value.upper()


class Voucher(Line):
    kind: Literal["voucher"]
    amount: int


class Order(BaseModel):
    line: Annotated[Goods | Voucher, Field(discriminator="kind")]


@app.post("/orders")
async def create(order: Order) -> str:
    return order.line.kind
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, check
from fastreview_checks.knowledge.core.pydantic_tools import tools_in_use
from fastreview_checks.knowledge.core.versions import is_pydantic_v1


@check("COR027", dimension="core", level=2, credit=2, effort="days")
def pydantic_v2_mastery(project: Project) -> Found:
    if is_pydantic_v1(project):
        raise NotApplicable("the project is pinned to Pydantic v1")
    if not project.schemas:
        raise NotApplicable("the service has no Pydantic models")
    tools = tools_in_use(project)
    named = ", ".join(sorted(tools))
    if len(tools) >= project.limits["COR027.tools"]:
        yield Met(next(iter(tools.values())), f"Pydantic does the checking and shaping: {named}.")
        return
    known = f"use {named} only" if tools else "are plain records"
    yield Hit(
        project.schemas[0].place,
        f"The {len(project.schemas)} Pydantic models {known}, so rules of input and shapes of output are left to endpoints and "
        'services. Say them in the models: validators, `extra="forbid"`, discriminated unions, serialisers, `TypeAdapter`.',
    )
