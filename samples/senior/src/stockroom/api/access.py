"""Who may call: access tokens, the scopes routes require, and limits for anonymous routes."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import OAuth2PasswordBearer, SecurityScopes

from stockroom.api.dependencies import RateLimiterDep, ResourcesDep, TokensDep
from stockroom.domain.identity import Principal, Scope

bearer = OAuth2PasswordBearer(
    tokenUrl="/api/v1/auth/token",
    scopes={
        Scope.CATALOGUE_READ: "Browse products.",
        Scope.CATALOGUE_WRITE: "Create, change and archive products.",
        Scope.STOCK_WRITE: "Receive and adjust stock, read the ledger.",
        Scope.ORDERS_READ: "Read orders: one's own, or all with orders:fulfil.",
        Scope.ORDERS_WRITE: "Place, pay and cancel orders.",
        Scope.ORDERS_FULFIL: "Ship orders, and see everybody's.",
        Scope.USERS_ADMIN: "List users and assign roles.",
    },
)


async def get_principal(
    required: SecurityScopes, token: Annotated[str, Depends(bearer)], tokens: TokensDep
) -> Principal:
    """The caller, if their access token is valid and their role grants the required scopes."""
    principal = tokens.read_access(token)
    principal.require(*map(Scope, required.scopes))
    return principal


Caller = Annotated[Principal, Security(get_principal)]
OrderReader = Annotated[Principal, Security(get_principal, scopes=[Scope.ORDERS_READ])]
OrderWriter = Annotated[Principal, Security(get_principal, scopes=[Scope.ORDERS_WRITE])]
OrderFulfiller = Annotated[Principal, Security(get_principal, scopes=[Scope.ORDERS_FULFIL])]


class RateLimit:
    """A dependency that refuses a client address after too many calls of what it is named for."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def __call__(self, request: Request, limiter: RateLimiterDep, resources: ResourcesDep) -> None:
        limit = resources.settings.rate_limit
        address = request.client.host if request.client else "unknown"
        await limiter.hit(f"{self._name}:{address}", limit.attempts, limit.window)
