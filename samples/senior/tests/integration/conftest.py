"""A migrated PostgreSQL: the one at TEST_DATABASE_URL, or a container for this run."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from stockroom.db.tables import Base
from stockroom.db.unit_of_work import unit_of_work_factory
from stockroom.domain.ports import UnitOfWorkFactory
from stockroom.settings import WorkerSettings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def database_url() -> Iterator[URL]:
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given).set(drivername="postgresql+asyncpg")
        return
    from docker.errors import DockerException  # slow to import, and needed here only
    from testcontainers.community.postgres import PostgresContainer

    try:
        container = PostgresContainer("postgres:17.6-alpine", driver="asyncpg").start()
    except DockerException:
        if "CI" in os.environ:
            raise
        pytest.skip("needs TEST_DATABASE_URL or Docker")
    try:
        yield make_url(container.get_connection_url())
    finally:
        container.stop()


@pytest.fixture(scope="session")
def alembic_config(database_url: URL) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["database_url"] = database_url
    return config


@pytest.fixture(scope="session")
def migrated(alembic_config: Config) -> Config:
    command.upgrade(alembic_config, "head")
    return alembic_config


@pytest.fixture
async def engine(migrated: Config, database_url: URL) -> AsyncIterator[AsyncEngine]:
    """Over empty tables, whatever the test before did."""
    engine = create_async_engine(database_url, poolclass=NullPool)
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {tables}"))
    yield engine
    await engine.dispose()


@pytest.fixture
def transaction(engine: AsyncEngine) -> UnitOfWorkFactory:
    return unit_of_work_factory(engine, WorkerSettings())
