"""Health, metrics, middleware and the shape of errors."""

import json
import logging

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from stockroom.api.dependencies import get_catalogue
from stockroom.app import create_app
from stockroom.observability.logging import JsonFormatter
from stockroom.services.catalogue import Catalogue
from stockroom.settings import Settings
from tests.api.conftest import Actor
from tests.fakes import FakeDatabase

PROBLEM = {"type", "title", "status", "detail", "instance", "request_id", "errors"}


async def fail() -> Catalogue:
    raise RuntimeError("the password is swordfish")


async def test_alive_even_without_a_database(client: AsyncClient, database: FakeDatabase) -> None:
    database.up = False
    response = await client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_only_with_a_database(client: AsyncClient, database: FakeDatabase) -> None:
    assert (await client.get("/health/ready")).json() == {"status": "ok"}
    database.up = False
    response = await client.get("/health/ready")
    assert (response.status_code, set(response.json())) == (503, PROBLEM)


async def test_metrics_count_requests_by_route(client: AsyncClient, customer: Actor) -> None:
    await client.get("/api/v1/users/me", headers=customer.headers)
    response = await client.get("/metrics")
    sample = 'http_request_duration_seconds_count{method="GET",route="/users/me",status="200"}'
    assert sample in response.text
    assert "http_requests_in_flight 1.0" in response.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("PUT", "/api/v1/orders", 405),
        ("GET", "/api/v1/users/me", 401),
        ("POST", "/api/v1/users", 422),
        ("GET", "/api/v1/products", 500),
    ],
)
async def test_every_error_has_one_shape(
    method: str, path: str, status: int, app: FastAPI, client: AsyncClient, customer: Actor
) -> None:
    app.dependency_overrides[get_catalogue] = fail
    headers = customer.headers if status == 500 else {}
    response = await client.request(method, path, headers=headers)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == PROBLEM
    assert (problem["status"], problem["instance"]) == (status, path)
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert "swordfish" not in response.text


async def test_oversized_bodies_are_refused(client: AsyncClient) -> None:
    response = await client.post("/api/v1/users", content=b"x" * 100_000)
    assert response.status_code == 413


@pytest.mark.parametrize(("given", "kept"), [("order-import-17", True), ("short", False), ('a"\tlog', False)])
async def test_request_ids_are_accepted_or_made(given: str, kept: bool, client: AsyncClient) -> None:
    response = await client.get("/health/live", headers={"X-Request-ID": given})
    assert (response.headers["X-Request-ID"] == given) is kept
    assert len(response.headers["X-Request-ID"]) >= 8


async def test_log_lines_carry_the_request_id(client: AsyncClient, app: FastAPI, customer: Actor) -> None:
    lines: list[dict[str, object]] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonFormatter("test").format(record)))

    collect, logger = Collect(logging.INFO), logging.getLogger("stockroom")
    app.dependency_overrides[get_catalogue] = fail
    logger.addHandler(collect)
    logger.setLevel(logging.INFO)
    try:
        await client.get("/api/v1/products", headers=customer.headers | {"X-Request-ID": "order-import-17"})
    finally:
        logger.removeHandler(collect)
        logger.setLevel(logging.NOTSET)
    assert [line["message"] for line in lines] == ["unexpected error", "request"]
    assert {line["request_id"] for line in lines} == {"order-import-17"}
    assert "Bearer" not in json.dumps(lines)


async def test_responses_are_timed_and_hardened(client: AsyncClient) -> None:
    headers = (await client.get("/health/live")).headers
    assert headers["Server-Timing"].startswith("app;dur=")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


async def test_foreign_hosts_are_refused(client: AsyncClient) -> None:
    assert (await client.get("/health/live", headers={"Host": "evil.example"})).status_code == 400


async def test_docs_are_off_by_default(client: AsyncClient) -> None:
    assert (await client.get("/docs")).status_code == 404
    assert (await client.get("/openapi.json")).status_code == 404


def test_two_apps_live_in_one_process(settings: Settings) -> None:
    assert create_app(settings).routes is not create_app(settings).routes
