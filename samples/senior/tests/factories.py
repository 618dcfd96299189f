"""Values for tests; each test names only what it is about."""

from decimal import Decimal
from uuid import uuid4

from stockroom.domain.catalogue import Product, ProductId
from stockroom.domain.identity import Principal, Role, User, UserId
from stockroom.domain.orders import Order, OrderId, OrderLine, OrderStatus
from tests.fakes import NOW

PASSWORD = "correct horse battery"  # noqa: S105


def make_product(
    sku: str = "BOLT-M8", price: str = "12.50", on_hand: int = 10, *, archived: bool = False
) -> Product:
    return Product(ProductId(uuid4()), sku, "Bolt", Decimal(price), on_hand, NOW, archived)


def make_user(email: str = "ada@example.com", role: Role = Role.CUSTOMER) -> User:
    return User(UserId(uuid4()), email, PASSWORD[::-1], role, NOW)


def make_caller(role: Role = Role.CUSTOMER) -> Principal:
    return Principal(UserId(uuid4()), role)


def make_order(
    *lines: OrderLine, customer: UserId | None = None, status: OrderStatus = OrderStatus.PLACED
) -> Order:
    return Order(OrderId(uuid4()), customer or UserId(uuid4()), lines, status, NOW)


def make_line(product: Product, quantity: int = 1) -> OrderLine:
    return OrderLine(product.id, quantity, product.price)
