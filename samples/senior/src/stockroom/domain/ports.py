"""What the business needs from outside, stated as contracts that adapters and fakes meet."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from stockroom.domain.catalogue import (
    Product,
    ProductFilter,
    ProductId,
    ProductSort,
    StockMovement,
)
from stockroom.domain.events import Event, MessageId, OrderChanged, OutboxMessage, PaymentRequested
from stockroom.domain.identity import (
    FamilyId,
    Principal,
    RefreshToken,
    Role,
    TokenId,
    TokenPair,
    User,
    UserId,
)
from stockroom.domain.orders import Order, OrderFilter, OrderId, OrderSort
from stockroom.domain.paging import Found, Window

Clock: TypeAlias = Callable[[], datetime]


class ProductRepository(Protocol):
    async def add(self, product: Product) -> None:
        """Store a new product; raise `DuplicateSku` if its SKU is taken."""

    async def get(self, product_id: ProductId) -> Product | None: ...

    async def lock(self, product_ids: Collection[ProductId]) -> Mapping[ProductId, Product]:
        """The products that exist, held against other writers until the unit of work ends."""

    async def save(self, products: Sequence[Product]) -> None: ...

    async def search(self, where: ProductFilter, sort: ProductSort, window: Window) -> Found[Product]:
        """Products on sale; archived ones are left out."""


class MovementRepository(Protocol):
    async def add(self, movements: Sequence[StockMovement]) -> None: ...

    async def of_product(self, product_id: ProductId, window: Window) -> Found[StockMovement]:
        """The ledger of a product, newest first."""


class OrderRepository(Protocol):
    async def add(self, order: Order) -> None: ...

    async def get(self, order_id: OrderId) -> Order | None: ...

    async def lock(self, order_id: OrderId) -> Order | None:
        """The order, held against other writers until the unit of work ends."""

    async def save(self, order: Order) -> None:
        """Store the status; nothing else of an order ever changes."""

    async def search(self, where: OrderFilter, sort: OrderSort, window: Window) -> Found[Order]: ...


class UserRepository(Protocol):
    async def add(self, user: User) -> None:
        """Store a new user; raise `EmailTaken` if the address is."""

    async def get(self, user_id: UserId) -> User | None: ...

    async def by_email(self, email: str) -> User | None: ...

    async def save(self, user: User) -> None: ...

    async def search(self, role: Role | None, window: Window) -> Found[User]:
        """Users by address."""


class RefreshTokenRepository(Protocol):
    async def add(self, token: RefreshToken) -> None: ...

    async def lock(self, token_id: TokenId) -> RefreshToken | None:
        """The token, held against other exchanges of it until the unit of work ends."""

    async def mark_used(self, token_id: TokenId) -> None: ...

    async def revoke_family(self, family_id: FamilyId) -> None: ...

    async def revoke_user(self, user_id: UserId) -> None: ...

    async def purge_expired(self, now: datetime) -> None: ...


class Outbox(Protocol):
    async def add(self, event: Event) -> None: ...

    async def claim(self, now: datetime) -> OutboxMessage | None:
        """Take the oldest due message; until its lease ends nobody else gets it."""

    async def remove(self, message_id: MessageId) -> None: ...


class UnitOfWork(Protocol):
    """One transaction: everything done through it is kept, or nothing is."""

    @property
    def products(self) -> ProductRepository: ...
    @property
    def movements(self) -> MovementRepository: ...
    @property
    def orders(self) -> OrderRepository: ...
    @property
    def users(self) -> UserRepository: ...
    @property
    def refresh_tokens(self) -> RefreshTokenRepository: ...
    @property
    def outbox(self) -> Outbox: ...


UnitOfWorkFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


class PasswordHasher(Protocol):
    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether they match; takes the same time when there is no hash to compare with."""


class TokenIssuer(Protocol):
    def issue(self, user: User, token: RefreshToken, now: datetime) -> TokenPair: ...

    def refresh_expiry(self, now: datetime) -> datetime: ...

    def read_access(self, token: str) -> Principal:
        """Who holds the access token; raise `InvalidToken` unless it is genuine and current."""

    def read_refresh(self, token: str) -> TokenId:
        """Which refresh token this is; raise `InvalidToken` unless it is genuine and current."""


class PaymentGateway(Protocol):
    async def charge(self, message_id: MessageId, payment: PaymentRequested) -> bool:
        """Whether the payment was approved. Repeating a message id never charges twice."""


class Notifier(Protocol):
    async def notify(self, message_id: MessageId, event: OrderChanged) -> None: ...


class RateLimiter(Protocol):
    async def hit(self, key: str, limit: int, window: timedelta) -> None:
        """Count one attempt; raise `TooManyAttempts` beyond `limit` per `window`."""

    async def purge_expired(self, now: datetime) -> None: ...


class Database(Protocol):
    async def answers(self) -> bool:
        """Whether a query gets through, decided within a second or two."""
