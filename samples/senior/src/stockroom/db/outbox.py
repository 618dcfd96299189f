"""The outbox: messages stored with the change they report, delivered afterwards."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import uuid4

from pydantic import Field, TypeAdapter
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from stockroom.db.tables import OutboxRow
from stockroom.domain.events import Event, MessageId, OutboxMessage
from stockroom.settings import WorkerSettings

LONGEST_BACKOFF = timedelta(hours=1)

_event: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="topic")])


class SqlOutbox:
    def __init__(self, session: AsyncSession, settings: WorkerSettings) -> None:
        self._session = session
        self._settings = settings

    async def add(self, event: Event) -> None:
        self._session.add(
            OutboxRow(
                id=uuid4(),
                topic=event.topic,
                payload=_event.dump_json(event).decode(),
                attempts=0,
                due_at=func.now(),
            )
        )
        await self._session.flush()

    async def claim(self, now: datetime) -> OutboxMessage | None:
        row = await self._session.scalar(
            select(OutboxRow)
            .where(OutboxRow.due_at <= now, OutboxRow.attempts < self._settings.max_attempts)
            .order_by(OutboxRow.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)  # so that several relays share the work
        )
        if row is None:
            return None
        row.attempts += 1
        row.due_at = now + max(self._settings.lease, backoff(row.attempts))
        return OutboxMessage(MessageId(row.id), _event.validate_json(row.payload), row.attempts)

    async def remove(self, message_id: MessageId) -> None:
        await self._session.execute(delete(OutboxRow).where(OutboxRow.id == message_id))


def backoff(attempts: int) -> timedelta:
    """How long to wait after this many attempts: doubling from two seconds up to an hour."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), LONGEST_BACKOFF)
