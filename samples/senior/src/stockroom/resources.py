"""What one running application owns; built by the lifespan, handed out by dependencies."""

from dataclasses import dataclass

from stockroom.domain.ports import (
    Clock,
    Database,
    PasswordHasher,
    RateLimiter,
    TokenIssuer,
    UnitOfWorkFactory,
)
from stockroom.observability.metrics import Metrics
from stockroom.settings import Settings


@dataclass(frozen=True)
class Resources:
    settings: Settings
    unit_of_work: UnitOfWorkFactory
    database: Database
    rate_limiter: RateLimiter
    passwords: PasswordHasher
    tokens: TokenIssuer
    clock: Clock
    metrics: Metrics
