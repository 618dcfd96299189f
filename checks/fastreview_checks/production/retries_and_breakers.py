"""Outbound calls without retries or limits

The network drops a request now and then, and another service answers 503 while it restarts: one call that is not repeated is
an error for a user. And when that service hangs, calls without a bound pile up until nothing else is answered.

## Improve

Repeat what may be repeated with growing, jittered pauses and an end (tenacity, stamina). Bound how many calls run at once
(`httpx.Limits`, a semaphore), or stop calling a service that is down (a circuit breaker).

## When not to apply

Calls that must not be repeated (a payment without an idempotency key) are rightly made once.

## Read

- [AWS: timeouts, retries and backoff with jitter](https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/)
- [Tenacity](https://tenacity.readthedocs.io/en/latest/)
- [HTTPX: resource limits](https://www.python-httpx.org/advanced/resource-limits/)

```python bad app/main.py
import httpx
from fastapi import FastAPI

app = FastAPI()


@app.get("/rates")
async def rates() -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get("https://rates.example.com")).text  # finding
```

```python fixed app/main.py
import httpx
from fastapi import FastAPI
from tenacity import retry, stop_after_attempt, wait_random_exponential

app = FastAPI()
client = httpx.AsyncClient(limits=httpx.Limits(max_connections=20))


@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=3))
async def fetched(url: str) -> str:
    return (await client.get(url)).text


@app.get("/rates")
async def rates() -> str:
    return await fetched("https://rates.example.com")
```

A loop of one's own with growing pauses is a retry, and a semaphore a limit:

```python good app/main.py
import asyncio

import httpx
from fastapi import FastAPI

app = FastAPI()
few = asyncio.Semaphore(10)


@app.get("/rates")
async def rates() -> str:
    async with few, httpx.AsyncClient() as client:
        for attempt in range(3):
            try:
                return (await client.get("https://rates.example.com")).text
            except httpx.TransportError:
                await asyncio.sleep(2**attempt)
    return ""
```

```python not-applicable app/main.py
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.production.resilience import is_retried, limit, outbound_calls

_SHOWN = 10


@check("PRD019", dimension="production", level=3, credit=2, effort="hours")
def retries_and_breakers(project: Project) -> Found:
    calls = tuple(outbound_calls(project))
    if not calls:
        raise NotApplicable("the service calls no other service by HTTP")
    once = [site for site in calls if not is_retried(site, project)]
    bound = limit(project, calls)
    missing: list[str] = []
    if len(once) > len(calls) * project.limits["PRD019.once"]:
        missing.append(f"{len(once)} of {len(calls)} calls are not repeated when they fail in passing")
    if bound is None:
        missing.append("nothing bounds how many run at once")
    if missing:
        yield Hit(
            (once or calls)[0].place,
            f"Calls of other services fail with them: {' and '.join(missing)}. Retry with growing pauses, and set limits or a "
            "circuit breaker.",
            related=tuple(Related(site.place, "called once") for site in once[1:_SHOWN]),
        )
    elif bound is not None:
        yield Met(bound, "Outbound calls are repeated with growing pauses, and bounded.")
