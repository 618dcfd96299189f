def test_list_users(client, admin, customer):
    response = client.get("/api/v1/users", headers=admin)
    assert response.status_code == 200
    assert [user["role"] for user in response.json()] == ["admin", "customer"]


def test_list_users_is_for_admins(client, staff):
    response = client.get("/api/v1/users", headers=staff)
    assert response.status_code == 403
