"""Validator with a side effect, or without a result

Models are made in many places: for requests, for answers, from rows, in tests. A validator that asks a database or
another service does so each time, on the event loop and without a timeout. One that ends without `return` turns the
value into None, and one that catches its own refusal accepts everything.

## Improve

Check what the value itself shows, return it on every path, and let errors out. What needs a look elsewhere belongs into
the endpoint's dependency or the service.

## When not to apply

A validator that reads what a cached function has loaded once asks nobody. A model of a configuration file may read the
files that it names.

## Read

- [Validators](https://docs.pydantic.dev/latest/concepts/validators/)
- [Dependencies](https://fastapi.tiangolo.com/tutorial/dependencies/)

```python bad
import httpx
from fastapi import FastAPI
from pydantic import BaseModel, field_validator

app = FastAPI()


class Order(BaseModel):
    currency: str
    note: str
    quantity: int

    @field_validator("currency")
    @classmethod
    def known(cls, value: str) -> str:
        if value not in httpx.get("https://rates.example/currencies").json():  # finding
            raise ValueError("unknown currency")
        return value

    @field_validator("note")
    @classmethod
    def not_empty(cls, value: str) -> str:  # finding
        if value.strip():
            return value.strip()

    @field_validator("quantity")
    @classmethod
    def positive(cls, value: int) -> int:
        try:
            if value < 1:
                raise ValueError("at least one")  # finding
        except ValueError:
            pass
        return value


@app.post("/orders")
async def place(order: Order) -> Order:
    return order
```

```python fixed
from decimal import Decimal, InvalidOperation

from fastapi import FastAPI
from pydantic import BaseModel, field_validator, model_validator

app = FastAPI()
CURRENCIES = frozenset({"EUR", "USD"})


class Order(BaseModel):
    currency: str
    note: str
    price: Decimal

    @field_validator("currency")
    @classmethod
    def known(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError("unknown currency")
        return value

    @field_validator("price", mode="before")
    @classmethod
    def with_comma(cls, value: object) -> object:
        try:
            return Decimal(str(value).replace(",", "."))
        except InvalidOperation:
            return value

    @model_validator(mode="after")
    def explained(self) -> "Order":
        if not self.note:
            raise ValueError("say what it is for")
        return self


@app.post("/orders")
async def place(order: Order) -> Order:
    return order
```

```python not-applicable
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    id: int


@app.post("/orders")
async def place(order: Order) -> Order:
    return order
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Place, Project, Related, Schema, check
from fastreview_checks.knowledge.configuration import CONFIGURATION_FILE
from fastreview_checks.knowledge.core.validators import Waiting, falls_through, first_wait, swallowed, validators_of


@check("COR013", dimension="core", level=1, gate=True, each=Schema, effort="hours")
def validator_side_effect(schema: Schema, project: Project) -> Found:
    validators = validators_of(schema.cls)
    if not validators:
        raise NotApplicable("no validators of its own")
    for validator in validators:
        name = f"{schema.name}.{validator.name}"
        waiting = first_wait(validator, project)
        if waiting is not None:
            yield Hit(
                waiting.site.place,
                f"The validator `{name}` waits for {waiting.what.waits_for} each time a `{schema.name}` is made, on the "
                "event loop too. Check only what the value shows, and ask elsewhere: in a dependency or the service.",
                symbol=f"{validator.name}:waits",
                confidence=_confidence(waiting, schema, project),
                related=()
                if waiting.last is waiting.site
                else (Related(waiting.last.place, f"waits for {waiting.what.waits_for}"),),
            )
        if falls_through(validator):
            yield Hit(
                validator.place,
                f"The validator `{name}` has a path without `return`, on which the value becomes None. Return the value "
                "on every path.",
                symbol=f"{validator.name}:none",
            )
        for refusal in swallowed(validator):
            yield Hit(
                Place(validator.module.path, refusal.line),
                f"The validator `{name}` catches this refusal itself and goes on, so the value is accepted. Raise it "
                "outside the `try`.",
                symbol=f"{validator.name}:swallows",
            )


def _confidence(waiting: Waiting, schema: Schema, project: Project) -> Confidence:
    """A model that no route takes or gives may be one of a configuration file, whose other files are read with it; so is one
    of a module of configuration, though a route shows it."""
    used_as = {kind for _, kind in project.contract_uses.get(id(schema.cls), ())}
    configures = "the body" not in used_as and CONFIGURATION_FILE.search(schema.place.path) is not None
    outside = waiting.what.waits_for == "the disk" and (not used_as or configures)
    return Confidence.POSSIBLE if outside else Confidence.LIKELY
