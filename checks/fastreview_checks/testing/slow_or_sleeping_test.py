"""Test that sleeps or needs the network

A test that sleeps costs its seconds on every run of every developer and is still wrong on a slow machine. One that calls
another company's API fails when that is down, and passes when the contract was broken yesterday and cached. Suites that are
slow or red for no reason are not run.

## Improve

Wait for the event (a poll with a deadline, an `asyncio.Event`) instead of a time, or hand the clock in. Answer outbound
calls by a transport (`httpx.MockTransport`, respx, responses), and mark the few tests of the real service so that they run
apart.

## When not to apply

Sleeps inside a loop that polls, zero and very short ones, and tests that a marker sets apart (slow, integration, network)
are left alone.

## Read

- [httpx: mock transports](https://www.python-httpx.org/advanced/transports/#mock-transports)
- [Flaky tests](https://docs.pytest.org/en/stable/explanation/flaky.html)
- [Working with custom markers](https://docs.pytest.org/en/stable/example/markers.html)

```python bad tests/test_jobs.py
import time

import httpx
from fastapi.testclient import TestClient

from app.main import app


def test_job_is_done() -> None:
    client = TestClient(app)
    client.post("/jobs")
    time.sleep(3)  # finding
    assert client.get("/jobs/1").json() == "done"


def test_rates() -> None:
    rates = httpx.get("https://api.exchange.io/latest").json()  # finding
    assert rates
```

```python fixed tests/test_jobs.py
import time

import httpx
import pytest
from fastapi.testclient import TestClient

from app.main import app


def test_job_is_done() -> None:
    client = TestClient(app)
    client.post("/jobs")
    deadline = time.monotonic() + 3
    while client.get("/jobs/1").json() != "done":
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.network
def test_rates() -> None:
    assert httpx.get("https://api.exchange.io/latest").is_success
```
"""

from fastreview.api import Confidence, Found, Hit, Project, Test, check
from fastreview_checks.knowledge.testing.waiting import is_apart, outside_calls, sleeps


@check("TST015", dimension="testing", level=1, credit=1, each=Test, effort="minutes")
def slow_or_sleeping_test(test: Test, project: Project) -> Found:
    if is_apart(test):
        return
    for site, seconds in sleeps(test, project, project.limits["TST015.sleep"]):
        yield Hit(
            site.place,
            f"The test sleeps for {seconds:g} s on every run, and is still wrong on a machine that takes longer. Wait for what "
            "it waits for, or hand it a clock.",
            symbol=site.call.name,
        )
    for site, host in outside_calls(test, project):
        yield Hit(
            site.place,
            f"The test calls {host}, so it fails when that does and proves nothing about this service. Answer the call by a "
            "mock transport, or mark the test so that it runs apart.",
            symbol=site.call.name,
        )
    slowest = max((result.seconds for result in project.test_run.results_of(test)), default=0.0)
    if slowest > project.limits["TST015.test"]:
        yield Hit(
            test.place,
            f"The test took {slowest:.1f} s in the run of the tests. Look at what it waits for (`pytest --durations=10`).",
            symbol="seconds",
            # Under coverage, on whatever machine: how long it takes is no proof of what it waits for.
            confidence=Confidence.POSSIBLE,
        )
