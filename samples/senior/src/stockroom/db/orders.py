"""Orders in PostgreSQL."""

from collections.abc import Iterator
from dataclasses import asdict
from types import MappingProxyType

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from stockroom.db.paging import fetch_window
from stockroom.db.tables import OrderLineRow, OrderRow
from stockroom.domain.catalogue import ProductId
from stockroom.domain.identity import UserId
from stockroom.domain.orders import Order, OrderFilter, OrderId, OrderLine, OrderSort, OrderStatus
from stockroom.domain.paging import Found, Window

_ORDER = MappingProxyType(
    {OrderSort.NEWEST: OrderRow.placed_at.desc(), OrderSort.OLDEST: OrderRow.placed_at.asc()}
)


class SqlOrders:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, order: Order) -> None:
        self._session.add(
            OrderRow(
                id=order.id,
                customer_id=order.customer_id,
                status=order.status,
                placed_at=order.placed_at,
                lines=[
                    OrderLineRow(position=position, **asdict(line))
                    for position, line in enumerate(order.lines)
                ],
            )
        )
        await self._session.flush()

    async def get(self, order_id: OrderId) -> Order | None:
        row = await self._session.get(OrderRow, order_id, options=[selectinload(OrderRow.lines)])
        return _order(row) if row else None

    async def lock(self, order_id: OrderId) -> Order | None:
        row = await self._session.get(
            OrderRow,
            order_id,
            options=[selectinload(OrderRow.lines)],
            with_for_update=True,
        )
        return _order(row) if row else None

    async def save(self, order: Order) -> None:
        await self._session.execute(
            update(OrderRow).where(OrderRow.id == order.id).values(status=order.status)
        )

    async def search(self, where: OrderFilter, sort: OrderSort, window: Window) -> Found[Order]:
        query = (
            select(OrderRow)
            .where(*_conditions(where))
            .order_by(_ORDER[sort], OrderRow.id)
            .options(selectinload(OrderRow.lines))
        )
        rows, total = await fetch_window(self._session, query, window)
        return Found([_order(row) for row in rows], total)


def _conditions(where: OrderFilter) -> Iterator[ColumnElement[bool]]:
    if where.customer_id is not None:
        yield OrderRow.customer_id == where.customer_id
    if where.status is not None:
        yield OrderRow.status == where.status
    if where.placed_from is not None:
        yield OrderRow.placed_at >= where.placed_from
    if where.placed_before is not None:
        yield OrderRow.placed_at < where.placed_before


def _order(row: OrderRow) -> Order:
    return Order(
        id=OrderId(row.id),
        customer_id=UserId(row.customer_id),
        lines=tuple(
            OrderLine(ProductId(line.product_id), line.quantity, line.unit_price) for line in row.lines
        ),
        status=OrderStatus(row.status),
        placed_at=row.placed_at,
    )
