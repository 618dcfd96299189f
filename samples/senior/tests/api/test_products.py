"""/api/v1/products, and the stock ledger below it"""

from uuid import uuid4

import pytest
from httpx import AsyncClient

from tests.api.conftest import Actor
from tests.factories import make_product
from tests.fakes import FakeUnitOfWork

BODY = {"sku": "BOLT-M8", "name": "Bolt", "price": "12.5"}
RECEIPT = {"kind": "received", "quantity": 5, "reference": "delivery 7"}


async def test_create_and_read(client: AsyncClient, staff: Actor, customer: Actor) -> None:
    created = await client.post("/api/v1/products", json=BODY, headers=staff.headers)
    assert created.status_code == 201
    product = created.json()
    assert set(product) == {"id", "sku", "name", "price", "on_hand", "archived", "created_at"}
    assert product["price"] == "12.50"
    read = await client.get(created.headers["Location"], headers=customer.headers)
    assert read.json() == product


async def test_a_taken_sku_is_409(client: AsyncClient, staff: Actor) -> None:
    await client.post("/api/v1/products", json=BODY, headers=staff.headers)
    response = await client.post("/api/v1/products", json=BODY, headers=staff.headers)
    assert (response.status_code, response.json()["type"]) == (409, "urn:stockroom:duplicate-sku")


async def test_patch_changes_what_it_names(client: AsyncClient, staff: Actor, uow: FakeUnitOfWork) -> None:
    product = make_product(price="3.00")
    uow.products.rows[product.id] = product
    response = await client.patch(
        f"/api/v1/products/{product.id}", json={"name": "Nut"}, headers=staff.headers
    )
    assert (response.json()["name"], response.json()["price"]) == ("Nut", "3.00")


async def test_delete_takes_off_sale(client: AsyncClient, staff: Actor, uow: FakeUnitOfWork) -> None:
    product = make_product()
    uow.products.rows[product.id] = product
    path = f"/api/v1/products/{product.id}"
    assert (await client.delete(path, headers=staff.headers)).status_code == 204
    assert (await client.get(path, headers=staff.headers)).json()["archived"] is True
    assert (await client.get("/api/v1/products", headers=staff.headers)).json()["total"] == 0


async def test_list_filters_sorts_and_pages(
    client: AsyncClient, customer: Actor, uow: FakeUnitOfWork
) -> None:
    await uow.products.save(
        [make_product("A-1", "1.00"), make_product("A-2", "2.00"), make_product("B-1", "3.00", 0)]
    )
    query = "sku_prefix=A&max_price=2.00&in_stock=true&sort=-price&limit=1"
    response = await client.get(f"/api/v1/products?{query}", headers=customer.headers)
    page = response.json()
    assert ([item["sku"] for item in page["items"]], page["total"]) == (["A-2"], 2)


async def test_receive_adjust_and_read_the_ledger(
    client: AsyncClient, staff: Actor, uow: FakeUnitOfWork
) -> None:
    product = make_product(on_hand=0)
    uow.products.rows[product.id] = product
    path = f"/api/v1/products/{product.id}/movements"
    received = await client.post(path, json=RECEIPT, headers=staff.headers)
    assert received.status_code == 201
    assert set(received.json()) == {"id", "product_id", "kind", "quantity", "reference", "recorded_at"}
    lost = RECEIPT | {"kind": "adjusted", "quantity": -6}
    assert (await client.post(path, json=lost, headers=staff.headers)).status_code == 409
    ledger = (await client.get(path, headers=staff.headers)).json()
    assert [entry["quantity"] for entry in ledger["items"]] == [5]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/products/{id}", None),
        ("PATCH", "/api/v1/products/{id}", {"name": "Nut"}),
        ("DELETE", "/api/v1/products/{id}", None),
        ("GET", "/api/v1/products/{id}/movements", None),
        ("POST", "/api/v1/products/{id}/movements", RECEIPT),
    ],
)
async def test_unknown_products_are_404(
    method: str, path: str, body: object, client: AsyncClient, staff: Actor
) -> None:
    response = await client.request(method, path.format(id=uuid4()), json=body, headers=staff.headers)
    assert (response.status_code, response.json()["type"]) == (404, "urn:stockroom:product-not-found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/products"),
        ("PATCH", f"/api/v1/products/{uuid4()}"),
        ("DELETE", f"/api/v1/products/{uuid4()}"),
        ("GET", f"/api/v1/products/{uuid4()}/movements"),
        ("POST", f"/api/v1/products/{uuid4()}/movements"),
    ],
)
async def test_customers_may_only_look(method: str, path: str, client: AsyncClient, customer: Actor) -> None:
    assert (await client.request(method, path)).status_code == 401
    assert (await client.request(method, path, headers=customer.headers)).status_code == 403


@pytest.mark.parametrize("path", ["/api/v1/products", f"/api/v1/products/{uuid4()}"])
async def test_reading_needs_a_token(path: str, client: AsyncClient) -> None:
    response = await client.get(path)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("method", "path", "body", "location"),
    [
        ("POST", "/api/v1/products", BODY | {"price": "1.005"}, "body/price"),
        ("POST", "/api/v1/products", BODY | {"sku": "m8"}, "body/sku"),
        ("POST", "/api/v1/products", BODY | {"name": "a\x00b"}, "body/name"),
        ("POST", "/api/v1/products", BODY | {"on_hand": 7}, "body/on_hand"),
        ("PATCH", f"/api/v1/products/{uuid4()}", {}, "body"),
        ("GET", "/api/v1/products?limit=101", None, "query/limit"),
        ("GET", "/api/v1/products?sort=name", None, "query/sort"),
        ("GET", "/api/v1/products?min_price=2&max_price=1", None, "query"),
        ("GET", "/api/v1/products?color=red", None, "query/color"),
        ("GET", "/api/v1/products/7", None, "path/product_id"),
        (
            "POST",
            f"/api/v1/products/{uuid4()}/movements",
            RECEIPT | {"quantity": 0},
            "body/received/quantity",
        ),
        ("POST", f"/api/v1/products/{uuid4()}/movements", {}, "body"),
    ],
)
async def test_invalid_requests_are_422(
    method: str, path: str, body: object, location: str, client: AsyncClient, staff: Actor
) -> None:
    response = await client.request(method, path, json=body, headers=staff.headers)
    assert response.status_code == 422
    assert [error["location"] for error in response.json()["errors"]] == [location]
