"""HTTP or service client made for each request, or never closed

A client is a pool of connections. One that is made where a request is handled starts with an empty pool: every call pays
for a new connection and a TLS handshake, and under load the ports of the machine run out. One that is shared but never
closed leaves its connections to the other side's patience when the process stops.

## Improve

Make one client in the lifespan, hand it out through a dependency (`request.state` or `app.state`), and close it after the
`yield`: `async with httpx.AsyncClient(...) as client: yield {"client": client}` does both.

## When not to apply

A client that carries one caller's credentials, proxy or certificates is that caller's own. Scripts and jobs that run once
may make what they need.

## Read

- [HTTPX: why use a client](https://www.python-httpx.org/advanced/clients/)
- [FastAPI: lifespan events](https://fastapi.tiangolo.com/advanced/events/)

```python bad
import httpx
from fastapi import FastAPI

app = FastAPI()


@app.get("/rates")
async def rates() -> dict[str, float]:
    async with httpx.AsyncClient() as client:  # finding
        return (await client.get("https://rates.example.com")).json()
```

```python fixed
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI, Request


class State(TypedDict):
    client: httpx.AsyncClient


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    async with httpx.AsyncClient() as client:
        yield State(client=client)


app = FastAPI(lifespan=lifespan)


@app.get("/rates")
async def rates(request: Request) -> dict[str, float]:
    return (await request.state.client.get("https://rates.example.com")).json()
```

Shared, but nothing closes it:

```python bad
from fastapi import FastAPI
from redis.asyncio import Redis

redis = Redis(host="redis")  # finding
app = FastAPI()


@app.get("/hits")
async def hits() -> int:
    return await redis.incr("hits")
```

```python good
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from redis.asyncio import Redis

redis = Redis(host="redis")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await redis.aclose()


app = FastAPI(lifespan=lifespan)


@app.get("/hits")
async def hits() -> int:
    return await redis.incr("hits")
```

Behind a service object that a dependency makes anew:

```python bad app/main.py
from typing import Annotated

from fastapi import Depends, FastAPI

from app.partner import Partner

app = FastAPI()


@app.get("/rates")
async def rates(partner: Annotated[Partner, Depends(Partner)]) -> dict[str, float]:
    return await partner.rates()
```

```python bad app/partner.py
import httpx


class Partner:
    async def rates(self) -> dict[str, float]:
        async with httpx.AsyncClient(base_url="https://rates.example.com") as client:  # finding
            return (await client.get("/")).json()
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root() -> str:
    return "hello"
```
"""

from fastreview.api import Confidence, Found, Hit, Met, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.clients import BORROWS, CLIENTS, METHODS, NAMES
from fastreview_checks.knowledge.event_loop.client_lives import Anew, Kept, Lives, is_doubtful
from fastreview_checks.knowledge.event_loop.networking import calls_of


@check("ASY006", dimension="async", level=2, gate=True, effort="hours")
def client_per_request(project: Project) -> Found:
    made = [(s, n) for s, n in calls_of(project, NAMES, METHODS) if not any(k.name in BORROWS for k in s.call.keywords)]
    if not made:
        raise NotApplicable("the service makes no client of another service")
    lives = Lives(project)
    for site, name in made:
        client = CLIENTS[name]
        match lives.of(site):
            case Anew(label=label, steps=steps):
                yield Hit(
                    site.place,
                    f"A new `{name}` is made for {label}, so each call opens a connection of its own and no two share one. "
                    "Make one client in the lifespan, and hand it in.",
                    symbol=name,
                    related=tuple(Related(step.place, f"calls `{step.call.method}`") for step in steps),
                    # A socket that stays open has its connection to itself anyway.
                    confidence=Confidence.POSSIBLE
                    if is_doubtful(site) or label.startswith("WS ")
                    else Confidence.LIKELY,
                )
            case Kept(name=kept) if client.ends:
                if lives.is_closed(site, kept, client):
                    yield Met(site.place, f"This `{name}` is shared, and closed in the end.")
                else:
                    yield Hit(
                        site.place,
                        f"`{kept}` keeps this `{name}` for the life of the process, and nothing closes it: its connections "
                        f"are cut off when the service stops. Make it in the lifespan and call `{client.ends[0]}()` after the "
                        "`yield`.",
                        symbol=name,
                    )
