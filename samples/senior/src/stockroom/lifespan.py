"""Opens what the application needs, in order, and closes it in reverse."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import TypedDict

from fastapi import FastAPI

from stockroom.db.engine import PostgresDatabase, open_engine
from stockroom.db.rate_limiter import SqlRateLimiter
from stockroom.db.unit_of_work import unit_of_work_factory
from stockroom.integrations.http import Service, open_client
from stockroom.integrations.notifications import HttpNotifier
from stockroom.integrations.payments import HttpPaymentGateway
from stockroom.observability.metrics import Metrics
from stockroom.resources import Resources
from stockroom.security.passwords import Argon2Passwords
from stockroom.security.tokens import JwtTokens
from stockroom.services.housekeeping import Housekeeping
from stockroom.services.relay import Relay
from stockroom.settings import Settings
from stockroom.workers import Worker, running


class State(TypedDict):
    resources: Resources


def utc_now() -> datetime:
    return datetime.now(UTC)


def lifespan_of(
    settings: Settings, metrics: Metrics
) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with (
            open_engine(settings.database_url, settings.pool) as engine,
            open_client(settings.outbound) as client,
        ):
            unit_of_work = unit_of_work_factory(engine, settings.workers)
            rate_limiter = SqlRateLimiter(engine, utc_now)
            outbound = settings.outbound
            relay = Relay(
                unit_of_work=unit_of_work,
                payments=HttpPaymentGateway(Service(client, outbound.payments_url, outbound)),
                notifier=HttpNotifier(Service(client, outbound.notifications_url, outbound)),
                clock=utc_now,
            )
            housekeeping = Housekeeping(unit_of_work, rate_limiter, utc_now)
            workers = [
                Worker("relay", relay.deliver_next, settings.workers.relay_seconds),
                Worker("housekeeping", housekeeping.sweep, settings.workers.housekeeping_seconds),
            ]
            resources = Resources(
                settings=settings,
                unit_of_work=unit_of_work,
                database=PostgresDatabase(engine),
                rate_limiter=rate_limiter,
                passwords=Argon2Passwords(),
                tokens=JwtTokens(settings.jwt_secret, settings.tokens),
                clock=utc_now,
                metrics=metrics,
            )
            async with running(workers if settings.workers.enabled else [], metrics):
                yield State(resources=resources)

    return lifespan
