"""The catalogue and the stock behind it."""

from dataclasses import dataclass, replace
from uuid import uuid4

from stockroom.domain.catalogue import (
    MovementId,
    MovementKind,
    NewProduct,
    Product,
    ProductChanges,
    ProductFilter,
    ProductId,
    ProductSort,
    StockMovement,
)
from stockroom.domain.errors import ProductNotFound
from stockroom.domain.paging import Found, Window
from stockroom.domain.ports import Clock, UnitOfWork


@dataclass(frozen=True)
class Catalogue:
    uow: UnitOfWork
    clock: Clock

    async def create(self, new: NewProduct) -> Product:
        """Add a product without stock; raise `DuplicateSku`."""
        product = Product(
            id=ProductId(uuid4()),
            sku=new.sku,
            name=new.name,
            price=new.price,
            on_hand=0,
            created_at=self.clock(),
        )
        await self.uow.products.add(product)
        return product

    async def get(self, product_id: ProductId) -> Product:
        """The product, archived or not, so that old orders can still be read."""
        product = await self.uow.products.get(product_id)
        if product is None:
            raise ProductNotFound("No such product.")
        return product

    async def search(self, where: ProductFilter, sort: ProductSort, window: Window) -> Found[Product]:
        return await self.uow.products.search(where, sort, window)

    async def change(self, product_id: ProductId, changes: ProductChanges) -> Product:
        product = changes.applied_to(await self._locked(product_id))
        await self.uow.products.save([product])
        return product

    async def archive(self, product_id: ProductId) -> None:
        """Take a product off sale. Orders keep referring to it, so it is never deleted."""
        product = await self._locked(product_id)
        await self.uow.products.save([replace(product, archived=True)])

    async def move_stock(
        self, product_id: ProductId, kind: MovementKind, quantity: int, reference: str
    ) -> StockMovement:
        """Book stock in or out; raise `InsufficientStock` rather than go below zero."""
        product = await self._locked(product_id)
        movement = StockMovement(
            id=MovementId(uuid4()),
            product_id=product_id,
            kind=kind,
            quantity=quantity,
            reference=reference,
            recorded_at=self.clock(),
        )
        await self.uow.products.save([product.moved(quantity)])
        await self.uow.movements.add([movement])
        return movement

    async def movements(self, product_id: ProductId, window: Window) -> Found[StockMovement]:
        await self.get(product_id)
        return await self.uow.movements.of_product(product_id, window)

    async def _locked(self, product_id: ProductId) -> Product:
        product = (await self.uow.products.lock([product_id])).get(product_id)
        if product is None or product.archived:
            raise ProductNotFound("No such product on sale.")
        return product
