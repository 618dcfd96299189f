"""In-memory stand-ins that keep the contracts of `stockroom.domain.ports`."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from stockroom.domain.catalogue import (
    Product,
    ProductFilter,
    ProductId,
    ProductSort,
    StockMovement,
)
from stockroom.domain.errors import (
    DeliveryFailed,
    DomainError,
    DuplicateSku,
    EmailTaken,
    TooManyAttempts,
)
from stockroom.domain.events import Event, MessageId, OrderChanged, OutboxMessage, PaymentRequested
from stockroom.domain.identity import FamilyId, RefreshToken, Role, TokenId, User, UserId
from stockroom.domain.orders import Order, OrderFilter, OrderId, OrderSort
from stockroom.domain.paging import Found, Window

NOW = datetime.now(UTC).replace(microsecond=0)
T = TypeVar("T")


def windowed(items: Iterable[T], window: Window) -> Found[T]:
    everything = list(items)
    return Found(everything[window.offset : window.offset + window.limit], len(everything))


@dataclass
class FakeClock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass
class FakeProducts:
    rows: dict[ProductId, Product] = field(default_factory=dict)

    async def add(self, product: Product) -> None:
        if any(product.sku == other.sku for other in self.rows.values()):
            raise DuplicateSku(f"There is a product {product.sku} already.")
        self.rows[product.id] = product

    async def get(self, product_id: ProductId) -> Product | None:
        return self.rows.get(product_id)

    async def lock(self, product_ids: Collection[ProductId]) -> Mapping[ProductId, Product]:
        return {key: self.rows[key] for key in product_ids if key in self.rows}

    async def save(self, products: Sequence[Product]) -> None:
        self.rows |= {product.id: product for product in products}

    async def search(self, where: ProductFilter, sort: ProductSort, window: Window) -> Found[Product]:
        found = (p for p in self.rows.values() if not p.archived and matches(p, where))
        keys = {
            ProductSort.SKU: lambda p: p.sku,
            ProductSort.PRICE: lambda p: p.price,
            ProductSort.PRICE_DESCENDING: lambda p: -p.price,
            ProductSort.NEWEST: lambda p: -p.created_at.timestamp(),
        }
        return windowed(sorted(found, key=keys[sort]), window)


def matches(product: Product, where: ProductFilter) -> bool:
    return (
        product.sku.startswith(where.sku_prefix or "")
        and (where.min_price is None or product.price >= where.min_price)
        and (where.max_price is None or product.price <= where.max_price)
        and (where.in_stock is None or (product.on_hand > 0) == where.in_stock)
    )


@dataclass
class FakeMovements:
    rows: list[StockMovement] = field(default_factory=list)

    async def add(self, movements: Sequence[StockMovement]) -> None:
        self.rows += movements

    async def of_product(self, product_id: ProductId, window: Window) -> Found[StockMovement]:
        return windowed((m for m in reversed(self.rows) if m.product_id == product_id), window)


@dataclass
class FakeOrders:
    rows: dict[OrderId, Order] = field(default_factory=dict)

    async def add(self, order: Order) -> None:
        self.rows[order.id] = order

    async def get(self, order_id: OrderId) -> Order | None:
        return self.rows.get(order_id)

    async def lock(self, order_id: OrderId) -> Order | None:
        return self.rows.get(order_id)

    async def save(self, order: Order) -> None:
        self.rows[order.id] = order

    async def search(self, where: OrderFilter, sort: OrderSort, window: Window) -> Found[Order]:
        found = (
            order
            for order in self.rows.values()
            if (where.customer_id is None or order.customer_id == where.customer_id)
            and (where.status is None or order.status == where.status)
            and (where.placed_from is None or order.placed_at >= where.placed_from)
            and (where.placed_before is None or order.placed_at < where.placed_before)
        )
        newest_first = sort is OrderSort.NEWEST
        return windowed(sorted(found, key=lambda o: o.placed_at, reverse=newest_first), window)


@dataclass
class FakeUsers:
    rows: dict[UserId, User] = field(default_factory=dict)

    async def add(self, user: User) -> None:
        if await self.by_email(user.email):
            raise EmailTaken("This e-mail address has an account.")
        self.rows[user.id] = user

    async def get(self, user_id: UserId) -> User | None:
        return self.rows.get(user_id)

    async def by_email(self, email: str) -> User | None:
        return next((user for user in self.rows.values() if user.email == email), None)

    async def save(self, user: User) -> None:
        self.rows[user.id] = user

    async def search(self, role: Role | None, window: Window) -> Found[User]:
        found = (user for user in self.rows.values() if role in (None, user.role))
        return windowed(sorted(found, key=lambda user: user.email), window)


@dataclass
class FakeRefreshTokens:
    rows: dict[TokenId, RefreshToken] = field(default_factory=dict)

    async def add(self, token: RefreshToken) -> None:
        self.rows[token.id] = token

    async def lock(self, token_id: TokenId) -> RefreshToken | None:
        return self.rows.get(token_id)

    async def mark_used(self, token_id: TokenId) -> None:
        self.rows[token_id] = replace(self.rows[token_id], used=True)

    async def revoke_family(self, family_id: FamilyId) -> None:
        for token in list(self.rows.values()):
            self.rows[token.id] = replace(token, revoked=token.revoked or token.family_id == family_id)

    async def revoke_user(self, user_id: UserId) -> None:
        for token in list(self.rows.values()):
            self.rows[token.id] = replace(token, revoked=token.revoked or token.user_id == user_id)

    async def purge_expired(self, now: datetime) -> None:
        self.rows = {key: token for key, token in self.rows.items() if token.expires_at >= now}


@dataclass
class FakeOutbox:
    lease: timedelta = timedelta(seconds=60)
    rows: dict[MessageId, tuple[OutboxMessage, datetime]] = field(default_factory=dict)

    async def add(self, event: Event) -> None:
        message = OutboxMessage(MessageId(uuid4()), event, 0)
        self.rows[message.id] = (message, NOW)

    async def claim(self, now: datetime) -> OutboxMessage | None:
        for message, due_at in self.rows.values():
            if due_at <= now:
                claimed = replace(message, attempts=message.attempts + 1)
                self.rows[message.id] = (claimed, now + self.lease)
                return claimed
        return None

    async def remove(self, message_id: MessageId) -> None:
        del self.rows[message_id]

    @property
    def events(self) -> list[Event]:
        return [message.event for message, _ in self.rows.values()]


@dataclass
class FakeUnitOfWork:
    products: FakeProducts = field(default_factory=FakeProducts)
    movements: FakeMovements = field(default_factory=FakeMovements)
    orders: FakeOrders = field(default_factory=FakeOrders)
    users: FakeUsers = field(default_factory=FakeUsers)
    refresh_tokens: FakeRefreshTokens = field(default_factory=FakeRefreshTokens)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["FakeUnitOfWork"]:
        """Undo everything when the block fails, as the database would."""
        before = deepcopy(vars(self))
        try:
            yield self
        except Exception as error:
            if not (isinstance(error, DomainError) and error.keeps_changes):
                vars(self).update(before)
            raise


class FakePasswords:
    """Reversed is hashed enough for tests; Argon2 is slow on purpose."""

    async def hash(self, password: str) -> str:
        return password[::-1]

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash == password[::-1]


@dataclass
class FakePayments:
    approves: bool = True
    charged: dict[MessageId, PaymentRequested] = field(default_factory=dict)

    async def charge(self, message_id: MessageId, payment: PaymentRequested) -> bool:
        self.charged[message_id] = payment
        return self.approves


@dataclass
class FakeNotifier:
    reachable: bool = True
    told: list[OrderChanged] = field(default_factory=list)

    async def notify(self, message_id: MessageId, event: OrderChanged) -> None:
        if not self.reachable:
            raise DeliveryFailed(f"nobody took {message_id}")
        self.told.append(event)


@dataclass
class FakeRateLimiter:
    hits: dict[str, int] = field(default_factory=dict)
    purged: datetime | None = None

    async def hit(self, key: str, limit: int, window: timedelta) -> None:
        self.hits[key] = self.hits.get(key, 0) + 1
        if self.hits[key] > limit:
            raise TooManyAttempts(window)

    async def purge_expired(self, now: datetime) -> None:
        self.purged = now


@dataclass
class FakeDatabase:
    up: bool = True

    async def answers(self) -> bool:
        return self.up
