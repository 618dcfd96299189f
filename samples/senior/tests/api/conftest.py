"""The application under test: real from the middleware to the services, in memory beyond."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from stockroom.api.dependencies import (
    get_database,
    get_passwords,
    get_rate_limiter,
    get_tokens,
    get_unit_of_work,
)
from stockroom.app import create_app
from stockroom.domain.identity import FamilyId, RefreshToken, Role, TokenId, User
from stockroom.domain.ports import UnitOfWork
from stockroom.security.tokens import JwtTokens
from stockroom.settings import Settings
from tests.factories import make_user
from tests.fakes import NOW, FakeDatabase, FakePasswords, FakeRateLimiter, FakeUnitOfWork


@pytest.fixture
def limiter() -> FakeRateLimiter:
    return FakeRateLimiter()


@pytest.fixture
def database() -> FakeDatabase:
    return FakeDatabase()


@pytest.fixture(scope="session")
def application(settings: Settings) -> FastAPI:
    """Built once: it holds no state between two lifespans but its metrics."""
    app = create_app(settings)
    app.openapi()  # prepares all routes, which the first request would otherwise do
    return app


@pytest.fixture
def app(
    application: FastAPI,
    uow: FakeUnitOfWork,
    tokens: JwtTokens,
    limiter: FakeRateLimiter,
    database: FakeDatabase,
) -> Iterator[FastAPI]:
    async def unit_of_work() -> AsyncIterator[UnitOfWork]:
        async with uow.transaction():
            yield uow

    application.dependency_overrides = {
        get_unit_of_work: unit_of_work,
        get_passwords: FakePasswords,
        get_tokens: lambda: tokens,
        get_rate_limiter: lambda: limiter,
        get_database: lambda: database,
    }
    yield application
    application.dependency_overrides.clear()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with (
        LifespanManager(app) as running,
        AsyncClient(transport=ASGITransport(running.app), base_url="http://localhost") as client,
    ):
        yield client


@dataclass(frozen=True)
class Actor:
    """Somebody with an account and a valid access token."""

    user: User
    headers: dict[str, str]
    refresh_token: str


def act_as(role: Role, uow: FakeUnitOfWork, tokens: JwtTokens) -> Actor:
    user = make_user(f"{role}@example.com", role)
    token = RefreshToken(TokenId(user.id), FamilyId(user.id), user.id, tokens.refresh_expiry(NOW))
    uow.users.rows[user.id] = user
    uow.refresh_tokens.rows[token.id] = token
    pair = tokens.issue(user, token, NOW)
    return Actor(user, {"Authorization": f"Bearer {pair.access_token}"}, pair.refresh_token)


@pytest.fixture
def customer(uow: FakeUnitOfWork, tokens: JwtTokens) -> Actor:
    return act_as(Role.CUSTOMER, uow, tokens)


@pytest.fixture
def staff(uow: FakeUnitOfWork, tokens: JwtTokens) -> Actor:
    return act_as(Role.STAFF, uow, tokens)


@pytest.fixture
def admin(uow: FakeUnitOfWork, tokens: JwtTokens) -> Actor:
    return act_as(Role.ADMIN, uow, tokens)
