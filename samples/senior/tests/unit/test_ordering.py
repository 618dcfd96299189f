"""Orders: who may do what, when, and what happens to the stock."""

from decimal import Decimal
from uuid import uuid4

import pytest

from stockroom.domain.catalogue import MovementKind, ProductId
from stockroom.domain.errors import (
    IllegalTransition,
    InsufficientStock,
    OrderNotFound,
    ProductNotFound,
)
from stockroom.domain.events import OrderChanged, PaymentRequested
from stockroom.domain.identity import Principal, Role
from stockroom.domain.orders import NEXT, OrderFilter, OrderId, OrderSort, OrderStatus
from stockroom.domain.paging import Window
from stockroom.services.ordering import Ordering
from tests.factories import make_caller, make_line, make_order, make_product
from tests.fakes import FakeClock, FakeUnitOfWork


@pytest.fixture
def ordering(uow: FakeUnitOfWork, clock: FakeClock) -> Ordering:
    return Ordering(uow, clock)


async def test_placing_reserves_stock_and_announces_the_order(
    ordering: Ordering, uow: FakeUnitOfWork
) -> None:
    product = make_product(price="2.50", on_hand=10)
    await uow.products.add(product)
    caller = make_caller()

    order = await ordering.place(caller, {product.id: 4})

    assert order.customer_id == caller.user_id
    assert order.total == Decimal("10.00")
    assert uow.products.rows[product.id].on_hand == 6
    assert [(m.kind, m.quantity) for m in uow.movements.rows] == [(MovementKind.RESERVED, -4)]
    assert uow.outbox.events == [OrderChanged.of(order, "order.placed")]


async def test_an_order_keeps_its_prices(ordering: Ordering, uow: FakeUnitOfWork) -> None:
    product = make_product(price="2.50")
    await uow.products.add(product)
    order = await ordering.place(make_caller(), {product.id: 1})
    await uow.products.save([make_product(price="9.99")])

    assert uow.orders.rows[order.id].lines[0].unit_price == Decimal("2.50")


async def test_one_line_too_many_undoes_the_whole_order(ordering: Ordering, uow: FakeUnitOfWork) -> None:
    plenty, scarce = make_product("PLENTY", on_hand=9), make_product("SCARCE", on_hand=1)
    await uow.products.save([plenty, scarce])

    with pytest.raises(InsufficientStock, match="Only 1 of SCARCE"):
        async with uow.transaction():
            await ordering.place(make_caller(), {plenty.id: 1, scarce.id: 2})

    assert uow.products.rows[plenty.id].on_hand == 9
    assert not uow.orders.rows
    assert not uow.outbox.events


async def test_unknown_and_archived_products_cannot_be_ordered(
    ordering: Ordering, uow: FakeUnitOfWork
) -> None:
    archived = make_product(archived=True)
    await uow.products.add(archived)
    for product_id in (archived.id, ProductId(uuid4())):
        with pytest.raises(ProductNotFound):
            await ordering.place(make_caller(), {product_id: 1})


async def test_cancelling_returns_the_stock(ordering: Ordering, uow: FakeUnitOfWork) -> None:
    product = make_product(on_hand=5)
    await uow.products.add(product)
    caller = make_caller()
    order = await ordering.place(caller, {product.id: 5})

    cancelled = await ordering.cancel(caller, order.id)

    assert cancelled.status is OrderStatus.CANCELLED
    assert uow.products.rows[product.id].on_hand == 5
    assert sum(m.quantity for m in uow.movements.rows) == 0
    assert uow.outbox.events[-1] == OrderChanged.of(cancelled, "order.cancelled")


async def test_payment_is_requested_for_the_total(ordering: Ordering, uow: FakeUnitOfWork) -> None:
    caller = make_caller()
    order = make_order(make_line(make_product(price="3.00"), 3), customer=caller.user_id)
    await uow.orders.add(order)

    pending = await ordering.request_payment(caller, order.id)

    assert pending.status is OrderStatus.PAYMENT_PENDING
    assert uow.outbox.events == [PaymentRequested(order.id, Decimal("9.00"))]


async def test_a_paid_order_is_shipped(ordering: Ordering, uow: FakeUnitOfWork) -> None:
    order = make_order(status=OrderStatus.PAID)
    await uow.orders.add(order)

    shipped = await ordering.ship(make_caller(Role.STAFF), order.id)

    assert uow.orders.rows[order.id].status is OrderStatus.SHIPPED
    assert uow.outbox.events == [OrderChanged.of(shipped, "order.shipped")]


@pytest.mark.parametrize("status", [s for s in OrderStatus if OrderStatus.CANCELLED not in NEXT[s]])
async def test_only_placed_orders_can_be_cancelled(
    status: OrderStatus, ordering: Ordering, uow: FakeUnitOfWork
) -> None:
    order = make_order(status=status)
    await uow.orders.add(order)
    with pytest.raises(IllegalTransition, match="cannot become cancelled"):
        await ordering.cancel(Principal(order.customer_id, Role.CUSTOMER), order.id)
    assert uow.orders.rows[order.id] == order


@pytest.mark.parametrize("operation", ["get", "cancel", "request_payment", "ship"])
async def test_other_peoples_orders_do_not_exist(
    operation: str, ordering: Ordering, uow: FakeUnitOfWork
) -> None:
    order = make_order()
    await uow.orders.add(order)
    for order_id in (order.id, OrderId(uuid4())):
        with pytest.raises(OrderNotFound):
            await getattr(ordering, operation)(make_caller(), order_id)


async def test_staff_reads_every_order(ordering: Ordering, uow: FakeUnitOfWork) -> None:
    order = make_order()
    await uow.orders.add(order)
    assert await ordering.get(make_caller(Role.STAFF), order.id) == order


async def test_customers_list_their_own_orders_whatever_they_ask_for(
    ordering: Ordering, uow: FakeUnitOfWork
) -> None:
    own, other = make_order(), make_order()
    await uow.orders.add(own)
    await uow.orders.add(other)
    asked = OrderFilter(customer_id=other.customer_id)
    caller = Principal(own.customer_id, Role.CUSTOMER)

    found = await ordering.search(caller, asked, OrderSort.NEWEST, Window(10, 0))
    assert found.items == [own]

    everything = await ordering.search(make_caller(Role.STAFF), OrderFilter(), OrderSort.OLDEST, Window(1, 1))
    assert (len(everything.items), everything.total) == (1, 2)
