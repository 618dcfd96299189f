"""Products and the movements of their stock."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType, Self
from uuid import UUID

from stockroom.domain.errors import InsufficientStock

ProductId = NewType("ProductId", UUID)
MovementId = NewType("MovementId", UUID)


class MovementKind(StrEnum):
    RECEIVED = "received"
    ADJUSTED = "adjusted"
    RESERVED = "reserved"
    RETURNED = "returned"


@dataclass(frozen=True)
class Product:
    id: ProductId
    sku: str
    name: str
    price: Decimal
    on_hand: int
    created_at: datetime
    archived: bool = False

    def moved(self, quantity: int) -> Self:
        """The product after `quantity` units came in (positive) or left (negative)."""
        if self.on_hand + quantity < 0:
            raise InsufficientStock(f"Only {self.on_hand} of {self.sku} on hand.")
        return replace(self, on_hand=self.on_hand + quantity)


@dataclass(frozen=True)
class StockMovement:
    """A line of the stock ledger: the quantities of a product sum up to its stock on hand."""

    id: MovementId
    product_id: ProductId
    kind: MovementKind
    quantity: int
    reference: str
    recorded_at: datetime


@dataclass(frozen=True)
class NewProduct:
    sku: str
    name: str
    price: Decimal


@dataclass(frozen=True)
class ProductChanges:
    """What to change; `None` leaves a value as it is."""

    name: str | None = None
    price: Decimal | None = None

    def applied_to(self, product: Product) -> Product:
        return replace(
            product,
            name=product.name if self.name is None else self.name,
            price=product.price if self.price is None else self.price,
        )


class ProductSort(StrEnum):
    SKU = "sku"
    PRICE = "price"
    PRICE_DESCENDING = "-price"
    NEWEST = "-created_at"


@dataclass(frozen=True)
class ProductFilter:
    sku_prefix: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool | None = None
