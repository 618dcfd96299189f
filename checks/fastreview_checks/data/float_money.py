"""Money as a floating-point number

A `float` cannot hold a tenth: `0.1 + 0.2` is `0.30000000000000004`, sums of invoices are off by a cent, and two amounts that are
equal on paper are not in code. In a column the error is stored.

## Improve

Use `Decimal` with `Numeric(12, 2)` columns, or whole cents as `int`; `Decimal` fields of Pydantic keep the places.

## When not to apply

Estimates and measurements that nobody pays, such as scores, rates and the cost of tokens. What a service neither stores nor
takes in, but only passes on, is shown as a question.

## Read

- [decimal: quick-start tutorial](https://docs.python.org/3/library/decimal.html)
- [SQLAlchemy: Numeric](https://docs.sqlalchemy.org/en/20/core/type_basics.html#sqlalchemy.types.Numeric)

```python bad
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import Column, Float, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()
app = FastAPI()


class Product(Base):
    __tablename__ = "products"
    id = Column(Integer, primary_key=True)
    price = Column(Float)  # finding


class ProductRead(BaseModel):
    id: int
    price: float
```

```python fixed
from decimal import Decimal

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import Numeric
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))


class ProductRead(BaseModel):
    id: int
    price: Decimal
    exchange_rate: float
```

```python not-applicable
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Point(BaseModel):
    x: float
```
"""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import (
    Confidence,
    Found,
    Hit,
    Module,
    NotApplicable,
    Place,
    Project,
    Related,
    Schema,
    Variable,
    check,
    fields_of,
    syntax,
)
from fastreview_checks.knowledge.data.money import is_money
from fastreview_checks.knowledge.public_routes import only_reads

_FLOATS = frozenset(
    {
        "float",
        "Float",
        "FloatField",
        "FLOAT",
        "Double",
        "REAL",
        "DOUBLE_PRECISION",
        "confloat",
        "PositiveFloat",
        "NonNegativeFloat",
    }
)
_OTHERS = frozenset({"Decimal", "Numeric", "DECIMAL", "int", "Integer", "BigInteger", "DecimalField"})


@check("DAT015", dimension="data", level=1, credit=1, each=Module, effort="hours")
def float_money(module: Module, project: Project) -> Found:
    models = project.models_in.get(module.path, ())
    amounts = [found for model in models for found in _amounts(model, project)] if models else ()
    if not amounts:
        raise NotApplicable("a module without amounts of money")
    floats = [(line, name) for line, name, is_float in amounts if is_float]
    if not floats:
        return
    line, name = floats[0]
    more = f" (and {len(floats) - 1} more here)" if len(floats) > 1 else ""
    yield Hit(
        Place(module.path, line),
        f"`{name}`{more} is money as a float: sums are off by cents, and equal amounts compare as different. Use `Decimal` "
        "with a `Numeric` column, or whole cents.",
        symbol=name,
        related=tuple(Related(Place(module.path, other), f"`{called}`") for other, called in floats[1:]),
        confidence=Confidence.LIKELY if _keeps_books(project) else Confidence.POSSIBLE,
        others=tuple(Place(module.path, other) for other, _ in floats[1:]),
    )


@lru_cache(maxsize=1)
def _keeps_books(project: Project) -> bool:
    """Whether amounts are stored, or sent by clients with what is: a service that only passes on what others charge adds none
    up."""
    stored = (table.cls for table in project.tables)
    sent = (cls for route in project.routes if route.mutates and not only_reads(route) for cls in route.body_classes)
    return any(is_money(field.name, cls.name) for cls in (*stored, *sent) for field in fields_of(cls))


def _amounts(model: Schema, project: Project) -> list[tuple[int, str, bool]]:
    found = []
    for field in model.cls.facts.fields:
        if is_money(field.name, model.name):
            names = {name for expr in (field.annotation, field.value) for name in _types(expr, model, project)}
            if names & (_FLOATS | _OTHERS):
                found.append((field.line, f"{model.name}.{field.name}", bool(names & _FLOATS) and not names & _OTHERS))
    return found


def _types(expr: syntax.Expr, model: Schema, project: Project) -> Iterator[str]:
    """Names of the types in an annotation or a column, those of an alias too."""
    for node in syntax.walk(expr):
        if isinstance(node, syntax.Ref):
            yield node.last
            found = project.names.resolve(model.cls.module, node.name)
            if isinstance(found, Variable) and found.bindings[-1].kind == "assign":
                yield from (n.last for n in syntax.walk(found.bindings[-1].expr) if isinstance(n, syntax.Ref))
