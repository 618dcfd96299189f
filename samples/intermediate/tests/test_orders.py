import pytest


@pytest.fixture
def order(client, customer, product):
    body = {"lines": [{"product_id": product.id, "quantity": 2}]}
    response = client.post("/api/v1/orders", json=body, headers=customer)
    assert response.status_code == 201
    return response.json()


def test_place_order(client, order, product):
    assert order["status"] == "placed"
    assert order["total"] == "39.98"
    assert client.get(f"/api/v1/products/{product.id}").json()["stock"] == 3


def test_place_order_without_stock(client, customer, product):
    body = {"lines": [{"product_id": product.id, "quantity": 6}]}
    response = client.post("/api/v1/orders", json=body, headers=customer)
    assert response.status_code == 409


def test_place_order_of_unknown_product(client, customer):
    body = {"lines": [{"product_id": 99, "quantity": 1}]}
    response = client.post("/api/v1/orders", json=body, headers=customer)
    assert response.status_code == 404


def test_place_order_without_login(client, product):
    body = {"lines": [{"product_id": product.id, "quantity": 1}]}
    response = client.post("/api/v1/orders", json=body)
    assert response.status_code == 401


def test_list_orders(client, customer, order):
    response = client.get("/api/v1/orders", headers=customer)
    assert [item["id"] for item in response.json()] == [order["id"]]


def test_read_order(client, customer, staff, order):
    for headers in (customer, staff):
        response = client.get(f"/api/v1/orders/{order['id']}", headers=headers)
        assert response.json() == order


def test_cancel_order_gives_stock_back(client, customer, order, product):
    response = client.post(f"/api/v1/orders/{order['id']}/cancel", headers=customer)
    assert response.json()["status"] == "cancelled"
    assert client.get(f"/api/v1/products/{product.id}").json()["stock"] == 5


def test_pay_and_ship_order(client, customer, staff, order, monkeypatch):
    monkeypatch.setattr("app.services.orders.book_parcel", lambda order: "PF-1")
    paid = client.post(f"/api/v1/orders/{order['id']}/pay", headers=customer)
    assert paid.json()["status"] == "paid"
    shipped = client.post(f"/api/v1/orders/{order['id']}/ship", headers=staff)
    assert shipped.json()["status"] == "shipped"
    assert shipped.json()["tracking_number"] == "PF-1"


def test_ship_unpaid_order(client, staff, order):
    response = client.post(f"/api/v1/orders/{order['id']}/ship", headers=staff)
    assert response.status_code == 409


def test_ship_order_as_customer(client, customer, order):
    response = client.post(f"/api/v1/orders/{order['id']}/ship", headers=customer)
    assert response.status_code == 403
