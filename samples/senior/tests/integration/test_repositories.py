"""The unit of work and its repositories on PostgreSQL."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from stockroom.db.engine import PostgresDatabase, open_engine
from stockroom.db.rate_limiter import SqlRateLimiter
from stockroom.domain.catalogue import MovementKind, NewProduct, ProductFilter, ProductSort
from stockroom.domain.errors import (
    DuplicateSku,
    EmailTaken,
    InsufficientStock,
    TokenReused,
    TooManyAttempts,
)
from stockroom.domain.events import OrderChanged, PaymentRequested
from stockroom.domain.identity import FamilyId, Principal, RefreshToken, Role, TokenId, User
from stockroom.domain.orders import OrderFilter, OrderSort, OrderStatus
from stockroom.domain.paging import Window
from stockroom.domain.ports import UnitOfWorkFactory
from stockroom.services.catalogue import Catalogue
from stockroom.services.ordering import Ordering
from stockroom.settings import Settings
from tests.factories import make_line, make_order, make_product, make_user
from tests.fakes import NOW, FakeClock

pytestmark = pytest.mark.postgres
ALL = Window(10, 0)


async def stored_user(transaction: UnitOfWorkFactory, role: Role = Role.CUSTOMER) -> User:
    user = make_user(f"{uuid4()}@example.com", role)
    async with transaction() as uow:
        await uow.users.add(user)
    return user


async def test_users_round_trip(transaction: UnitOfWorkFactory) -> None:
    user = await stored_user(transaction, Role.STAFF)
    async with transaction() as uow:
        assert await uow.users.get(user.id) == user
        assert await uow.users.by_email(user.email) == user
        assert await uow.users.by_email("no@example.com") is None
        assert (await uow.users.search(Role.STAFF, ALL)).items == [user]
        assert (await uow.users.search(Role.ADMIN, ALL)).total == 0
    with pytest.raises(EmailTaken):
        async with transaction() as uow:
            await uow.users.add(make_user(user.email))


async def test_refresh_tokens_are_used_revoked_and_purged(transaction: UnitOfWorkFactory) -> None:
    user = await stored_user(transaction)
    token = RefreshToken(TokenId(uuid4()), FamilyId(uuid4()), user.id, NOW + timedelta(days=1))
    async with transaction() as uow:
        await uow.refresh_tokens.add(token)
        await uow.refresh_tokens.mark_used(token.id)
    async with transaction() as uow:
        found = await uow.refresh_tokens.lock(token.id)
        assert found is not None
        assert found.used
        await uow.refresh_tokens.revoke_user(user.id)
        await uow.refresh_tokens.revoke_family(token.family_id)
    async with transaction() as uow:
        found = await uow.refresh_tokens.lock(token.id)
        assert found is not None
        assert found.revoked
        await uow.refresh_tokens.purge_expired(NOW + timedelta(days=2))
    async with transaction() as uow:
        assert await uow.refresh_tokens.lock(token.id) is None


async def test_a_revocation_outlives_the_refusal(transaction: UnitOfWorkFactory) -> None:
    user = await stored_user(transaction)
    token = RefreshToken(TokenId(uuid4()), FamilyId(uuid4()), user.id, NOW + timedelta(days=1))

    async def write_and_refuse() -> None:
        async with transaction() as uow:
            await uow.refresh_tokens.add(token)
            raise TokenReused("twice")

    with pytest.raises(TokenReused):
        await write_and_refuse()
    async with transaction() as uow:
        assert await uow.refresh_tokens.lock(token.id) == token


async def test_products_round_trip_and_skus_are_unique(transaction: UnitOfWorkFactory) -> None:
    product = make_product(price="0.10")
    async with transaction() as uow:
        await uow.products.add(product)
    async with transaction() as uow:
        assert await uow.products.get(product.id) == product
    with pytest.raises(DuplicateSku):
        async with transaction() as uow:
            await uow.products.add(make_product(product.sku))


@pytest.mark.parametrize(
    ("where", "sort", "expected"),
    [
        (ProductFilter(), ProductSort.SKU, ["A-1", "A-2", "B-1"]),
        (ProductFilter(), ProductSort.PRICE_DESCENDING, ["B-1", "A-2", "A-1"]),
        (ProductFilter(sku_prefix="A"), ProductSort.PRICE, ["A-1", "A-2"]),
        (ProductFilter(min_price=Decimal(2), max_price=Decimal("2.5")), ProductSort.SKU, ["A-2"]),
        (ProductFilter(in_stock=False), ProductSort.NEWEST, ["B-1"]),
        (ProductFilter(sku_prefix="%"), ProductSort.SKU, []),
    ],
)
async def test_product_search(
    where: ProductFilter, sort: ProductSort, expected: list[str], transaction: UnitOfWorkFactory
) -> None:
    async with transaction() as uow:
        await uow.products.add(make_product("A-1", "1.00"))
        await uow.products.add(make_product("A-2", "2.00"))
        await uow.products.add(make_product("B-1", "3.00", 0))
        await uow.products.add(make_product("GONE", archived=True))
    async with transaction() as uow:
        found = await uow.products.search(where, sort, ALL)
        assert [product.sku for product in found.items] == expected
        assert found.total == len(expected)


async def test_an_order_with_its_stock_and_messages(transaction: UnitOfWorkFactory) -> None:
    user = await stored_user(transaction)
    caller = Principal(user.id, Role.CUSTOMER)
    async with transaction() as uow:
        catalogue = Catalogue(uow, FakeClock())
        product = await catalogue.create(NewProduct("BOLT", "Bolt", Decimal("2.50")))
        await catalogue.move_stock(product.id, MovementKind.RECEIVED, 5, "delivery")
    async with transaction() as uow:
        order = await Ordering(uow, FakeClock()).place(caller, {product.id: 2})
    async with transaction() as uow:
        ordering = Ordering(uow, FakeClock())
        assert await ordering.get(caller, order.id) == order
        where = OrderFilter(None, OrderStatus.PLACED, NOW, NOW + timedelta(days=1))
        assert (await ordering.search(caller, where, OrderSort.OLDEST, ALL)).items == [order]
        await ordering.cancel(caller, order.id)
    async with transaction() as uow:
        movements = await uow.movements.of_product(product.id, ALL)
        assert sorted(movement.quantity for movement in movements.items) == [-2, 2, 5]
        stored = await uow.products.get(product.id)
        assert stored is not None
        assert stored.on_hand == 5


async def test_a_failed_order_leaves_nothing_behind(transaction: UnitOfWorkFactory) -> None:
    user = await stored_user(transaction)
    product = make_product(on_hand=1)
    async with transaction() as uow:
        await uow.products.add(product)
    with pytest.raises(InsufficientStock):
        async with transaction() as uow:
            await Ordering(uow, FakeClock()).place(Principal(user.id, user.role), {product.id: 2})
    async with transaction() as uow:
        assert (await uow.orders.search(OrderFilter(), OrderSort.NEWEST, ALL)).total == 0


async def test_the_last_piece_is_sold_once(transaction: UnitOfWorkFactory) -> None:
    user = await stored_user(transaction)
    product = make_product(on_hand=1)
    async with transaction() as uow:
        await uow.products.add(product)

    async def order_one() -> bool:
        try:
            async with transaction() as uow:
                await Ordering(uow, FakeClock()).place(Principal(user.id, user.role), {product.id: 1})
        except InsufficientStock:
            return False
        return True

    outcomes = await asyncio.gather(*(order_one() for _ in range(5)))
    assert sorted(outcomes) == [False] * 4 + [True]


async def test_the_outbox_leases_each_message_to_one_relay(transaction: UnitOfWorkFactory) -> None:
    later = NOW + timedelta(days=1)
    changed = OrderChanged.of(make_order(make_line(make_product())), "order.placed")
    payment = PaymentRequested(changed.order_id, Decimal("12.50"))
    async with transaction() as uow:
        await uow.outbox.add(changed)
        await uow.outbox.add(payment)
    async with transaction() as one, transaction() as two:
        claimed = [await one.outbox.claim(later), await two.outbox.claim(later)]
    assert {message.event.topic for message in claimed if message} == {"order.placed", "payment.requested"}
    assert [message.attempts for message in claimed if message] == [1, 1]
    async with transaction() as uow:
        assert await uow.outbox.claim(later) is None
        again = await uow.outbox.claim(later + timedelta(hours=1))
        assert again is not None
        assert again.event in (changed, payment)
        await uow.outbox.remove(again.id)


async def test_attempts_count_across_connections(engine: AsyncEngine) -> None:
    clock = FakeClock()
    minute = timedelta(minutes=1)
    limiter = SqlRateLimiter(engine, clock)
    await asyncio.gather(*(limiter.hit("login:1", 3, minute) for _ in range(3)))
    with pytest.raises(TooManyAttempts) as refusal:
        await limiter.hit("login:1", 3, minute)
    assert timedelta() < refusal.value.retry_after <= minute
    await limiter.hit("login:2", 3, minute)
    clock.advance(minute)
    await limiter.purge_expired(clock() + minute)
    await limiter.hit("login:1", 3, minute)


async def test_readiness(engine: AsyncEngine, settings: Settings) -> None:
    assert await PostgresDatabase(engine).answers()
    async with open_engine(settings.database_url, settings.pool) as nowhere:
        assert not await PostgresDatabase(nowhere).answers()
