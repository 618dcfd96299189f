"""The one place where transactions begin, are committed and are rolled back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from stockroom.db.catalogue import SqlMovements, SqlProducts
from stockroom.db.orders import SqlOrders
from stockroom.db.outbox import SqlOutbox
from stockroom.db.users import SqlRefreshTokens, SqlUsers
from stockroom.domain.errors import DomainError
from stockroom.domain.ports import UnitOfWorkFactory
from stockroom.settings import WorkerSettings


class SqlUnitOfWork:
    def __init__(self, session: AsyncSession, settings: WorkerSettings) -> None:
        self.products = SqlProducts(session)
        self.movements = SqlMovements(session)
        self.orders = SqlOrders(session)
        self.users = SqlUsers(session)
        self.refresh_tokens = SqlRefreshTokens(session)
        self.outbox = SqlOutbox(session, settings)


def unit_of_work_factory(engine: AsyncEngine, settings: WorkerSettings) -> UnitOfWorkFactory:
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    return partial(_transaction, sessions, settings)


@asynccontextmanager
async def _transaction(
    sessions: async_sessionmaker[AsyncSession], settings: WorkerSettings
) -> AsyncIterator[SqlUnitOfWork]:
    async with sessions() as session:
        try:
            yield SqlUnitOfWork(session, settings)
        except Exception as error:
            if isinstance(error, DomainError) and error.keeps_changes:
                await session.commit()
            else:
                await session.rollback()
            raise
        await session.commit()
