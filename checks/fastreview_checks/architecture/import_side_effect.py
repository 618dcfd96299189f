"""Importing the service does more than define it

A module that connects, writes or starts something when it is imported does so for every test, every command, every
migration and every worker, in whatever order they import it. Where the database is away or a secret is missing, nothing
can be imported at all: not the tests, not the OpenAPI document.

## Improve

Open connections and start threads in the lifespan, make tables in migrations, and read settings in a cached function
that a dependency asks, or in the function that builds the app when the server calls it (`uvicorn --factory`). What is
left at the top of a module then only defines things. A default for a secret is no way out: it lets everything start
with a value that everybody can read (SEC007).

## When not to apply

Creating an engine or a lazy client connects to nothing yet, and settings whose every secret has a default that cannot
start in production need nothing. Where a committed `.env` gives the secrets, imports of a checkout work, and the finding is
only possible. Code under `if __name__ == "__main__"` does not run on import.

## Read

- [Lifespan events](https://fastapi.tiangolo.com/advanced/events/)
- [Settings in a dependency](https://fastapi.tiangolo.com/advanced/settings/#settings-in-a-dependency)

```python bad
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase

engine = create_engine("postgresql://localhost/orders")


class Base(DeclarativeBase):
    pass


Base.metadata.create_all(bind=engine)  # finding
app = FastAPI()
```

```python fixed
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase

engine = create_engine("postgresql://localhost/orders")  # connects when it is first used


class Base(DeclarativeBase):
    pass


app = FastAPI()  # its tables are made by `alembic upgrade head`, before it starts
```

A client that connects is opened in the lifespan:

```python good
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    async with httpx.AsyncClient(timeout=5) as client:
        yield {"client": client}


app = FastAPI(lifespan=lifespan)
```

A folder that is made, however its path is put together, and an exporter that sends from a thread:

```python bad
from pathlib import Path

from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

UPLOADS = Path(__file__).resolve().parent / "uploads"
UPLOADS.mkdir(exist_ok=True)  # finding


def trace_requests() -> None:
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


trace_requests()  # finding
app = FastAPI()
```

A log file is opened when its handler is made:

```python bad app/logs.py
from logging.config import dictConfig

LOGGING = {
    "version": 1,
    "handlers": {"file": {"class": "logging.handlers.RotatingFileHandler", "filename": "app.log"}},
    "root": {"handlers": ["file"]},
}
dictConfig(LOGGING)  # finding
```

```python bad app/main.py
from fastapi import FastAPI

import app.logs

app = FastAPI()
```

What an imported module calls counts, the defaults of its classes too:

```python bad app/main.py
from fastapi import FastAPI

from app.rates import Rates

app = FastAPI()


@app.get("/rates")
def rates() -> Rates:
    return Rates()
```

```python bad app/rates.py
import requests
from pydantic import BaseModel


def current() -> float:
    return requests.get("https://rates.example.com/eur", timeout=5).json()


class Rates(BaseModel):
    eur: float = current()  # finding
```

Settings that are read on import need their secrets then:

```python bad app/main.py
from fastapi import FastAPI

from app.settings import settings

app = FastAPI(title=settings.title)
```

```python bad app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "orders"
    jwt_secret: str


settings = Settings()  # finding
```

A dependency that asks for them needs the secret when a request comes:

```python good app/main.py
from typing import Annotated

from fastapi import Depends, FastAPI

from app.settings import Settings, get_settings

app = FastAPI(title="orders")


@app.get("/keys")
def keys(settings: Annotated[Settings, Depends(get_settings)]) -> int:
    return len(settings.jwt_secret.get_secret_value())
```

```python good app/settings.py
from functools import lru_cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    jwt_secret: SecretStr


@lru_cache
def get_settings() -> Settings:
    return Settings()
```
"""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import Confidence, Found, Hit, Met, Module, NotApplicable, Place, Project, Related, Rung, check
from fastreview_checks.knowledge.importing import (
    Effect,
    effects_of_import,
    imported_by_app,
    needed_secrets,
    supplied_names,
)
from fastreview_checks.knowledge.needed_variables import needed_variables

