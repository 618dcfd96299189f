"""Orders."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, field_validator, model_validator

from stockroom.api.schemas.base import Amount, Input, Output
from stockroom.api.schemas.paging import PageQuery
from stockroom.domain.orders import OrderSort, OrderStatus


class OrderLineCreate(Input):
    product_id: UUID
    quantity: int = Field(ge=1, le=1_000)


class OrderCreate(Input):
    """What to order; customer, prices and status are ours to set."""

    lines: Annotated[tuple[OrderLineCreate, ...], Field(min_length=1, max_length=100)]

    @field_validator("lines")
    @classmethod
    def each_product_once(cls, lines: tuple[OrderLineCreate, ...]) -> tuple[OrderLineCreate, ...]:
        if len({line.product_id for line in lines}) < len(lines):
            raise ValueError("name each product once")
        return lines


class OrderLineRead(Output):
    product_id: UUID
    quantity: int
    unit_price: Amount
    total: Amount


class OrderRead(Output):
    id: UUID
    customer_id: UUID
    lines: tuple[OrderLineRead, ...]
    status: OrderStatus
    total: Amount
    placed_at: datetime


class OrderQuery(PageQuery):
    status: OrderStatus | None = None
    placed_from: AwareDatetime | None = None
    placed_before: AwareDatetime | None = None
    sort: OrderSort = OrderSort.NEWEST

    @model_validator(mode="after")
    def dates_in_order(self) -> Self:
        if self.placed_from and self.placed_before and self.placed_from >= self.placed_before:
            raise ValueError("placed_from must be before placed_before")
        return self
