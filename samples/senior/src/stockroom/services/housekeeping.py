"""Removes what has expired."""

from dataclasses import dataclass

from stockroom.domain.ports import Clock, RateLimiter, UnitOfWorkFactory


@dataclass(frozen=True)
class Housekeeping:
    unit_of_work: UnitOfWorkFactory
    rate_limiter: RateLimiter
    clock: Clock

    async def sweep(self) -> bool:
        """Delete expired refresh tokens and rate windows; `False`, as nothing is left to do."""
        now = self.clock()
        async with self.unit_of_work() as uow:
            await uow.refresh_tokens.purge_expired(now)
        await self.rate_limiter.purge_expired(now)
        return False
