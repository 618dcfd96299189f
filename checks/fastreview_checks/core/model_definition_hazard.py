"""Model that is not what its definition says

Pydantic reads class bodies as Python runs them, and some mistakes there raise nothing: a field called like its type gets
another type, a second definition replaces the first with all its constraints, a name with two underscores is no field, a
default that is a call was called once, at import, and of two bases with different settings the last one wins.

## Improve

Call fields otherwise than the types they use (or import the module: `datetime.date`), define each once, annotate all, give
`default_factory` what differs each time, and say in the class itself which settings hold where its bases differ.

## When not to apply

Projects that are pinned to Pydantic v1 may have fields without annotation.

## Read

- [Fields](https://docs.pydantic.dev/latest/concepts/fields/)
- [Private model attributes](https://docs.pydantic.dev/latest/concepts/models/#private-model-attributes)
- [Usage errors](https://docs.pydantic.dev/latest/errors/usage_errors/)

```python bad
from datetime import date
from typing import Optional

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, field_validator

app = FastAPI()


class Order(BaseModel):
    date: Optional[date] = None  # finding
    quantity: int = Field(ge=1)
    note: str = Field(default="", ge=1)  # finding
    quantity: int = 1  # finding
    __origin: str = "web"  # finding

    @field_validator("quantity")
    @classmethod
    def checked(cls, value: int) -> int:
        return value

    @field_validator("note")
    @classmethod
    def checked(cls, value: str) -> str:  # finding
        return value


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")


class Line(Strict, Loose):  # finding
    sku: str


@app.post("/orders")
async def create(order: Order, line: Line) -> str:
    return order.note
```

```python bad
from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Page(BaseModel):
    limit = 20  # finding
    size: int = Field(default=10, ge=100, le=10)  # finding
    start: int = Field(default=0, alias="from")
    until: int = Field(default=0, alias="from")  # finding


@app.post("/orders")
async def search(page: Page) -> int:
    return page.size
```

```python bad
from datetime import UTC, datetime
from uuid import uuid4

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Note(BaseModel):
    key: str = str(uuid4())  # finding
    made_at: datetime = Field(default=datetime.now(UTC))  # finding
    day: str = datetime.now(UTC).date().isoformat()  # finding


@app.post("/notes")
async def create(note: Note) -> str:
    return note.key
```

```python good
import datetime
from typing import ClassVar

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

app = FastAPI()


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Order(Strict):
    model_config = ConfigDict(frozen=True)
    LIMIT: ClassVar[int] = 10
    date: datetime.date | None = None
    quantity: int = Field(default=1, ge=1, le=100)
    note: str = Field(default="", min_length=0, max_length=100)
    made_at: datetime.datetime = Field(default_factory=lambda: datetime.datetime.now(datetime.UTC))
    _origin: str = PrivateAttr(default="web")
    __separator = ", "

    def lines(self) -> list[str]:
        return self.note.split(self.__separator)


@app.post("/orders")
async def create(order: Order) -> str:
    return order.note
```
"""

from fastreview.api import Found, Hit, Place, Project, Schema, check
from fastreview_checks.knowledge.core.model_hazards import hazards
from fastreview_checks.knowledge.core.versions import is_pydantic_v1


@check("COR029", dimension="core", level=1, gate=True, each=Schema, effort="minutes")
def model_definition_hazard(schema: Schema, project: Project) -> Found:
    for hazard in hazards(schema.cls, v1=is_pydantic_v1(project)):
        yield Hit(Place(schema.place.path, hazard.line), hazard.message, symbol=hazard.name)
