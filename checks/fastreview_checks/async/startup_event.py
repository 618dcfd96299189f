"""Startup and shutdown events instead of a lifespan

`on_event("startup")` and `on_event("shutdown")` are deprecated: start-up and clean-up stand apart, share nothing but
globals, and nothing ties what one opens to what the other closes. Worse, as soon as the app gets a `lifespan`, the
handlers registered on the app are skipped without a word.

## Improve

Write one async context manager: what stands before `yield` runs at start-up, what follows it, in `finally`, at
shut-down. Pass it as `FastAPI(lifespan=...)`.

## When not to apply

An app without start-up or shut-down code has nothing to move.

## Read

- [FastAPI: lifespan events](https://fastapi.tiangolo.com/advanced/events/)
- [Starlette: lifespan](https://www.starlette.io/lifespan/)

```python bad
from fastapi import FastAPI

from app.database import engine

app = FastAPI()


@app.on_event("shutdown")  # finding
async def close() -> None:
    await engine.dispose()
```

```python fixed
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.database import engine


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await engine.dispose()


app = FastAPI(lifespan=lifespan)
```

With a lifespan beside it, the handler never runs:

```python bad
from fastapi import FastAPI

from app.life import lifespan

app = FastAPI(lifespan=lifespan)


def warm_up() -> None:
    print("never printed")


app.add_event_handler("startup", warm_up)  # finding
```

Arguments by name, and an event that only the run knows:

```python bad
from fastapi import FastAPI

from app.life import close, hooks

app = FastAPI()
app.add_event_handler(event_type="shutdown", func=close)  # finding

for event, hook in hooks():
    app.add_event_handler(event, hook)  # finding
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from collections.abc import Iterator

from fastreview.api import App, Confidence, Found, Hit, Met, NotApplicable, Place, Project, Rung, check, syntax

_OTHER = {"startup": "what ends it", "shutdown": "what it ends"}
_UNKNOWN = "what belongs to it"


@check("ASY005", dimension="async", level=1, gate=True, each=App, effort="hours")
def startup_event(app: App, project: Project) -> Found:
    lifespan = app.keyword("lifespan")
    has_lifespan = not isinstance(lifespan, syntax.Missing) and lifespan is not None
    handlers = sorted(set(_handlers(app)))
    for place, event, on_app in handlers:
        yield Hit(
            place,
            f"This {event or 'event'} handler never runs: the app has a `lifespan`, and then FastAPI skips the app's event "
            "handlers. Move its work into the lifespan."
            if has_lifespan and on_app
            else f"The {event or 'event'} handler is registered as an event, which is deprecated and stands apart from "
            f"{_OTHER.get(event, _UNKNOWN)}. Move its work into a lifespan context manager.",
            symbol=event,
            confidence=Confidence.CERTAIN,
        )
    if handlers:
        return
    if has_lifespan or (app.facts is not None and app.facts.lifespan is not None):
        seen = Rung.EXERCISED if app.facts is not None else Rung.CONFIGURED
        yield Met(app.place, "Start-up and shut-down are one lifespan context.", seen)
    else:
        raise NotApplicable("the app has no start-up or shut-down code")


def _handlers(app: App) -> Iterator[tuple[Place, str, bool]]:
    """Where event handlers are registered and whether on the app itself: those of included routers run in any case."""
    if app.router is None:
        facts = app.facts
        for event, places in (("startup", facts.startup), ("shutdown", facts.shutdown)) if facts else ():
            yield from ((Place(p.path, p.line), event, True) for p in places if p.path)
        return
    chains = (route.listed.chain for route in app.routes if route.listed is not None)
    routers = {id(router): router for chain in chains for router, _ in chain}
    for router in {id(app.router): app.router, **routers}.values():
        for event, code, line in router.events:
            yield Place(code.module.path, line), event, router.is_app
        for option in ("on_startup", "on_shutdown"):
            given = router.call.keyword(option)
            if isinstance(given, syntax.Ref) or (isinstance(given, syntax.Items) and given.values):
                yield router.place, option.removeprefix("on_"), router.is_app
