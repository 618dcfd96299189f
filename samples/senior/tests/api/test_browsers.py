"""The shop's origin may call us and read the answers, errors too; other origins may not."""

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from stockroom.api.dependencies import get_catalogue
from stockroom.app import create_app
from stockroom.settings import HttpSettings, Settings
from tests.api.conftest import Actor
from tests.api.test_operations import fail


@pytest.fixture(scope="module")
def application(settings: Settings) -> FastAPI:
    http = HttpSettings(cors_origins=("https://shop.example.com",), docs=True)
    return create_app(settings.model_copy(update={"http": http}))


async def test_preflight(client: AsyncClient) -> None:
    asked = {"Access-Control-Request-Method": "POST"}
    allowed = await client.options("/api/v1/orders", headers={"Origin": "https://shop.example.com"} | asked)
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://shop.example.com"
    refused = await client.options("/api/v1/orders", headers={"Origin": "https://evil.example"} | asked)
    assert "Access-Control-Allow-Origin" not in refused.headers


async def test_errors_are_readable(client: AsyncClient, app: FastAPI, customer: Actor) -> None:
    app.dependency_overrides[get_catalogue] = fail
    headers = customer.headers | {"Origin": "https://shop.example.com"}
    response = await client.get("/api/v1/products", headers=headers)
    assert response.status_code == 500
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example.com"


async def test_docs_are_served_when_asked_for(client: AsyncClient) -> None:
    page = await client.get("/docs")
    assert (page.status_code, "Content-Security-Policy" in page.headers) == (200, False)
