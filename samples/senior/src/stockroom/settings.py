"""All configuration, read once at start.

Later layers win: the defaults below, `.env`, `.env.local`, the environment.
Nested values use two underscores: `STOCKROOM_POOL__SIZE=20`.
"""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    PostgresDsn,
    Secret,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

PositiveSeconds = Annotated[float, Field(gt=0)]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PoolSettings(_Group):
    """Connections per process; `size + overflow` times the replicas must fit the server."""

    size: int = Field(default=10, ge=1)
    overflow: int = Field(default=5, ge=0)
    wait_seconds: PositiveSeconds = 5
    recycle_seconds: int = Field(default=1800, gt=0)


class TokenSettings(_Group):
    issuer: str = "stockroom"
    audience: str = "stockroom-api"
    access_lifetime: timedelta = timedelta(minutes=10)
    refresh_lifetime: timedelta = timedelta(days=14)


class RateLimitSettings(_Group):
    """Attempts per client address on the routes anybody can call."""

    attempts: int = Field(default=10, ge=1)
    window: timedelta = timedelta(minutes=1)


class OutboundSettings(_Group):
    """The services we call, and how long we try."""

    payments_url: AnyHttpUrl = AnyHttpUrl("http://payments:8080")
    notifications_url: AnyHttpUrl = AnyHttpUrl("http://notifications:8080")
    connect_seconds: PositiveSeconds = 2
    timeout_seconds: PositiveSeconds = 5
    attempts: int = Field(default=3, ge=1, le=10)
    longest_pause_seconds: PositiveSeconds = 3
    max_connections: int = Field(default=20, ge=1)


class WorkerSettings(_Group):
    enabled: bool = True
    relay_seconds: PositiveSeconds = 1
    housekeeping_seconds: PositiveSeconds = 600
    lease: timedelta = timedelta(seconds=60)
    max_attempts: int = Field(default=20, ge=1)


class HttpSettings(_Group):
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    cors_origins: tuple[str, ...] = ()
    docs: bool = False
    public_url: str = "/"
    """Listed as the server in the OpenAPI document."""


class Settings(BaseSettings):
    """The secrets have no default: without them the service does not start."""

    model_config = SettingsConfigDict(
        env_prefix="STOCKROOM_",
        env_nested_delimiter="__",
        env_file=(".env", ".env.local"),
        extra="ignore",
        frozen=True,
    )

    database_url: Secret[PostgresDsn]
    jwt_secret: SecretStr = Field(min_length=32)
    environment: Literal["local", "test", "staging", "production"] = "local"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    pool: PoolSettings = PoolSettings()
    tokens: TokenSettings = TokenSettings()
    rate_limit: RateLimitSettings = RateLimitSettings()
    outbound: OutboundSettings = OutboundSettings()
    workers: WorkerSettings = WorkerSettings()
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def lease_outlasts_a_delivery(self) -> Self:
        """Otherwise a second worker could take a message while the first still delivers it."""
        out = self.outbound
        attempt = out.connect_seconds + out.timeout_seconds + out.longest_pause_seconds
        if timedelta(seconds=attempt * out.attempts) >= self.workers.lease:
            raise ValueError("workers.lease must be longer than all attempts of one delivery")
        return self
