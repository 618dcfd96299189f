"""Orders, from placing to shipping, and the stock they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from stockroom.domain.catalogue import MovementId, MovementKind, Product, ProductId, StockMovement
from stockroom.domain.errors import OrderNotFound, ProductNotFound
from stockroom.domain.events import OrderChanged, PaymentRequested
from stockroom.domain.identity import Principal
from stockroom.domain.orders import Order, OrderFilter, OrderId, OrderLine, OrderSort, OrderStatus
from stockroom.domain.paging import Found, Window
from stockroom.domain.ports import Clock, UnitOfWork


@dataclass(frozen=True)
class Ordering:
    uow: UnitOfWork
    clock: Clock

    async def place(self, caller: Principal, quantities: Mapping[ProductId, int]) -> Order:
        """Order at today's prices and reserve the stock; raise `InsufficientStock`."""
        products = await self.uow.products.lock(quantities.keys())
        missing = [p for p in quantities if p not in products or products[p].archived]
        if missing:
            raise ProductNotFound(f"Not on sale: {', '.join(map(str, missing))}.")
        order = Order(
            id=OrderId(uuid4()),
            customer_id=caller.user_id,
            lines=tuple(
                OrderLine(product_id, quantity, products[product_id].price)
                for product_id, quantity in quantities.items()
            ),
            status=OrderStatus.PLACED,
            placed_at=self.clock(),
        )
        await self.uow.orders.add(order)
        await self._book(order, products, MovementKind.RESERVED)
        await self.uow.outbox.add(OrderChanged.of(order, "order.placed"))
        return order

    async def get(self, caller: Principal, order_id: OrderId) -> Order:
        return _visible(await self.uow.orders.get(order_id), caller)

    async def search(
        self, caller: Principal, where: OrderFilter, sort: OrderSort, window: Window
    ) -> Found[Order]:
        """Orders the caller may see: customers their own, staff everybody's."""
        if not caller.sees_all_orders:
            where = OrderFilter(caller.user_id, where.status, where.placed_from, where.placed_before)
        return await self.uow.orders.search(where, sort, window)

    async def request_payment(self, caller: Principal, order_id: OrderId) -> Order:
        """Accept to charge the order; the relay does it and settles the order."""
        order = await self._moved(caller, order_id, OrderStatus.PAYMENT_PENDING)
        await self.uow.outbox.add(PaymentRequested(order.id, order.total))
        return order

    async def cancel(self, caller: Principal, order_id: OrderId) -> Order:
        """Cancel before payment and give the stock back."""
        order = await self._moved(caller, order_id, OrderStatus.CANCELLED)
        products = await self.uow.products.lock([line.product_id for line in order.lines])
        await self._book(order, products, MovementKind.RETURNED)
        await self.uow.outbox.add(OrderChanged.of(order, "order.cancelled"))
        return order

    async def ship(self, caller: Principal, order_id: OrderId) -> Order:
        order = await self._moved(caller, order_id, OrderStatus.SHIPPED)
        await self.uow.outbox.add(OrderChanged.of(order, "order.shipped"))
        return order

    async def _moved(self, caller: Principal, order_id: OrderId, status: OrderStatus) -> Order:
        order = _visible(await self.uow.orders.lock(order_id), caller).moved_to(status)
        await self.uow.orders.save(order)
        return order

    async def _book(self, order: Order, products: Mapping[ProductId, Product], kind: MovementKind) -> None:
        sign = -1 if kind is MovementKind.RESERVED else 1
        moved = [products[line.product_id].moved(sign * line.quantity) for line in order.lines]
        ledger = [
            StockMovement(
                id=MovementId(uuid4()),
                product_id=line.product_id,
                kind=kind,
                quantity=sign * line.quantity,
                reference=f"order {order.id}",
                recorded_at=self.clock(),
            )
            for line in order.lines
        ]
        await self.uow.products.save(moved)
        await self.uow.movements.add(ledger)


def _visible(order: Order | None, caller: Principal) -> Order:
    """The order, or `OrderNotFound`: a 403 would tell strangers that it exists."""
    if order is None or not order.visible_to(caller):
        raise OrderNotFound("No such order.")
    return order
