"""/api/v1/auth"""

import pytest
from httpx import AsyncClient

from stockroom.settings import Settings
from tests.api.conftest import Actor
from tests.factories import PASSWORD
from tests.fakes import FakeUnitOfWork

FORM = {"grant_type": "password", "username": "customer@example.com", "password": PASSWORD}


async def test_login_refresh_logout(client: AsyncClient, customer: Actor) -> None:
    login = await client.post("/api/v1/auth/token", data=FORM)
    assert login.status_code == 200
    pair = login.json()
    assert set(pair) == {"access_token", "refresh_token", "token_type", "expires_in"}

    refresh = await client.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    assert refresh.status_code == 200
    renewed = refresh.json()

    logout = await client.post(
        "/api/v1/auth/logout",
        json={"refresh_token": renewed["refresh_token"]},
        headers={"Authorization": f"Bearer {renewed['access_token']}"},
    )
    assert (logout.status_code, logout.content) == (204, b"")
    after = await client.post("/api/v1/auth/refresh", json={"refresh_token": renewed["refresh_token"]})
    assert after.status_code == 401


async def test_wrong_password_is_401(client: AsyncClient, customer: Actor) -> None:
    response = await client.post("/api/v1/auth/token", data=FORM | {"password": "wrong"})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["type"] == "urn:stockroom:invalid-credentials"


async def test_a_reused_token_revokes_the_session_although_the_request_fails(
    client: AsyncClient, customer: Actor
) -> None:
    body = {"refresh_token": customer.refresh_token}
    fresh = (await client.post("/api/v1/auth/refresh", json=body)).json()
    reused = await client.post("/api/v1/auth/refresh", json=body)
    assert (reused.status_code, reused.json()["type"]) == (401, "urn:stockroom:token-reused")
    after = await client.post("/api/v1/auth/refresh", json={"refresh_token": fresh["refresh_token"]})
    assert (after.status_code, after.json()["type"]) == (401, "urn:stockroom:invalid-token")


async def test_forged_tokens_are_401(client: AsyncClient, customer: Actor) -> None:
    me = await client.get("/api/v1/users/me", headers=customer.headers)
    assert me.status_code == 200
    garbage = await client.get("/api/v1/users/me", headers={"Authorization": "Bearer garbage"})
    assert garbage.status_code == 401


async def test_the_account_behind_a_token_may_be_gone(
    client: AsyncClient, customer: Actor, uow: FakeUnitOfWork
) -> None:
    uow.users.rows.clear()
    response = await client.post("/api/v1/auth/refresh", json={"refresh_token": customer.refresh_token})
    assert (response.status_code, response.json()["type"]) == (404, "urn:stockroom:user-not-found")


async def test_logout_needs_an_access_token(client: AsyncClient, customer: Actor) -> None:
    response = await client.post("/api/v1/auth/logout", json={"refresh_token": customer.refresh_token})
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/auth/refresh", "/api/v1/auth/logout"])
async def test_malformed_bodies_are_422(path: str, client: AsyncClient, customer: Actor) -> None:
    response = await client.post(path, json={"refresh_token": ""}, headers=customer.headers)
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"] == "body/refresh_token"


@pytest.mark.parametrize("change", [{"grant_type": "implicit"}, {"username": "nobody"}, {"extra": "1"}])
async def test_malformed_login_forms_are_422(change: dict[str, str], client: AsyncClient) -> None:
    response = await client.post("/api/v1/auth/token", data=FORM | change)
    assert response.status_code == 422
    assert PASSWORD not in response.text


async def test_login_attempts_are_limited(client: AsyncClient, settings: Settings) -> None:
    for _ in range(settings.rate_limit.attempts):
        assert (await client.post("/api/v1/auth/token", data=FORM)).status_code == 401
    response = await client.post("/api/v1/auth/token", data=FORM)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "61")


async def test_routes_have_separate_limits(client: AsyncClient, settings: Settings) -> None:
    for _ in range(settings.rate_limit.attempts + 1):
        await client.post("/api/v1/auth/token", data=FORM)
    response = await client.post("/api/v1/auth/refresh", json={"refresh_token": "x"})
    assert response.status_code == 401


async def test_refresh_attempts_are_limited(client: AsyncClient, settings: Settings) -> None:
    for _ in range(settings.rate_limit.attempts):
        await client.post("/api/v1/auth/refresh", json={"refresh_token": "x"})
    response = await client.post("/api/v1/auth/refresh", json={"refresh_token": "x"})
    assert response.status_code == 429
