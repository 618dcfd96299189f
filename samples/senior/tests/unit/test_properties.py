"""What holds for all orders, stocks and inputs."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from stockroom.api.schemas.catalogue import MovementCreate, ProductCreate, ProductPatch
from stockroom.api.schemas.identity import LoginForm, RefreshRequest, Registration
from stockroom.api.schemas.orders import OrderCreate
from stockroom.api.schemas.paging import PageQuery
from stockroom.db.outbox import LONGEST_BACKOFF, backoff
from stockroom.domain.catalogue import ProductId
from stockroom.domain.errors import IllegalTransition, InsufficientStock
from stockroom.domain.orders import NEXT, OrderLine, OrderStatus
from tests.factories import make_order, make_product

prices = st.decimals(min_value="0.01", max_value="9999999999.99", places=2)
lines = st.builds(
    OrderLine,
    product_id=st.uuids().map(ProductId),
    quantity=st.integers(1, 1000),
    unit_price=prices,
)
Body = dict[str, object]


@given(st.lists(lines, max_size=100))
def test_totals_are_exact_to_the_cent(order_lines: list[OrderLine]) -> None:
    cents = sum(int(line.unit_price * 100) * line.quantity for line in order_lines)
    assert make_order(*order_lines).total * 100 == cents


@given(st.integers(0, 1000), st.lists(st.integers(-1000, 1000)))
def test_stock_is_the_sum_of_its_movements_and_never_negative(start: int, quantities: list[int]) -> None:
    product = make_product(on_hand=start)
    booked = start
    for quantity in quantities:
        try:
            product = product.moved(quantity)
        except InsufficientStock:
            assert booked + quantity < 0
        else:
            booked += quantity
        assert product.on_hand == booked >= 0


@given(st.sampled_from(OrderStatus), st.sampled_from(OrderStatus))
def test_orders_follow_the_map_of_transitions(before: OrderStatus, after: OrderStatus) -> None:
    order = make_order(status=before)
    if after in NEXT[before]:
        assert order.moved_to(after).status is after
    else:
        with pytest.raises(IllegalTransition):
            order.moved_to(after)


@given(prices)
def test_every_price_in_range_survives_validation(price: Decimal) -> None:
    assert ProductCreate(sku="BOLT-M8", name="Bolt", price=price).price == price


@given(
    st.one_of(
        st.decimals(max_value=0, allow_nan=False, allow_infinity=False),
        st.decimals(min_value="0.001", max_value="0.009", places=3),
        st.just(Decimal("Infinity")),
        st.just(Decimal(10) ** 12),
    )
)
def test_no_other_price_does(price: Decimal) -> None:
    with pytest.raises(ValidationError):
        ProductCreate(sku="BOLT-M8", name="Bolt", price=price)


@given(st.text().filter(lambda text: not text.strip()))
def test_names_are_never_blank(name: str) -> None:
    with pytest.raises(ValidationError):
        ProductPatch(name=name)


@given(st.text(), st.characters(categories=["Cc"]), st.text())
def test_texts_hold_no_control_characters(before: str, control: str, after: str) -> None:
    """PostgreSQL refuses some of them, and logs should not have to show them."""
    with pytest.raises(ValidationError):
        ProductPatch(name=f"x{before}{control}{after}x")


@given(st.lists(st.sampled_from([UUID(int=n) for n in range(9)]), min_size=1, max_size=5))
def test_an_order_names_each_product_once(product_ids: list[UUID]) -> None:
    body = {"lines": [{"product_id": product_id, "quantity": 1} for product_id in product_ids]}
    if len(set(product_ids)) == len(product_ids):
        assert len(OrderCreate.model_validate(body).lines) == len(product_ids)
    else:
        with pytest.raises(ValidationError, match="name each product once"):
            OrderCreate.model_validate(body)


@given(st.integers(1, 10_000))
def test_backoff_grows_up_to_its_limit(attempts: int) -> None:
    assert backoff(attempts) <= backoff(attempts + 1) <= LONGEST_BACKOFF


@pytest.mark.parametrize(
    ("validate", "body"),
    [
        (ProductPatch.model_validate, {}),
        (ProductPatch.model_validate, {"price": None}),
        (ProductPatch.model_validate, {"on_hand": 3}),
        (Registration.model_validate, {"email": "ada", "password": "long enough to pass"}),
        (Registration.model_validate, {"email": "ada@example.com", "password": "ada is my name"}),
        (Registration.model_validate, {"email": "ada@example.com", "password": "short"}),
        (TypeAdapter(MovementCreate).validate_python, {"kind": "received", "quantity": 0, "reference": "x"}),
        (TypeAdapter(MovementCreate).validate_python, {"kind": "adjusted", "quantity": 0, "reference": "x"}),
        (TypeAdapter(MovementCreate).validate_python, {"kind": "reserved", "quantity": 1, "reference": "x"}),
        (OrderCreate.model_validate, {"lines": []}),
    ],
)
def test_inputs_that_break_a_rule_are_refused(validate: Callable[[Body], object], body: Body) -> None:
    with pytest.raises(ValidationError):
        validate(body)


@pytest.mark.parametrize(
    ("validate", "body"),
    [
        (ProductPatch.model_validate, {"name": ""}),
        (ProductPatch.model_validate, {"name": "x" * 121}),
        (Registration.model_validate, {"email": "ada@example.com", "password": "p" * 129}),
        (
            Registration.model_validate,
            {"email": f"{'a' * 243}@example.com", "password": "long enough to pass"},
        ),
        (LoginForm.model_validate, {"username": "ada@example.com", "password": ""}),
        (LoginForm.model_validate, {"username": "ada@example.com", "password": "p" * 129}),
        (LoginForm.model_validate, {"username": "ada@example.com", "password": "p", "scope": "s" * 257}),
        (RefreshRequest.model_validate, {"refresh_token": "t" * 2049}),
        (OrderCreate.model_validate, {"lines": [{"product_id": UUID(int=1), "quantity": 1001}]}),
        (
            OrderCreate.model_validate,
            {"lines": [{"product_id": UUID(int=n), "quantity": 1} for n in range(101)]},
        ),
        (
            TypeAdapter(MovementCreate).validate_python,
            {"kind": "adjusted", "quantity": -100_001, "reference": "x"},
        ),
        (
            TypeAdapter(MovementCreate).validate_python,
            {"kind": "adjusted", "quantity": 100_001, "reference": "x"},
        ),
        (PageQuery.model_validate, {"limit": 0}),
        (PageQuery.model_validate, {"offset": 10_001}),
    ],
)
def test_inputs_have_bounds(validate: Callable[[Body], object], body: Body) -> None:
    with pytest.raises(ValidationError):
        validate(body)
