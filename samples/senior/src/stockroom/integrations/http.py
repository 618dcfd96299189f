"""One way of calling another service: pooled, bounded in time, retried while it makes sense."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from pydantic import AnyHttpUrl
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from stockroom.domain.errors import DeliveryFailed
from stockroom.domain.events import MessageId
from stockroom.settings import OutboundSettings


@asynccontextmanager
async def open_client(settings: OutboundSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        timeout=httpx.Timeout(settings.timeout_seconds, connect=settings.connect_seconds),
        limits=httpx.Limits(
            max_connections=settings.max_connections,
            max_keepalive_connections=settings.max_connections // 2,
        ),
    ) as client:
        yield client


class Service:
    """Another service, reached at a configured address."""

    def __init__(self, client: httpx.AsyncClient, base_url: AnyHttpUrl, settings: OutboundSettings) -> None:
        self._client = client
        self._base_url = str(base_url).rstrip("/")
        self._retrying = AsyncRetrying(
            stop=stop_after_attempt(settings.attempts),
            wait=wait_random_exponential(multiplier=0.2, max=settings.longest_pause_seconds),
            retry=retry_if_exception(_is_passing),
            reraise=True,
        )

    async def post(self, path: str, message_id: MessageId, content: bytes) -> httpx.Response:
        """Post JSON under an idempotency key; raise `DeliveryFailed` unless it was accepted."""
        try:
            return await self._retrying.copy()(self._post, path, message_id, content)
        except httpx.HTTPError as error:
            raise DeliveryFailed(f"{self._base_url}{path} did not accept {message_id}") from error

    async def _post(self, path: str, message_id: MessageId, content: bytes) -> httpx.Response:
        response = await self._client.post(
            f"{self._base_url}{path}",
            content=content,
            headers={"Content-Type": "application/json", "Idempotency-Key": str(message_id)},
        )
        return response.raise_for_status()


def _is_passing(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in {429, 502, 503, 504}
    return isinstance(error, httpx.TransportError)
