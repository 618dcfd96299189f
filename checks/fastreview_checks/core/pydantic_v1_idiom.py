"""Pydantic v1 API on Pydantic v2

The v1 names still work on v2 through a compatibility layer that warns, behaves differently in corners, and goes with
v3. Some do nothing at all: `orm_mode` in a `Config` is ignored, and the model cannot be made from a row.

## Improve

Use the v2 names: `model_dump`, `model_validate`, `model_config = ConfigDict(...)`, `@field_validator`,
`@model_validator`. The tool `bump-pydantic` changes most of them.

## When not to apply

Projects that are pinned to Pydantic v1, or to a FastAPI that runs on nothing else. Imports of `pydantic.v1` within a
function are shown as possible: so do libraries that take models of both.

## Read

- [Migration guide](https://docs.pydantic.dev/latest/migration/)

```python bad
from fastapi import FastAPI
from pydantic import BaseModel, validator

app = FastAPI()


class Order(BaseModel):
    id: int

    @validator("id")  # finding
    def positive(cls, value):
        return value

    class Config:  # finding
        orm_mode = True


@app.post("/orders")
async def create(order: Order) -> int:
    return order.dict()["id"]  # finding
```

```python fixed
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, field_validator

app = FastAPI()


class Order(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int

    @field_validator("id")
    @classmethod
    def positive(cls, value: int) -> int:
        return value


@app.post("/orders")
async def create(order: Order) -> int:
    return order.model_dump()["id"]
```

```python bad
from pydantic import BaseModel, Extra  # finding


class Order(BaseModel, extra=Extra.forbid):
    id: int
```

```toml not-applicable pyproject.toml
[project]
name = "orders"
version = "1"
dependencies = ["fastapi<0.100", "pydantic>=1.10,<2"]
```

```python not-applicable app/main.py
from pydantic import BaseModel, validator


class Order(BaseModel):
    id: int

    @validator("id")
    def positive(cls, value):
        return value
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Project, PydanticUse, check
from fastreview_checks.knowledge.core.versions import is_pydantic_v1


@check("COR010", dimension="core", level=1, gate=True, each=PydanticUse, effort="minutes")
def pydantic_v1_idiom(use: PydanticUse, project: Project) -> Found:
    if is_pydantic_v1(project):
        raise NotApplicable("the project is pinned to Pydantic v1")
    if use.old:
        said = f"`{use.old}` is the Pydantic v1 name; on v2 it warns or is ignored, and v3 removes it. Use `{use.new}`."
        if use.new == "pydantic":
            said = (
                f"`{use.old}` is a copy of the old library, whose models v2 does not take as its own and which does not run on "
                "Python 3.14. Import from `pydantic`."
            )
        confidence = Confidence.POSSIBLE if use.bridge else Confidence.LIKELY
        yield Hit(use.place, said, symbol=use.old, confidence=confidence)
