"""Background loops that live as long as the application."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from stockroom.observability.metrics import Metrics

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Worker:
    name: str
    step: Callable[[], Awaitable[bool]]
    """One round of work; `True` when there may be more to do at once."""
    pause_seconds: float


@asynccontextmanager
async def running(workers: Sequence[Worker], metrics: Metrics) -> AsyncIterator[None]:
    """Run the workers inside the context. A round cut short at its end must be repeatable."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(worker, metrics), name=worker.name) for worker in workers]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def run(worker: Worker, metrics: Metrics) -> None:
    while True:
        try:
            busy = await worker.step()
        except Exception:  # one bad round must not end all later ones
            logger.exception("worker failed", extra={"worker": worker.name})
            metrics.worker_failed(worker.name)
            busy = False
        if not busy:
            await asyncio.sleep(worker.pause_seconds)
