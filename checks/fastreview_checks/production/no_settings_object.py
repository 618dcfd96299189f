"""No typed settings object

Configuration that is read with `os.getenv` where it is needed fails where it is needed: a missing variable at the first
payment, a port that is text, a timeout of `"30"`. Constants in the code cannot differ between environments at all.

## Improve

Declare one `class Settings(BaseSettings)` with typed fields and no default for what must be given. It is read and checked
once at start, and injected.

## When not to apply

A dataclass, Pydantic model or msgspec struct that is filled from the environment or a file and passed on counts as well.

## Read

- [Settings and environment variables](https://fastapi.tiangolo.com/advanced/settings/)
- [Settings management](https://docs.pydantic.dev/latest/concepts/pydantic_settings/)
- [The twelve-factor app: config](https://12factor.net/config)

```python bad app/database.py
DATABASE_URL = "sqlite:///./shop.db"  # finding
```

```python bad app/main.py
import os

from fastapi import FastAPI

app = FastAPI()
SECRET = os.getenv("SECRET")
```

A class around `os.getenv` checks and converts nothing:

```python bad app/config.py
import os


class Settings:
    port: int = os.getenv("PORT", "8000")  # finding


settings = Settings()
```

```python fixed app/config.py
from pydantic import PostgresDsn, SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: PostgresDsn
    secret: SecretStr
```

```python good app/config.py
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    database_url: str
    pool_size: int


def load_config() -> Config:
    return Config(os.environ["DATABASE_URL"], int(os.environ.get("POOL_SIZE", "5")))
```

Settings of another package, which is not read:

```python unknown app/main.py
import os

from acme_shared.settings import get_settings
from fastapi import FastAPI

settings = get_settings()
app = FastAPI(title=settings.title, debug=os.getenv("DEBUG") == "1")
```

Fields that a reader converts are typed as well, and so are traits that traitlets fills:

```python good app/config.py
from environs import Env

env = Env()


class Config:
    database_url = env.str("DATABASE_URL")
    pool_size = env.int("POOL_SIZE", 5)
    debug = env.bool("DEBUG", False)
```

```python good app/server.py
from traitlets import Integer, Unicode
from traitlets.config import Application


class Server(Application):
    address = Unicode("0.0.0.0", config=True)
    port = Integer(8000, config=True)
    database_url = Unicode(config=True)
```
"""

from fastreview.api import Found, Hit, Met, Project, Related, Rung, Side, Unknown, check
from fastreview_checks.knowledge.configuration import converting_reader, own_settings, scattered, settings_elsewhere


@check("PRD001", dimension="production", level=1, gate=True, needs=(Side.SOURCE,), effort="hours")
def no_settings_object(project: Project) -> Found:
    if project.settings:
        settings = max(project.settings, key=lambda one: len(one.cls.facts.fields))
        extended = {base.key for one in project.settings for base in one.cls.ancestry.project if base is not one.cls}
        parts = sum(one.cls.key not in extended for one in project.settings)
        what = f"`{settings.name}` reads and checks" if parts < 2 else f"{parts} settings classes read and check"
        yield Met(settings.place, f"{what} the configuration once.", Rung.CONFIGURED)
        return
    own = next(own_settings(project), None)
    if own is not None:
        yield Met(own.place, f"`{own.name}` holds the configuration as typed fields.", Rung.CONFIGURED)
        return
    reader = converting_reader(project)
    if reader is not None:
        yield Met(reader, "The configuration is read and converted in one module.", Rung.CONFIGURED)
        return
    elsewhere = settings_elsewhere(project)
    if elsewhere:
        raise Unknown(f"how `{elsewhere}`, of another package, reads the configuration")
    places = sorted(scattered(project))
    if not places:
        yield Hit(
            project.place,
            "No typed settings object holds the configuration, so nothing checks or converts what differs between "
            "environments. Declare a `BaseSettings` class for it.",
        )
        return
    files = len({place.path for place, _ in places})
    yield Hit(
        places[0][0],
        f"Configuration stands in {len(places)} place{'s' if len(places) > 1 else ''} of {files} "
        f"file{'s' if files > 1 else ''}, where nothing checks or converts it before it is used. Declare one "
        "`BaseSettings` class with typed fields and read it at start.",
        related=tuple(Related(place, what) for place, what in places[1:]),
    )