_SEEN = {
    "connect": "reached for the network",
    "write": "wrote to the disk",
    "spawn": "started a process",
    "thread": "started a thread",
}


@check("ARC012", dimension="architecture", level=1, gate=True, each=Module, effort="hours")
def import_side_effect(module: Module, project: Project) -> Found:
    if not project.apps:
        raise NotApplicable("the project creates no app")
    told = _told(project)
    if module.path not in told and module.path not in _loaded(project):
        raise NotApplicable("the module is not imported with the app")
    yield from told.get(module.path, ())
    if not told and module.path == project.apps[0].place.path:
        yield from _clean(module.place, project)


@lru_cache(maxsize=1)
def _loaded(project: Project) -> frozenset[str]:
    return frozenset(module.path for module in imported_by_app(project))


@lru_cache(maxsize=1)
def _told(project: Project) -> dict[str, list[Hit]]:
    """By the path of a module what happens when it is imported, each place once."""
    known = {module.path for module in project.service_modules}
    places: set[tuple[str, int]] = set()
    found: dict[str, list[Hit]] = {}
    for hit in (*_read(project), *_watched(project)):
        where = (hit.place.path, hit.place.line)
        if where not in places:
            places.add(where)
            home = hit.place.path if hit.place.path in known else project.apps[0].place.path
            found.setdefault(home, []).append(hit)
    return found


def _read(project: Project) -> Iterator[Hit]:
    sources: dict[Place | str, list[Effect]] = {}
    for effect in effects_of_import(project):
        # Several ways to one call are one finding, and so is one line that several modules repeat.
        source = effect.related[0].place if effect.related else effect.name or effect.place
        sources.setdefault(source, []).append(effect)
    for effects in sources.values():
        effect = min(effects, key=lambda one: one.guarded)
        others = tuple(Related(one.place, "and here") for one in effects if one is not effect)
        under = " where a condition holds" if effect.guarded else ""
        yield Hit(
            effect.place,
            f"Importing this module {effect.what}{under}, for tests, commands and every worker alike. "
            "Do it in the lifespan or in the function that builds the app.",
            related=(*effect.related, *others),
            confidence=Confidence.POSSIBLE if effect.guarded else Confidence.LIKELY,
        )
    supplied = supplied_names(project)
    for place, settings, names in needed_secrets(project):
        some = ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield Hit(
            place,
            f"Importing this module reads `{settings.name}`, which fails without {some}. "
            "Read the settings in a cached function that a dependency asks, or in the function that builds the app when the "
            "server calls it; a default for the secret would be no repair.",
            symbol=settings.name,
            confidence=Confidence.POSSIBLE if all(supplied(name) for name in names) else Confidence.LIKELY,
        )

    for place, names in needed_variables(project):
        some = ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield Hit(
            place,
            f"Importing this module fails where the environment has no {some}. Read the settings in a cached function that a "
            "dependency asks; a default for the secret would be no repair.",
            symbol="environment",
            confidence=Confidence.POSSIBLE if all(supplied(name) for name in names) else Confidence.LIKELY,
        )


def _watched(project: Project) -> Iterator[Hit]:
    """What the import was seen to do."""
    probe = project.facts.probe
    for effect in probe.side_effects if probe is not None and probe.apps else ():
        if effect.path and effect.event in _SEEN:
            yield Hit(
                Place(effect.path, effect.line),
                f"Importing the app {_SEEN[effect.event]} here ({effect.detail[:80]}). "
                "Do it in the lifespan or in the function that builds the app.",
                symbol=effect.event,
                confidence=Confidence.CERTAIN,
            )


def _clean(place: Place, project: Project) -> Iterator[Met]:
    probe = project.facts.probe
    if probe is not None and probe.apps:
        said = f"Importing the app took {probe.import_seconds:.1f} s and connected, wrote and started nothing"
        yield Met(place, said, Rung.EXERCISED)
