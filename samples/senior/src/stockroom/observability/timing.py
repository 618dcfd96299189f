"""Times every request: a metric, an access log line and a `Server-Timing` header."""

import logging
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stockroom.observability.metrics import Metrics

logger = logging.getLogger("stockroom.access")


class TimingMiddleware:
    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        started = perf_counter()

        async def send_timed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                elapsed = (perf_counter() - started) * 1000
                MutableHeaders(scope=message)["Server-Timing"] = f"app;dur={elapsed:.1f}"
            await send(message)

        self.metrics.request_started()
        try:
            await self.app(scope, receive, send_timed)
        finally:
            seconds = perf_counter() - started
            self.metrics.request_ended(scope["method"], route_of(scope), status, seconds)
            logger.info(
                "request",
                extra={
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )


def route_of(scope: Scope) -> str:
    """The path template, so that ids do not multiply the time series."""
    return getattr(scope.get("route"), "path", "unmatched")
