"""The payment service."""

from typing import Literal

from pydantic import BaseModel, TypeAdapter, ValidationError

from stockroom.domain.errors import DeliveryFailed
from stockroom.domain.events import MessageId, PaymentRequested
from stockroom.integrations.http import Service

_charge = TypeAdapter(PaymentRequested)


class _Answer(BaseModel):
    status: Literal["approved", "declined"]


class HttpPaymentGateway:
    def __init__(self, service: Service) -> None:
        self._service = service

    async def charge(self, message_id: MessageId, payment: PaymentRequested) -> bool:
        response = await self._service.post("/charges", message_id, _charge.dump_json(payment))
        try:
            return _Answer.model_validate_json(response.content).status == "approved"
        except ValidationError as error:
            raise DeliveryFailed("The payment service gave an answer we do not know.") from error
