def test_register(client):
    body = {"email": "Ada@example.com", "password": "secret-password"}
    response = client.post("/api/v1/auth/register", json=body)
    assert response.status_code == 201
    assert response.json()["email"] == "ada@example.com"
    assert response.json()["role"] == "customer"
    assert "password" not in response.text


def test_register_twice(client):
    body = {"email": "ada@example.com", "password": "secret-password"}
    client.post("/api/v1/auth/register", json=body)
    response = client.post("/api/v1/auth/register", json=body)
    assert response.status_code == 409


def test_register_with_short_password(client):
    body = {"email": "ada@example.com", "password": "short"}
    response = client.post("/api/v1/auth/register", json=body)
    assert response.status_code == 422


def test_login(client, make_user):
    make_user("customer")
    form = {"username": "customer@example.com", "password": "secret-password"}
    response = client.post("/api/v1/auth/login", data=form)
    assert response.status_code == 200
    token = response.json()["access_token"]

    me = client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["email"] == "customer@example.com"


def test_login_with_wrong_password(client, make_user):
    make_user("customer")
    form = {"username": "customer@example.com", "password": "wrong"}
    response = client.post("/api/v1/auth/login", data=form)
    assert response.status_code == 401


def test_me_without_token(client):
    response = client.get("/api/v1/users/me")
    assert response.status_code == 401


def test_me_with_invalid_token(client):
    response = client.get("/api/v1/users/me", headers={"Authorization": "Bearer nonsense"})
    assert response.status_code == 401
