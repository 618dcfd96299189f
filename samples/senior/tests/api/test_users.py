"""/api/v1/users"""

from uuid import uuid4

from httpx import AsyncClient

from stockroom.settings import Settings
from tests.api.conftest import Actor
from tests.factories import PASSWORD
from tests.fakes import FakeUnitOfWork

BODY = {"email": " Ada@Example.com ", "password": PASSWORD}


async def test_registration_shows_the_account_without_its_password(client: AsyncClient) -> None:
    response = await client.post("/api/v1/users", json=BODY)
    assert response.status_code == 201
    assert set(response.json()) == {"id", "email", "role", "created_at"}
    assert response.json()["email"] == "ada@example.com"
    assert response.json()["role"] == "customer"


async def test_a_taken_address_is_409(client: AsyncClient) -> None:
    await client.post("/api/v1/users", json=BODY)
    response = await client.post("/api/v1/users", json=BODY)
    assert (response.status_code, response.json()["type"]) == (409, "urn:stockroom:email-taken")


async def test_nobody_registers_as_admin(client: AsyncClient) -> None:
    response = await client.post("/api/v1/users", json=BODY | {"role": "admin"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"] == "body/role"


async def test_own_account(client: AsyncClient, customer: Actor, uow: FakeUnitOfWork) -> None:
    response = await client.get("/api/v1/users/me", headers=customer.headers)
    assert response.json()["id"] == str(customer.user.id)
    uow.users.rows.clear()
    gone = await client.get("/api/v1/users/me", headers=customer.headers)
    assert gone.status_code == 404


async def test_admins_list_users(client: AsyncClient, admin: Actor, customer: Actor) -> None:
    response = await client.get("/api/v1/users?limit=1", headers=admin.headers)
    page = response.json()
    assert (page["total"], page["limit"], page["offset"]) == (2, 1, 0)
    assert [user["email"] for user in page["items"]] == ["admin@example.com"]
    filtered = await client.get("/api/v1/users?role=customer", headers=admin.headers)
    assert [user["role"] for user in filtered.json()["items"]] == ["customer"]


async def test_only_admins_list_users(client: AsyncClient, staff: Actor) -> None:
    assert (await client.get("/api/v1/users", headers=staff.headers)).status_code == 403
    assert (await client.get("/api/v1/users")).status_code == 401


async def test_registrations_are_limited(client: AsyncClient, settings: Settings) -> None:
    for n in range(settings.rate_limit.attempts):
        body = BODY | {"email": f"user{n}@example.com"}
        assert (await client.post("/api/v1/users", json=body)).status_code == 201
    assert (await client.post("/api/v1/users", json=BODY)).status_code == 429


async def test_admins_assign_roles(client: AsyncClient, admin: Actor, customer: Actor) -> None:
    path = f"/api/v1/users/{customer.user.id}/roles/staff"
    response = await client.put(path, headers=admin.headers)
    assert (response.status_code, response.json()["role"]) == (200, "staff")


async def test_only_admins_assign_roles(client: AsyncClient, staff: Actor) -> None:
    path = f"/api/v1/users/{staff.user.id}/roles/admin"
    assert (await client.put(path, headers=staff.headers)).status_code == 403
    assert (await client.put(path)).status_code == 401


async def test_roles_and_users_must_exist(client: AsyncClient, admin: Actor) -> None:
    unknown_user = await client.put(f"/api/v1/users/{uuid4()}/roles/staff", headers=admin.headers)
    assert unknown_user.status_code == 404
    unknown_role = await client.put(f"/api/v1/users/{uuid4()}/roles/king", headers=admin.headers)
    assert unknown_role.status_code == 422
