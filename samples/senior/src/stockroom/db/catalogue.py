"""Products and stock movements in PostgreSQL."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import ColumnElement, UnaryExpression, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from stockroom.db.paging import fetch_window
from stockroom.db.tables import MovementRow, ProductRow
from stockroom.domain.catalogue import (
    MovementId,
    MovementKind,
    Product,
    ProductFilter,
    ProductId,
    ProductSort,
    StockMovement,
)
from stockroom.domain.errors import DuplicateSku
from stockroom.domain.paging import Found, Window

_ORDER: Mapping[ProductSort, UnaryExpression[str] | UnaryExpression[Decimal] | UnaryExpression[datetime]] = (
    MappingProxyType(
        {
            ProductSort.SKU: ProductRow.sku.asc(),
            ProductSort.PRICE: ProductRow.price.asc(),
            ProductSort.PRICE_DESCENDING: ProductRow.price.desc(),
            ProductSort.NEWEST: ProductRow.created_at.desc(),
        }
    )
)


class SqlProducts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, product: Product) -> None:
        self._session.add(ProductRow(**asdict(product)))
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise DuplicateSku(f"There is a product {product.sku} already.") from error

    async def get(self, product_id: ProductId) -> Product | None:
        row = await self._session.get(ProductRow, product_id)
        return _product(row) if row else None

    async def lock(self, product_ids: Collection[ProductId]) -> Mapping[ProductId, Product]:
        rows = await self._session.scalars(
            select(ProductRow)
            .where(ProductRow.id.in_(product_ids))
            .order_by(ProductRow.id)  # one order for everybody, so that two orders cannot deadlock
            .with_for_update()
        )
        return {product.id: product for product in map(_product, rows)}

    async def save(self, products: Sequence[Product]) -> None:
        await self._session.execute(update(ProductRow), [asdict(product) for product in products])

    async def search(self, where: ProductFilter, sort: ProductSort, window: Window) -> Found[Product]:
        query = (
            select(ProductRow)
            .where(ProductRow.archived.is_(False), *_conditions(where))
            .order_by(_ORDER[sort], ProductRow.id)
        )
        rows, total = await fetch_window(self._session, query, window)
        return Found([_product(row) for row in rows], total)


class SqlMovements:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, movements: Sequence[StockMovement]) -> None:
        await self._session.execute(insert(MovementRow), [asdict(m) for m in movements])

    async def of_product(self, product_id: ProductId, window: Window) -> Found[StockMovement]:
        query = (
            select(MovementRow)
            .where(MovementRow.product_id == product_id)
            .order_by(MovementRow.recorded_at.desc(), MovementRow.id)
        )
        rows, total = await fetch_window(self._session, query, window)
        return Found([_movement(row) for row in rows], total)


def _conditions(where: ProductFilter) -> Iterator[ColumnElement[bool]]:
    if where.sku_prefix is not None:
        yield ProductRow.sku.startswith(where.sku_prefix, autoescape=True)
    if where.min_price is not None:
        yield ProductRow.price >= where.min_price
    if where.max_price is not None:
        yield ProductRow.price <= where.max_price
    if where.in_stock is not None:
        yield ProductRow.on_hand > 0 if where.in_stock else ProductRow.on_hand == 0


def _product(row: ProductRow) -> Product:
    return Product(
        id=ProductId(row.id),
        sku=row.sku,
        name=row.name,
        price=row.price,
        on_hand=row.on_hand,
        created_at=row.created_at,
        archived=row.archived,
    )


def _movement(row: MovementRow) -> StockMovement:
    return StockMovement(
        id=MovementId(row.id),
        product_id=ProductId(row.product_id),
        kind=MovementKind(row.kind),
        quantity=row.quantity,
        reference=row.reference,
        recorded_at=row.recorded_at,
    )
