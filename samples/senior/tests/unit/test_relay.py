"""Delivery of the outbox: at least once, and settled once."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from stockroom.domain.errors import OrderNotFound
from stockroom.domain.events import OrderChanged, PaymentRequested
from stockroom.domain.identity import FamilyId, RefreshToken, TokenId, UserId
from stockroom.domain.orders import OrderId, OrderStatus
from stockroom.observability.metrics import Metrics
from stockroom.services.housekeeping import Housekeeping
from stockroom.services.relay import Relay
from stockroom.workers import Worker, running
from tests.factories import make_order
from tests.fakes import (
    NOW,
    FakeClock,
    FakeNotifier,
    FakePayments,
    FakeRateLimiter,
    FakeUnitOfWork,
)


@pytest.fixture
def payments() -> FakePayments:
    return FakePayments()


@pytest.fixture
def notifier() -> FakeNotifier:
    return FakeNotifier()


@pytest.fixture
def relay(uow: FakeUnitOfWork, payments: FakePayments, notifier: FakeNotifier, clock: FakeClock) -> Relay:
    return Relay(uow.transaction, payments, notifier, clock)


async def test_there_may_be_nothing_to_deliver(relay: Relay) -> None:
    assert await relay.deliver_next() is False


async def test_a_delivered_event_leaves_the_outbox(
    relay: Relay, uow: FakeUnitOfWork, notifier: FakeNotifier
) -> None:
    event = OrderChanged.of(make_order(), "order.placed")
    await uow.outbox.add(event)
    assert await relay.deliver_next() is True
    assert notifier.told == [event]
    assert not uow.outbox.events


@pytest.mark.parametrize(
    ("approves", "status", "topic"),
    [(True, OrderStatus.PAID, "order.paid"), (False, OrderStatus.PLACED, "order.payment-declined")],
)
async def test_the_answer_to_a_payment_settles_the_order(
    approves: bool,
    status: OrderStatus,
    topic: str,
    relay: Relay,
    uow: FakeUnitOfWork,
    payments: FakePayments,
) -> None:
    order = make_order(status=OrderStatus.PAYMENT_PENDING)
    await uow.orders.add(order)
    await uow.outbox.add(PaymentRequested(order.id, Decimal("5.00")))
    payments.approves = approves

    await relay.deliver_next()

    assert uow.orders.rows[order.id].status is status
    assert [event.topic for event in uow.outbox.events] == [topic]
    assert [payment.amount for payment in payments.charged.values()] == [Decimal("5.00")]


async def test_a_repeated_payment_message_changes_nothing(relay: Relay, uow: FakeUnitOfWork) -> None:
    order = make_order(status=OrderStatus.SHIPPED)
    await uow.orders.add(order)
    await uow.outbox.add(PaymentRequested(order.id, Decimal("5.00")))
    await relay.deliver_next()
    assert uow.orders.rows[order.id] == order
    assert not uow.outbox.events


async def test_an_undelivered_message_is_due_again_after_its_lease(
    relay: Relay, uow: FakeUnitOfWork, notifier: FakeNotifier, clock: FakeClock
) -> None:
    await uow.outbox.add(OrderChanged.of(make_order(), "order.placed"))
    notifier.reachable = False
    assert await relay.deliver_next() is True
    assert await relay.deliver_next() is False

    notifier.reachable = True
    clock.advance(timedelta(seconds=61))
    assert await relay.deliver_next() is True
    assert len(notifier.told) == 1


async def test_a_payment_without_an_order_is_kept_for_people_to_look_at(
    relay: Relay, uow: FakeUnitOfWork
) -> None:
    await uow.outbox.add(PaymentRequested(OrderId(uuid4()), Decimal("5.00")))
    with pytest.raises(OrderNotFound):
        await relay.deliver_next()
    assert len(uow.outbox.events) == 1


async def test_housekeeping_removes_what_expired(uow: FakeUnitOfWork, clock: FakeClock) -> None:
    limiter = FakeRateLimiter()
    for age in (-1, 1):
        expires = NOW + timedelta(days=age)
        token = RefreshToken(TokenId(uuid4()), FamilyId(uuid4()), UserId(uuid4()), expires)
        await uow.refresh_tokens.add(token)
    assert await Housekeeping(uow.transaction, limiter, clock).sweep() is False
    assert [token.expires_at > NOW for token in uow.refresh_tokens.rows.values()] == [True]
    assert limiter.purged == NOW


async def test_workers_survive_failures_and_stop_with_their_context() -> None:
    rounds: list[int] = []
    enough = asyncio.Event()
    metrics = Metrics()

    async def step() -> bool:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise RuntimeError("a bad round")
        if len(rounds) == 3:
            enough.set()
        return len(rounds) < 3

    worker = Worker("test", step, pause_seconds=0.001)
    async with asyncio.timeout(5), running([worker], metrics):
        await enough.wait()

    assert len(rounds) >= 3
    assert b'worker_failures_total{worker="test"} 1.0' in metrics.exposition()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "test"]
