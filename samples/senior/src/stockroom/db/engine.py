"""The connection pool, open as long as the application is."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import PostgresDsn, Secret
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from stockroom.settings import PoolSettings

logger = logging.getLogger(__name__)


def async_url(database_url: Secret[PostgresDsn]) -> URL:
    """The address with our driver: platforms hand out plain `postgresql://` ones."""
    url = make_url(str(database_url.get_secret_value()))
    return url.set(drivername="postgresql+asyncpg")


@asynccontextmanager
async def open_engine(database_url: Secret[PostgresDsn], pool: PoolSettings) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(
        async_url(database_url),
        pool_size=pool.size,
        max_overflow=pool.overflow,
        pool_timeout=pool.wait_seconds,
        pool_recycle=pool.recycle_seconds,
        pool_pre_ping=True,
        connect_args={"timeout": pool.wait_seconds, "command_timeout": 30},
    )
    try:
        yield engine
    finally:
        async with asyncio.timeout(5):
            await engine.dispose()


class PostgresDatabase:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def answers(self) -> bool:
        try:
            async with asyncio.timeout(2), self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError):
            logger.warning("the database does not answer", exc_info=True)
            return False
        return True
