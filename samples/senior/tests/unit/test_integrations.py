"""Calls of other services: idempotent, retried while it makes sense, given up loudly."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from stockroom.domain.errors import DeliveryFailed
from stockroom.domain.events import MessageId, OrderChanged, PaymentRequested
from stockroom.domain.orders import OrderId
from stockroom.integrations.http import Service, open_client
from stockroom.integrations.notifications import HttpNotifier
from stockroom.integrations.payments import HttpPaymentGateway
from stockroom.settings import OutboundSettings
from tests.factories import make_order

SETTINGS = OutboundSettings(longest_pause_seconds=0.001)
PAYMENT = PaymentRequested(OrderId(uuid4()), Decimal("12.50"))
MESSAGE = MessageId(uuid4())
Answer = httpx.Response | httpx.TransportError


@pytest.fixture
def asked() -> list[httpx.Request]:
    return []


@pytest.fixture
def service_answering(asked: list[httpx.Request]) -> Callable[..., Service]:
    def build(*answers: Answer) -> Service:
        remaining: Iterator[Answer] = iter(answers)

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            match next(remaining):
                case httpx.Response() as response:
                    return response
                case error:
                    raise error

        client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        return Service(client, SETTINGS.payments_url, SETTINGS)

    return build


@pytest.mark.parametrize("status", ["approved", "declined"])
async def test_a_charge_is_answered(
    status: str, service_answering: Callable[..., Service], asked: list[httpx.Request]
) -> None:
    gateway = HttpPaymentGateway(service_answering(httpx.Response(200, json={"status": status})))
    assert await gateway.charge(MESSAGE, PAYMENT) is (status == "approved")
    assert asked[0].url == "http://payments:8080/charges"
    assert asked[0].headers["Idempotency-Key"] == str(MESSAGE)
    assert b'"amount":"12.50"' in asked[0].content


@pytest.mark.parametrize("failure", [httpx.Response(503), httpx.Response(429), httpx.ConnectError("down")])
async def test_passing_failures_are_retried_under_the_same_key(
    failure: Answer, service_answering: Callable[..., Service], asked: list[httpx.Request]
) -> None:
    gateway = HttpPaymentGateway(service_answering(failure, httpx.Response(200, json={"status": "approved"})))
    assert await gateway.charge(MESSAGE, PAYMENT)
    assert {request.headers["Idempotency-Key"] for request in asked} == {str(MESSAGE)}
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("answers", "calls"),
    [
        ([httpx.Response(400)], 1),
        ([httpx.Response(200, json={"status": "perhaps"})], 1),
        ([httpx.ReadTimeout("slow")] * 3, 3),
    ],
)
async def test_other_failures_are_reported(
    answers: list[Answer],
    calls: int,
    service_answering: Callable[..., Service],
    asked: list[httpx.Request],
) -> None:
    with pytest.raises(DeliveryFailed):
        await HttpPaymentGateway(service_answering(*answers)).charge(MESSAGE, PAYMENT)
    assert len(asked) == calls


async def test_events_are_posted_as_json(
    service_answering: Callable[..., Service], asked: list[httpx.Request]
) -> None:
    order = make_order()
    notifier = HttpNotifier(service_answering(httpx.Response(204)))
    await notifier.notify(MESSAGE, OrderChanged.of(order, "order.placed"))
    assert asked[0].headers["Content-Type"] == "application/json"
    assert str(order.id).encode() in asked[0].content


async def test_the_shared_client_is_bounded_and_closed() -> None:
    async with open_client(SETTINGS) as client:
        assert client.timeout == httpx.Timeout(5, connect=2)
    assert client.is_closed
