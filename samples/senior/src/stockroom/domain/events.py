"""What others must learn of, sooner or later: the content of the outbox."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NewType, TypeAlias
from uuid import UUID

from stockroom.domain.identity import UserId
from stockroom.domain.orders import Order, OrderId

MessageId = NewType("MessageId", UUID)
OrderTopic: TypeAlias = Literal[
    "order.placed", "order.paid", "order.payment-declined", "order.cancelled", "order.shipped"
]


@dataclass(frozen=True)
class OrderChanged:
    """Told to the customer by the notification service."""

    topic: OrderTopic
    order_id: OrderId
    customer_id: UserId
    total: Decimal

    @classmethod
    def of(cls, order: Order, topic: OrderTopic) -> "OrderChanged":
        return cls(topic, order.id, order.customer_id, order.total)


@dataclass(frozen=True)
class PaymentRequested:
    """To be charged by the payment service."""

    order_id: OrderId
    amount: Decimal
    topic: Literal["payment.requested"] = "payment.requested"


Event: TypeAlias = OrderChanged | PaymentRequested


@dataclass(frozen=True)
class OutboxMessage:
    id: MessageId
    event: Event
    attempts: int
