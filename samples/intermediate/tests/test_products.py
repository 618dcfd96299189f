def test_create_product(client, staff):
    body = {"sku": "LAMP-2", "name": "Floor lamp", "price": "49.50"}
    response = client.post("/api/v1/products", json=body, headers=staff)
    assert response.status_code == 201
    assert response.json()["price"] == "49.50"
    assert response.json()["stock"] == 0


def test_create_product_with_taken_sku(client, staff, product):
    body = {"sku": product.sku, "name": "Other lamp", "price": "1.00"}
    response = client.post("/api/v1/products", json=body, headers=staff)
    assert response.status_code == 409


def test_create_product_as_customer(client, customer):
    body = {"sku": "LAMP-2", "name": "Floor lamp", "price": "49.50"}
    response = client.post("/api/v1/products", json=body, headers=customer)
    assert response.status_code == 403


def test_create_product_with_negative_price(client, staff):
    body = {"sku": "LAMP-2", "name": "Floor lamp", "price": "-1"}
    response = client.post("/api/v1/products", json=body, headers=staff)
    assert response.status_code == 422


def test_list_products(client, product):
    response = client.get("/api/v1/products")
    assert [item["sku"] for item in response.json()] == [product.sku]


def test_search_products(client, product):
    assert len(client.get("/api/v1/products?q=LAMP").json()) == 1
    assert client.get("/api/v1/products?q=chair").json() == []


def test_read_unknown_product(client):
    response = client.get("/api/v1/products/99")
    assert response.status_code == 404


def test_update_product(client, staff, product):
    response = client.patch(
        f"/api/v1/products/{product.id}", json={"name": "Reading lamp"}, headers=staff
    )
    assert response.status_code == 200
    assert response.json()["name"] == "Reading lamp"
    assert response.json()["price"] == "19.99"


def test_delete_product(client, staff, product):
    path = f"/api/v1/products/{product.id}"
    assert client.delete(path, headers=staff).status_code == 204
    assert client.get(path).status_code == 404


def test_receive_stock(client, staff, product):
    body = {"kind": "receive", "quantity": 3}
    response = client.post(f"/api/v1/products/{product.id}/movements", json=body, headers=staff)
    assert response.status_code == 201
    assert client.get(f"/api/v1/products/{product.id}").json()["stock"] == 8


def test_stock_is_never_negative(client, staff, product):
    body = {"kind": "adjust", "quantity": -6}
    response = client.post(f"/api/v1/products/{product.id}/movements", json=body, headers=staff)
    assert response.status_code == 409
