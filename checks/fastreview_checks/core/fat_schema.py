"""Schema that does more than hold data

A model that queries, calls other services or decides is a service in disguise: it cannot be tested without them, runs
wherever a model is made, and pulls the database into the modules that only describe JSON. One with fifty fields is
several answers in one.

## Improve

Move what asks or decides into a service that takes the model. Keep validation, derived values and conversion. Split a
large model by the part of the client that reads it, and nest the parts.

## When not to apply

Models that no route takes or gives may be objects of the domain, where methods belong; they are left out. A class method
that makes the model from something else may branch as often as that needs, and so may what validators call, serializers, and
a single expression.

## Read

- [Models](https://docs.pydantic.dev/latest/concepts/models/)
- [Bigger applications](https://fastapi.tiangolo.com/tutorial/bigger-applications/)

```python bad
import requests
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    id: int
    total: float

    def pay(self) -> bool:
        answer = requests.post("https://pay.example", json={"order": self.id}, timeout=5)  # finding
        return answer.ok


@app.post("/orders")
def place(order: Order) -> bool:
    return order.pay()
```

```python bad
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


class Order(BaseModel):
    id: int

    @classmethod
    async def load(cls, session: AsyncSession, order_id: int) -> "Order":
        row = await session.execute(select(Row).where(Row.id == order_id))  # finding
        return cls(id=row.scalar_one().id)


@app.get("/orders/{order_id}")
async def read(order_id: int) -> Order:
    return await Order.load(AsyncSession(), order_id)
```

```python fixed
import requests
from fastapi import FastAPI
from pydantic import BaseModel, computed_field

app = FastAPI()


class Order(BaseModel):
    id: int
    net: float
    tax: float

    @computed_field
    @property
    def total(self) -> float:
        return self.net + self.tax


def pay(order: Order) -> bool:
    return requests.post("https://pay.example", json={"order": order.id}, timeout=5).ok


@app.post("/orders")
def place(order: Order) -> bool:
    return pay(order)
```

```python not-applicable
import requests
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Provider(BaseModel):
    url: str

    def models(self) -> int:
        return len(requests.get(self.url, timeout=5).json())


@app.get("/models")
def models() -> int:
    return Provider(url="https://example.org").models()
```
"""

from collections.abc import Iterator

from fastreview.api import (
    Found,
    Function,
    Hit,
    Project,
    Related,
    Schema,
    Severity,
    check,
    fields_of,
    syntax,
)
from fastreview_checks.knowledge.core.validators import PYDANTIC, SERIALIZERS, first_wait, validators_of
from fastreview_checks.knowledge.storage import uses_storage
from fastreview_checks.knowledge.unread_routes import without_routes


@check("COR014", dimension="core", level=2, gate=True, each=Schema, effort="hours")
def fat_schema(schema: Schema, project: Project) -> Found:
    uses = project.contract_uses.get(id(schema.cls))
    if not uses:
        raise without_routes(project, "no route takes or gives it")
    fields = len(fields_of(schema.cls))
    if fields > project.limits["COR014.fields"] and not _is_inherited(schema, project):
        yield Hit(
            schema.place,
            f"`{schema.name}` has {fields} fields (budget {project.limits['COR014.fields']:.0f}): whoever sends or reads "
            "it has to know all of them. Split it by who needs what, and nest the parts.",
            symbol="fields",
            severity=Severity.MINOR,
            related=(Related(uses[0][0].place, f"{uses[0][1]} of {uses[0][0].key}"),),
        )
    for method in _methods(schema):
        yield from _does_more(schema, method, project)


def _is_inherited(schema: Schema, project: Project) -> bool:
    """Whether a model that it extends is judged for the same fields."""
    return any(
        id(base) in project.contract_uses and len(fields_of(base)) > project.limits["COR014.fields"]
        for base in schema.cls.ancestry.project
        if base is not schema.cls
    )


def _methods(schema: Schema) -> tuple[Function, ...]:
    """Its own methods, validators aside: they have a check of their own."""
    validators = validators_of(schema.cls)
    return tuple(method for method in schema.cls.methods.values() if method not in validators)


def _does_more(schema: Schema, method: Function, project: Project) -> Iterator[Hit]:
    name = f"{schema.name}.{method.name}"
    waiting = first_wait(method, project)
    stored = next((s for s in method.calls if uses_storage(project.values.target(s), s.call)), None)
    site = waiting.site if waiting is not None else stored
    if site is not None:
        what = waiting.what.waits_for if waiting is not None else "the database"
        yield Hit(
            site.place,
            f"`{name}` needs {what}: the schema cannot be used or tested without it. Move the method into a service "
            "that takes the schema.",
            symbol=f"{method.name}:waits",
        )
    elif _decides(method, schema) and method.facts.complexity > project.limits["COR014.complexity"]:
        yield Hit(
            method.place,
            f"`{name}` takes {method.facts.complexity} paths (budget {project.limits['COR014.complexity']:.0f}): that is "
            "logic, in a class that describes JSON. Move it into a function or service that takes the schema.",
            symbol=f"{method.name}:paths",
        )


def _decides(method: Function, schema: Schema) -> bool:
    """Whether it branches in statements, and is neither another way to make the model nor part of how Pydantic does."""
    words = {name.rpartition(".")[2] for name in method.decorator_names}
    if method.name in PYDANTIC or not words.isdisjoint(SERIALIZERS | {"classmethod"}):
        return False
    if any(method.name in validator.called for validator in validators_of(schema.cls)):
        return False
    return any(not isinstance(stmt, syntax.Return | syntax.Do) for stmt in method.body)
