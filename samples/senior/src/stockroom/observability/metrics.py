"""Request metrics for Prometheus.

They count one process. Every process is scraped by itself: one worker per container, more
containers for more load.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "http_request_duration_seconds",
            "Time to answer a request.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "http_requests_in_flight", "Requests being answered.", registry=self._registry
        )
        self._worker_failures = Counter(
            "worker_failures_total",
            "Rounds of background work that failed.",
            ["worker"],
            registry=self._registry,
        )

    def request_started(self) -> None:
        self._in_flight.inc()

    def request_ended(self, method: str, route: str, status: int, seconds: float) -> None:
        self._in_flight.dec()
        self._requests.labels(method, route, str(status)).observe(seconds)

    def worker_failed(self, worker: str) -> None:
        self._worker_failures.labels(worker).inc()

    def exposition(self) -> bytes:
        return generate_latest(self._registry)
