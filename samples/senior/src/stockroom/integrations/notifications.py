"""The notification service, which tells customers what happened to their orders."""

from pydantic import TypeAdapter

from stockroom.domain.events import MessageId, OrderChanged
from stockroom.integrations.http import Service

_event = TypeAdapter(OrderChanged)


class HttpNotifier:
    def __init__(self, service: Service) -> None:
        self._service = service

    async def notify(self, message_id: MessageId, event: OrderChanged) -> None:
        await self._service.post("/events", message_id, _event.dump_json(event))
