"""/api/v1/orders"""

from uuid import uuid4

import pytest
from httpx import AsyncClient

from stockroom.domain.orders import OrderStatus
from tests.api.conftest import Actor
from tests.factories import make_line, make_order, make_product
from tests.fakes import FakeUnitOfWork


async def test_place_read_and_cancel(client: AsyncClient, customer: Actor, uow: FakeUnitOfWork) -> None:
    product = make_product(price="2.50", on_hand=4)
    uow.products.rows[product.id] = product
    body = {"lines": [{"product_id": str(product.id), "quantity": 3}]}

    placed = await client.post("/api/v1/orders", json=body, headers=customer.headers)
    assert placed.status_code == 201
    order = placed.json()
    assert set(order) == {"id", "customer_id", "lines", "status", "total", "placed_at"}
    assert set(order["lines"][0]) == {"product_id", "quantity", "unit_price", "total"}
    assert (order["total"], order["status"]) == ("7.50", "placed")

    read = await client.get(placed.headers["Location"], headers=customer.headers)
    assert read.json() == order
    cancelled = await client.post(f"/api/v1/orders/{order['id']}/cancel", headers=customer.headers)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    again = await client.post(f"/api/v1/orders/{order['id']}/cancel", headers=customer.headers)
    assert (again.status_code, again.json()["type"]) == (409, "urn:stockroom:illegal-transition")


async def test_too_much_is_409_and_leaves_nothing_behind(
    client: AsyncClient, customer: Actor, uow: FakeUnitOfWork
) -> None:
    product = make_product(on_hand=1)
    uow.products.rows[product.id] = product
    body = {"lines": [{"product_id": str(product.id), "quantity": 2}]}
    response = await client.post("/api/v1/orders", json=body, headers=customer.headers)
    assert (response.status_code, response.json()["type"]) == (409, "urn:stockroom:insufficient-stock")
    assert not uow.orders.rows


async def test_pay_and_ship(client: AsyncClient, customer: Actor, staff: Actor, uow: FakeUnitOfWork) -> None:
    order = make_order(make_line(make_product()), customer=customer.user.id)
    uow.orders.rows[order.id] = order
    pay = await client.post(f"/api/v1/orders/{order.id}/pay", headers=customer.headers)
    assert (pay.status_code, pay.json()["status"]) == (202, "payment-pending")
    early = await client.post(f"/api/v1/orders/{order.id}/ship", headers=staff.headers)
    assert early.status_code == 409

    uow.orders.rows[order.id] = order.moved_to(OrderStatus.PAYMENT_PENDING).moved_to(OrderStatus.PAID)
    by_customer = await client.post(f"/api/v1/orders/{order.id}/ship", headers=customer.headers)
    assert by_customer.status_code == 403
    shipped = await client.post(f"/api/v1/orders/{order.id}/ship", headers=staff.headers)
    assert (shipped.status_code, shipped.json()["status"]) == (200, "shipped")


async def test_lists_show_what_the_caller_may_see(
    client: AsyncClient, customer: Actor, staff: Actor, uow: FakeUnitOfWork
) -> None:
    own, other = make_order(customer=customer.user.id), make_order(status=OrderStatus.PAID)
    uow.orders.rows |= {own.id: own, other.id: other}
    seen = (await client.get("/api/v1/orders", headers=customer.headers)).json()
    assert [order["id"] for order in seen["items"]] == [str(own.id)]
    query = {"status": "paid", "sort": "placed_at", "placed_from": "2020-01-01T00:00:00Z"}
    found = (await client.get("/api/v1/orders", params=query, headers=staff.headers)).json()
    assert [order["id"] for order in found["items"]] == [str(other.id)]


@pytest.mark.parametrize(
    ("method", "action"), [("GET", ""), ("POST", "/pay"), ("POST", "/cancel"), ("POST", "/ship")]
)
async def test_orders_of_others_and_of_nobody_are_404_alike(
    method: str, action: str, client: AsyncClient, customer: Actor, staff: Actor, uow: FakeUnitOfWork
) -> None:
    order = make_order()
    uow.orders.rows[order.id] = order
    caller = staff if action == "/ship" else customer
    strangers = [uuid4()] if action == "/ship" else [order.id, uuid4()]
    for order_id in strangers:
        response = await client.request(method, f"/api/v1/orders/{order_id}{action}", headers=caller.headers)
        assert (response.status_code, response.json()["type"]) == (404, "urn:stockroom:order-not-found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/orders"),
        ("POST", "/api/v1/orders"),
        ("GET", f"/api/v1/orders/{uuid4()}"),
        ("POST", f"/api/v1/orders/{uuid4()}/pay"),
        ("POST", f"/api/v1/orders/{uuid4()}/cancel"),
        ("POST", f"/api/v1/orders/{uuid4()}/ship"),
    ],
)
async def test_without_a_token_is_401(method: str, path: str, client: AsyncClient) -> None:
    response = await client.request(method, path)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "body",
    [
        {"lines": []},
        {"lines": [{"product_id": str(uuid4()), "quantity": 0}]},
        {"lines": [{"product_id": str(uuid4()), "quantity": 1, "unit_price": "0.01"}]},
        {"lines": [{"product_id": str(uuid4()), "quantity": 1}], "customer_id": str(uuid4())},
        {"lines": [{"product_id": str(uuid4()), "quantity": 1}], "status": "paid"},
    ],
)
async def test_invalid_orders_are_422(body: object, client: AsyncClient, customer: Actor) -> None:
    response = await client.post("/api/v1/orders", json=body, headers=customer.headers)
    assert response.status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "placed_from=2020-01-01T00:00:00",
        "placed_from=2021-01-01T00:00:00Z&placed_before=2020-01-01T00:00:00Z",
        "status=lost",
        "offset=-1",
    ],
)
async def test_invalid_queries_are_422(query: str, client: AsyncClient, customer: Actor) -> None:
    response = await client.get(f"/api/v1/orders?{query}", headers=customer.headers)
    assert response.status_code == 422
