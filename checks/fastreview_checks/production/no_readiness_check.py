"""No readiness route of its own

During a rollout an instance gets requests as soon as it says that it is ready. If nothing asks the database before, users
see the errors. The liveness route must not do it either: a restart does not repair a database, it only adds a thundering
herd.

## Improve

Add `GET /health/ready` beside the liveness route. It runs `SELECT 1`, pings the cache, and answers 503 when one of them
does not answer in time.

## When not to apply

A service that works with nothing but its own memory is ready as soon as it answers.

## Read

- [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/workloads/pods/probes/)
- [Health endpoint monitoring](https://learn.microsoft.com/en-us/azure/architecture/patterns/health-endpoint-monitoring)

```python bad
import redis
from fastapi import FastAPI

app = FastAPI()  # finding
cache = redis.Redis()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/prices/{name}")
def price(name: str) -> str:
    return str(cache.get(name))
```

It says that it is ready and looked at nothing:

```python bad
import redis
from fastapi import FastAPI

app = FastAPI()
cache = redis.Redis()


@app.get("/livez")
def live() -> str:
    return "ok"


@app.get("/readyz")
def ready() -> str:  # finding
    return "ok"
```

One route for both: when the database is down, every instance is restarted.

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_session

app = FastAPI()


@app.get("/health")
async def health(session: Annotated[AsyncSession, Depends(get_session)]) -> str:  # finding
    await session.execute(text("SELECT 1"))
    return "ok"
```

```python fixed
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_session

app = FastAPI()


@app.get("/health/live")
async def live() -> str:
    return "ok"


@app.get("/health/ready")
async def ready(session: Annotated[AsyncSession, Depends(get_session)]) -> str:
    await session.execute(text("SELECT 1"))
    return "ok"
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/sum")
def add(one: int, other: int) -> int:
    return one + other
```
"""

from fastreview.api import App, Found, Hit, Met, NotApplicable, Project, Rung, check
from fastreview_checks.knowledge.health import (
    READY_WORD,
    library_routes,
    liveness_routes,
    looks_at_something,
    readiness_routes,
    stands_beside,
    tells_of_a_part,
)
from fastreview_checks.knowledge.production.needs import in_words, needs
from fastreview_checks.knowledge.unread_routes import need_every_route, without_routes


@check("PRD008", dimension="production", level=2, gate=True, each=App, effort="hours")
def no_readiness_check(app: App, project: Project) -> Found:
    if not app.routes:
        raise without_routes(project, "the app has no routes")
    if stands_beside(app, project):
        raise NotApplicable("a small app beside the service's own")
    named = readiness_routes(app)
    health = list({r.key: r for r in (*named, *liveness_routes(app))}.values())
    several = len(health) > 1 or tells_of_a_part(app)
    looking = [r for r in health if looks_at_something(r, project)]
    chosen = next((r for r in looking if r in named), None) or (looking[0] if several and looking else None)
    alone = not several and not (chosen and READY_WORD.search(chosen.path))
    if chosen is not None and not alone:
        rung = Rung.EXERCISED if chosen.facts is not None else Rung.CONFIGURED
        yield Met(chosen.place, f"`{chosen.key}` looks before it says that requests may be sent here.", rung)
    elif looking:
        need_every_route(project)
        yield Hit(
            looking[0].place,
            f"`{looking[0].key}` is the only health route and looks at dependencies: an orchestrator that asks it for liveness "
            "restarts every instance when one of them is down. Keep it for readiness and add a liveness route that looks at "
            "nothing.",
        )
    elif library := library_routes(project, app):
        yield Met(app.place, f"`{library}` answers health checks.", Rung.CONFIGURED)
    elif not (needed := needs(project)):
        raise NotApplicable("the service needs no database and no other service, as far as the code shows")
    elif named:
        yield Hit(
            named[0].place,
            f"`{named[0].key}` says that the service is ready and looked at nothing. Let it ask what requests need "
            f"({in_words(needed)}), and answer 503 where that does not answer.",
        )
    else:
        need_every_route(project)
        yield Hit(
            app.place,
            f"No route says whether {in_words(needed)} can be reached, so a rollout sends requests to instances that cannot "
            "answer them. Add `GET /health/ready` that finds out.",
        )
