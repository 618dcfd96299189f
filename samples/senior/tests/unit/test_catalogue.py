"""Products and their stock."""

from decimal import Decimal
from uuid import uuid4

import pytest

from stockroom.domain.catalogue import (
    MovementKind,
    NewProduct,
    ProductChanges,
    ProductFilter,
    ProductId,
    ProductSort,
)
from stockroom.domain.errors import DuplicateSku, InsufficientStock, ProductNotFound
from stockroom.domain.paging import Window
from stockroom.services.catalogue import Catalogue
from tests.factories import make_product
from tests.fakes import NOW, FakeClock, FakeUnitOfWork


@pytest.fixture
def catalogue(uow: FakeUnitOfWork, clock: FakeClock) -> Catalogue:
    return Catalogue(uow, clock)


async def test_a_new_product_has_no_stock(catalogue: Catalogue, uow: FakeUnitOfWork) -> None:
    product = await catalogue.create(NewProduct("BOLT-M8", "Bolt", Decimal("1.00")))
    assert uow.products.rows == {product.id: product}
    assert (product.on_hand, product.created_at, product.archived) == (0, NOW, False)


async def test_a_sku_is_used_once(catalogue: Catalogue, uow: FakeUnitOfWork) -> None:
    await uow.products.add(make_product("BOLT-M8"))
    with pytest.raises(DuplicateSku):
        await catalogue.create(NewProduct("BOLT-M8", "Another", Decimal("1.00")))


@pytest.mark.parametrize(
    ("changes", "name", "price"),
    [
        (ProductChanges(), "Bolt", "12.50"),
        (ProductChanges(name="Nut"), "Nut", "12.50"),
        (ProductChanges(price=Decimal("1.00")), "Bolt", "1.00"),
    ],
)
async def test_only_named_values_change(
    changes: ProductChanges, name: str, price: str, catalogue: Catalogue, uow: FakeUnitOfWork
) -> None:
    product = make_product()
    await uow.products.add(product)
    changed = await catalogue.change(product.id, changes)
    assert (changed.name, changed.price) == (name, Decimal(price))
    assert uow.products.rows[product.id] == changed


async def test_archived_products_can_be_read_but_not_touched(
    catalogue: Catalogue, uow: FakeUnitOfWork
) -> None:
    product = make_product()
    await uow.products.add(product)
    await catalogue.archive(product.id)

    assert (await catalogue.get(product.id)).archived
    found = await catalogue.search(ProductFilter(), ProductSort.SKU, Window(10, 0))
    assert found.total == 0
    with pytest.raises(ProductNotFound):
        await catalogue.change(product.id, ProductChanges(name="Nut"))
    with pytest.raises(ProductNotFound):
        await catalogue.archive(product.id)


async def test_movements_change_the_stock_and_are_recorded(catalogue: Catalogue, uow: FakeUnitOfWork) -> None:
    product = make_product(on_hand=0)
    await uow.products.add(product)
    await catalogue.move_stock(product.id, MovementKind.RECEIVED, 10, "delivery 7")
    await catalogue.move_stock(product.id, MovementKind.ADJUSTED, -3, "count")

    found = await catalogue.movements(product.id, Window(10, 0))
    assert [(m.quantity, m.reference) for m in found.items] == [(-3, "count"), (10, "delivery 7")]
    assert uow.products.rows[product.id].on_hand == 7


async def test_stock_never_goes_below_zero(catalogue: Catalogue, uow: FakeUnitOfWork) -> None:
    product = make_product(on_hand=2)
    await uow.products.add(product)
    with pytest.raises(InsufficientStock):
        await catalogue.move_stock(product.id, MovementKind.ADJUSTED, -3, "count")
    assert uow.products.rows[product.id].on_hand == 2
    assert not uow.movements.rows


async def test_unknown_products_have_no_ledger(catalogue: Catalogue) -> None:
    with pytest.raises(ProductNotFound):
        await catalogue.movements(ProductId(uuid4()), Window(10, 0))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (ProductFilter(sku_prefix="B"), ["BOLT"]),
        (ProductFilter(min_price=Decimal(2)), ["NUT"]),
        (ProductFilter(max_price=Decimal(2)), ["BOLT"]),
        (ProductFilter(in_stock=False), ["NUT"]),
    ],
)
async def test_search_filters(
    where: ProductFilter, expected: list[str], catalogue: Catalogue, uow: FakeUnitOfWork
) -> None:
    await uow.products.save([make_product("BOLT", "1.00", 1), make_product("NUT", "3.00", 0)])
    found = await catalogue.search(where, ProductSort.SKU, Window(10, 0))
    assert [product.sku for product in found.items] == expected
