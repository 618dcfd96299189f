"""Carries the outbox to other services, at least once, and settles what they answer."""

import logging
from dataclasses import dataclass

from stockroom.domain.errors import DeliveryFailed, OrderNotFound
from stockroom.domain.events import OrderChanged, OrderTopic, OutboxMessage, PaymentRequested
from stockroom.domain.orders import OrderStatus
from stockroom.domain.ports import Clock, Notifier, PaymentGateway, UnitOfWork, UnitOfWorkFactory

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Relay:
    unit_of_work: UnitOfWorkFactory
    payments: PaymentGateway
    notifier: Notifier
    clock: Clock

    async def deliver_next(self) -> bool:
        """Deliver one message; `False` when none is due.

        No transaction stays open while the other service is asked. A message whose delivery
        fails becomes due again when its lease ends.
        """
        async with self.unit_of_work() as uow:
            message = await uow.outbox.claim(self.clock())
        if message is None:
            return False
        try:
            await self._deliver(message)
        except DeliveryFailed:
            logger.warning(
                "delivery failed",
                extra={"message_id": str(message.id), "attempts": message.attempts},
                exc_info=True,
            )
        return True

    async def _deliver(self, message: OutboxMessage) -> None:
        match message.event:
            case OrderChanged() as event:
                await self.notifier.notify(message.id, event)
                async with self.unit_of_work() as uow:
                    await uow.outbox.remove(message.id)
            case PaymentRequested() as payment:
                approved = await self.payments.charge(message.id, payment)
                async with self.unit_of_work() as uow:
                    await _settle(uow, payment, approved=approved)
                    await uow.outbox.remove(message.id)


async def _settle(uow: UnitOfWork, payment: PaymentRequested, *, approved: bool) -> None:
    order = await uow.orders.lock(payment.order_id)
    if order is None:
        raise OrderNotFound("A payment refers to an order that does not exist.")
    if order.status is not OrderStatus.PAYMENT_PENDING:
        return  # delivered before: the answer to a repeated message changes nothing
    order = order.moved_to(OrderStatus.PAID if approved else OrderStatus.PLACED)
    await uow.orders.save(order)
    topic: OrderTopic = "order.paid" if approved else "order.payment-declined"
    await uow.outbox.add(OrderChanged.of(order, topic))
