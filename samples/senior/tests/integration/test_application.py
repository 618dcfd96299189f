"""The whole application on PostgreSQL, nothing replaced."""

import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient
from pydantic import PostgresDsn, Secret
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from stockroom.app import create_app
from stockroom.settings import Settings, WorkerSettings
from tests.factories import PASSWORD

pytestmark = pytest.mark.postgres


async def test_register_log_in_and_be_remembered(
    settings: Settings, database_url: URL, engine: AsyncEngine
) -> None:
    address = database_url.render_as_string(hide_password=False)
    app = create_app(
        settings.model_copy(
            update={"database_url": Secret(PostgresDsn(address)), "workers": WorkerSettings()}
        )
    )
    async with (
        LifespanManager(app) as running,
        AsyncClient(transport=ASGITransport(running.app), base_url="http://localhost") as client,
    ):
        account = {"email": "ada@example.com", "password": PASSWORD}
        registered = await client.post("/api/v1/users", json=account)
        assert registered.status_code == 201
        form = {"username": "ada@example.com", "password": PASSWORD}
        pair = (await client.post("/api/v1/auth/token", data=form)).json()
        headers = {"Authorization": f"Bearer {pair['access_token']}"}
        me = await client.get("/api/v1/users/me", headers=headers)
        assert me.json() == registered.json()
        body = {"refresh_token": pair["refresh_token"]}
        assert (await client.post("/api/v1/auth/refresh", json=body)).status_code == 200
        assert (await client.post("/api/v1/auth/refresh", json=body)).status_code == 401
        assert (await client.get("/health/ready")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200
