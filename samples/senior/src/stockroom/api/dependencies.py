"""What endpoints ask for, and how it is provided. Tests replace these functions."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from stockroom.domain.ports import (
    Clock,
    Database,
    PasswordHasher,
    RateLimiter,
    TokenIssuer,
    UnitOfWork,
)
from stockroom.observability.metrics import Metrics
from stockroom.resources import Resources
from stockroom.services.accounts import Accounts
from stockroom.services.catalogue import Catalogue
from stockroom.services.ordering import Ordering


async def get_resources(request: Request) -> Resources:
    resources: Resources = request.state.resources
    return resources


ResourcesDep = Annotated[Resources, Depends(get_resources)]


async def get_unit_of_work(resources: ResourcesDep) -> AsyncIterator[UnitOfWork]:
    async with resources.unit_of_work() as uow:
        yield uow


# Function scope commits before the response leaves: nobody is told of a change that then fails.
UnitOfWorkDep = Annotated[UnitOfWork, Depends(get_unit_of_work, scope="function")]


async def get_clock(resources: ResourcesDep) -> Clock:
    return resources.clock


async def get_passwords(resources: ResourcesDep) -> PasswordHasher:
    return resources.passwords


async def get_tokens(resources: ResourcesDep) -> TokenIssuer:
    return resources.tokens


async def get_rate_limiter(resources: ResourcesDep) -> RateLimiter:
    return resources.rate_limiter


async def get_database(resources: ResourcesDep) -> Database:
    return resources.database


async def get_metrics(resources: ResourcesDep) -> Metrics:
    return resources.metrics


ClockDep = Annotated[Clock, Depends(get_clock)]
PasswordsDep = Annotated[PasswordHasher, Depends(get_passwords)]
TokensDep = Annotated[TokenIssuer, Depends(get_tokens)]
RateLimiterDep = Annotated[RateLimiter, Depends(get_rate_limiter)]
DatabaseDep = Annotated[Database, Depends(get_database)]
MetricsDep = Annotated[Metrics, Depends(get_metrics)]


async def get_accounts(
    uow: UnitOfWorkDep, passwords: PasswordsDep, tokens: TokensDep, clock: ClockDep
) -> Accounts:
    return Accounts(uow, passwords, tokens, clock)


async def get_catalogue(uow: UnitOfWorkDep, clock: ClockDep) -> Catalogue:
    return Catalogue(uow, clock)


async def get_ordering(uow: UnitOfWorkDep, clock: ClockDep) -> Ordering:
    return Ordering(uow, clock)


AccountsDep = Annotated[Accounts, Depends(get_accounts)]
CatalogueDep = Annotated[Catalogue, Depends(get_catalogue)]
OrderingDep = Annotated[Ordering, Depends(get_ordering)]
