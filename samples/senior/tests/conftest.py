"""Shared by all tests: settings, a clock, and a unit of work in memory."""

import secrets

import pytest
from hypothesis import settings as hypothesis_settings
from pydantic import PostgresDsn, Secret, SecretStr

from stockroom.security.tokens import JwtTokens
from stockroom.settings import Settings, WorkerSettings
from tests.fakes import FakeClock, FakeUnitOfWork

# No deadline: on a busy machine it would fail tests for the machine's sake.
hypothesis_settings.register_profile("stockroom", max_examples=50, deadline=None)
hypothesis_settings.load_profile("stockroom")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Nothing listens at this address: a test that reaches for a real database fails."""
    return Settings(
        _env_file=None,
        environment="test",
        database_url=Secret(PostgresDsn("postgresql://localhost:1/nowhere")),
        jwt_secret=SecretStr(secrets.token_hex(32)),
        workers=WorkerSettings(enabled=False),
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def uow() -> FakeUnitOfWork:
    return FakeUnitOfWork()


@pytest.fixture
def tokens(settings: Settings) -> JwtTokens:
    return JwtTokens(settings.jwt_secret, settings.tokens)
