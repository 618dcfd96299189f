"""Products and stock movements."""

from datetime import datetime
from typing import Annotated, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator, model_validator

from stockroom.api.schemas.base import Amount, Input, Line, Output, Price
from stockroom.api.schemas.paging import PageQuery
from stockroom.domain.catalogue import MovementKind, ProductSort

Sku = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{2,31}$"), Field(examples=["BOLT-M8"])]
Name = Annotated[Line, Field(examples=["Bolt M8 x 40"])]
Quantity = Annotated[int, Field(ge=-100_000, le=100_000)]


class ProductCreate(Input):
    sku: Sku
    name: Name
    price: Price


class ProductPatch(Input):
    name: Name | None = None
    price: Price | None = None

    @field_validator("name", "price", mode="before")
    @classmethod
    def present_means_set(cls, value: object) -> object:
        if value is None:
            raise ValueError("leave the field out to keep its value")
        return value

    @model_validator(mode="after")
    def changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one field to change")
        return self


class ProductRead(Output):
    id: UUID
    sku: str
    name: str
    price: Amount
    on_hand: int
    archived: bool
    created_at: datetime


class ProductQuery(PageQuery):
    sku_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,32}$")] | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    in_stock: bool | None = None
    sort: ProductSort = ProductSort.SKU

    @model_validator(mode="after")
    def prices_in_order(self) -> Self:
        if self.min_price and self.max_price and self.min_price > self.max_price:
            raise ValueError("min_price must not exceed max_price")
        return self


class Receipt(Input):
    kind: Literal[MovementKind.RECEIVED]
    quantity: Annotated[Quantity, Field(gt=0)]
    reference: Line


class Adjustment(Input):
    kind: Literal[MovementKind.ADJUSTED]
    quantity: Quantity
    reference: Line

    @field_validator("quantity")
    @classmethod
    def not_zero(cls, value: int) -> int:
        if value == 0:
            raise ValueError("an adjustment of zero changes nothing")
        return value


MovementCreate: TypeAlias = Annotated[Receipt | Adjustment, Field(discriminator="kind")]


class MovementRead(Output):
    id: UUID
    product_id: UUID
    kind: MovementKind
    quantity: int
    reference: str
    recorded_at: datetime
