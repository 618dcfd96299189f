"""Runs migrations with the address from the settings, or the one a test put into the config."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from stockroom.db.engine import async_url
from stockroom.db.tables import Base
from stockroom.settings import Settings


def configure_and_run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    url = context.config.attributes.get("database_url") or async_url(Settings().database_url)
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(configure_and_run)
        await connection.commit()
    await engine.dispose()


def run_offline() -> None:
    """Print the SQL instead of running it: `alembic upgrade --sql`."""
    context.configure(
        url=async_url(Settings().database_url), target_metadata=Base.metadata, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    asyncio.run(run_online())
