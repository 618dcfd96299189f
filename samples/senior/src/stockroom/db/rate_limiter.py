"""Counts attempts in PostgreSQL, so that the limit holds across processes and hosts."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from stockroom.db.tables import RateWindowRow
from stockroom.domain.errors import TooManyAttempts
from stockroom.domain.ports import Clock


class SqlRateLimiter:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        # An attempt counts even if its request is rolled back, hence outside its transaction.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._clock = clock

    async def hit(self, key: str, limit: int, window: timedelta) -> None:
        now = self._clock()
        started_at = now - (now - datetime.min.replace(tzinfo=UTC)) % window
        first = insert(RateWindowRow).values(
            key=key, started_at=started_at, ends_at=started_at + window, hits=1
        )
        counted = first.on_conflict_do_update(
            index_elements=[RateWindowRow.key, RateWindowRow.started_at],
            set_={"hits": RateWindowRow.hits + 1},
        ).returning(RateWindowRow.hits)
        async with self._engine.connect() as connection:
            hits = (await connection.execute(counted)).scalar_one()
        if hits > limit:
            raise TooManyAttempts(started_at + window - now)

    async def purge_expired(self, now: datetime) -> None:
        async with self._engine.connect() as connection:
            await connection.execute(delete(RateWindowRow).where(RateWindowRow.ends_at < now))
