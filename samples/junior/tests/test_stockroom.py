import uuid

from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def make_user(role="customer"):
    # a new email every time because the database keeps the old users
    email = f"{uuid.uuid4().hex}@example.com"
    client.post("/register", json={"email": email, "password": "secret-password", "role": role})
    response = client.post("/login", json={"email": email, "password": "secret-password"})
    return {"Authorization": "Bearer " + response.json()["access_token"]}


def make_product(headers, stock):
    response = client.post(
        "/products",
        json={"sku": uuid.uuid4().hex, "name": "Desk lamp", "price": 19.99},
        headers=headers,
    )
    product_id = response.json()["id"]
    client.post(
        f"/products/{product_id}/stock",
        json={"kind": "receive", "quantity": stock},
        headers=headers,
    )
    return product_id


def test_root():
    response = client.get("/")
    assert response.status_code == 200


def test_register():
    email = f"{uuid.uuid4().hex}@example.com"
    response = client.post("/register", json={"email": email, "password": "secret-password"})
    assert response.status_code == 200
    assert response.json()["email"] == email


def test_list_products():
    response = client.get("/products")
    print(response.json())


def test_create_product():
    headers = make_user("staff")
    product_id = make_product(headers, 5)
    response = client.get(f"/products/{product_id}")
    assert response.status_code == 200
    assert response.json()["stock"] == 5


def test_customer_can_not_create_product():
    headers = make_user()
    response = client.post("/products", json={"sku": "x", "name": "x", "price": 1}, headers=headers)
    assert response.status_code == 403


def test_update_product():
    headers = make_user("staff")
    product_id = make_product(headers, 1)
    response = client.patch(f"/products/{product_id}", json={"name": "Floor lamp", "price": 49.5})
    assert response.json()["name"] == "Floor lamp"
    assert response.json()["price"] == 49.5


def test_order():
    staff = make_user("staff")
    product_id = make_product(staff, 5)
    customer = make_user()

    response = client.post(
        "/orders", json={"lines": [{"product_id": product_id, "quantity": 2}]}, headers=customer
    )
    assert response.status_code == 200
    order_id = response.json()["id"]
    assert response.json()["total"] == 39.98
    assert client.get(f"/products/{product_id}").json()["stock"] == 3

    response = client.put(f"/orders/{order_id}/pay", headers=customer)
    assert response.json()["status"] == "paid"

    response = client.put(f"/orders/{order_id}/cancel", headers=customer)
    assert response.json()["status"] == "cancelled"
    assert client.get(f"/products/{product_id}").json()["stock"] == 5


def test_not_enough_stock():
    staff = make_user("staff")
    product_id = make_product(staff, 1)
    response = client.post(
        "/orders", json={"lines": [{"product_id": product_id, "quantity": 2}]}, headers=staff
    )
    assert response.status_code == 400
