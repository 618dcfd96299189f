"""Orders and the path they may take.

placed -> payment-pending -> paid -> shipped
   |  ^        |
   |  +--------+ declined
   +-> cancelled
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NewType, Self
from uuid import UUID

from stockroom.domain.catalogue import ProductId
from stockroom.domain.errors import IllegalTransition
from stockroom.domain.identity import Principal, UserId

OrderId = NewType("OrderId", UUID)


class OrderStatus(StrEnum):
    PLACED = "placed"
    PAYMENT_PENDING = "payment-pending"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


NEXT: Mapping[OrderStatus, frozenset[OrderStatus]] = MappingProxyType(
    {
        OrderStatus.PLACED: frozenset({OrderStatus.PAYMENT_PENDING, OrderStatus.CANCELLED}),
        OrderStatus.PAYMENT_PENDING: frozenset({OrderStatus.PAID, OrderStatus.PLACED}),
        OrderStatus.PAID: frozenset({OrderStatus.SHIPPED}),
        OrderStatus.SHIPPED: frozenset(),
        OrderStatus.CANCELLED: frozenset(),
    }
)


@dataclass(frozen=True)
class OrderLine:
    product_id: ProductId
    quantity: int
    unit_price: Decimal
    """The price when the order was placed; later changes of the catalogue do not touch it."""

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Order:
    id: OrderId
    customer_id: UserId
    lines: tuple[OrderLine, ...]
    status: OrderStatus
    placed_at: datetime

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal("0.00"))

    def moved_to(self, status: OrderStatus) -> Self:
        if status not in NEXT[self.status]:
            raise IllegalTransition(f"An order that is {self.status} cannot become {status}.")
        return replace(self, status=status)

    def visible_to(self, caller: Principal) -> bool:
        return caller.sees_all_orders or caller.user_id == self.customer_id


class OrderSort(StrEnum):
    NEWEST = "-placed_at"
    OLDEST = "placed_at"


@dataclass(frozen=True)
class OrderFilter:
    customer_id: UserId | None = None
    status: OrderStatus | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
