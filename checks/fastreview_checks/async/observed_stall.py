"""The event loop stood still during a request

One thread serves all requests of a worker. In a run of the project's tests under a monitor, something held that thread for
longer than the threshold, a tenth of a second: for that long nobody else was answered, no health check passed, no timeout fired.
Unlike a reading of the code, the monitor saw it happen, with the stack as it stood.

## Improve

Await instead of waiting: an async client or driver, `asyncio.sleep`. What has no async form goes to a thread
(`run_in_threadpool`), long computing to a process.

## When not to apply

A first call that loads a model or fills a cache once per process is better made in the lifespan, where it hurts no request;
what computed only once is told as possible. The requests that a review sends to the imported app run dependencies and health
checks only: what these show is possible too. Imports, the garbage collector and time in which the machine ran something else
do not count. What computes in Python counts a third: the tracer of coverage.py slows it down.

## Read

- [asyncio: developing with asyncio](https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code)
- [FastAPI: concurrency and async / await](https://fastapi.tiangolo.com/async/)

```python bad
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/report")
async def report() -> str:
    time.sleep(0.3)  # finding
    return "done"
```

```json bad facts/tests.json
{
  "ran": true, "monitored": true, "floor": 50,
  "tests": [{"id": "tests/test_report.py::test_report", "outcome": "passed",
             "requests": [{"method": "GET", "route": "/report", "status": 200}]}],
  "stalls": [{"milliseconds": 301.2, "method": "GET", "route": "/report", "call": "time.sleep",
              "test": "tests/test_report.py::test_report",
              "stack": [{"path": "app/main.py", "line": 10, "function": "report"}]}]
}
```

```python fixed
import asyncio

from fastapi import FastAPI

app = FastAPI()


@app.get("/report")
async def report() -> str:
    await asyncio.sleep(0.3)
    return "done"
```

```json fixed facts/tests.json
{
  "ran": true, "monitored": true, "floor": 50,
  "tests": [{"id": "tests/test_report.py::test_report", "outcome": "passed",
             "requests": [{"method": "GET", "route": "/report", "status": 200}]}]
}
```

A route that no test asks for was not watched:

```python unknown
from fastapi import FastAPI

app = FastAPI()


@app.get("/report")
async def report() -> str:
    return "done"
```

```json unknown facts/tests.json
{"ran": true, "monitored": true, "floor": 50, "tests": [{"id": "tests/test_sums.py::test_sum", "outcome": "passed"}]}
```
"""

from fastreview.api import (
    Confidence,
    Found,
    Hit,
    NotApplicable,
    Place,
    Project,
    Related,
    Route,
    StallSeen,
    Unknown,
    check,
)


@check("ASY004", dimension="async", level=2, gate=True, each=Route, effort="hours")
def observed_stall(route: Route, project: Project) -> Found:
    run = project.test_run
    if not route.is_api:
        raise NotApplicable("no route of the API")
    if not run.facts.monitored and not run.stalls_of(route):
        raise Unknown("what holds the event loop: run with --run-tests")
    service = {module.path for module in project.service_modules}
    for stall in run.stalls_of(route):
        own = [frame for frame in stall.stack if frame.path in service]
        # What a test puts in the place of a dependency is the test's own.
        if not own or own[-1] != stall.stack[-1] or stall.milliseconds < project.limits["ASY004.milliseconds"]:
            continue
        last = own[-1]
        often = f" ({stall.count} times)" if stall.count > 1 else ""
        yield Hit(
            Place(last.path, last.line),
            f"{_what(stall)} held the event loop for {stall.milliseconds:.0f} ms{often} while {_who(stall)} waited for "
            f"{route.key}: in production nobody else is served meanwhile. Await it in an async form, or hand it to a thread.",
            symbol=f"{last.function}:{stall.call}",
            related=tuple(Related(Place(f.path, f.line), f"in {f.function}") for f in reversed(own[:-1])),
            confidence=_confidence(stall, sum(seen.count for _, seen in run.requests_to(route))),
        )
    if not run.requests_to(route):
        raise Unknown("no test sends a request to it")


def _what(stall: StallSeen) -> str:
    return f"`{stall.call}`" if stall.call else f"`{stall.stack[-1].function}`"


def _who(stall: StallSeen) -> str:
    return "a test" if stall.test else "a request of the review, without credentials,"


def _confidence(stall: StallSeen, requests: int) -> Confidence:
    """Something that waited in one call did so for certain, but for a first call among ``requests`` that opened or loaded
    something; what computed once may have been filling a cache."""
    if not stall.test:
        # What it waits for may be a service that is not there.
        return Confidence.POSSIBLE
    if stall.steady:
        return Confidence.CERTAIN if stall.count > 1 or requests <= 1 else Confidence.LIKELY
    return Confidence.LIKELY if stall.count > 1 else Confidence.POSSIBLE
