"""Environment read outside of the settings

Each `os.environ` in a router or service is a setting that nobody can list: it has no type, no default in one place, no
error at start when it is missing, and a test must change the environment of the whole process to reach it.

## Improve

Make it a field of the settings object, which is read once, and hand that object or the value on: as a dependency to
endpoints, as a constructor argument to services.

## When not to apply

Reads under `if __name__ == "__main__"`, variables of the platform and the server (`HOSTNAME`, `FORWARDED_ALLOW_IPS`), what
a process hands to one that it starts, and what is written into the environment for a library are not settings of the
service. In modules that the app is not seen to import, the finding is only possible.

## Read

- [Settings and environment variables](https://fastapi.tiangolo.com/advanced/settings/)
- [Pydantic Settings](https://docs.pydantic.dev/latest/concepts/pydantic_settings/)

```python bad app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "orders"
```

```python bad app/mail.py
import os


def sender() -> str:
    return os.environ["MAIL_SENDER"]  # finding
```

```python fixed app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "orders"
    mail_sender: str


settings = Settings()
```

```python fixed app/mail.py
from app.settings import Settings


def sender(settings: Settings) -> str:
    return settings.mail_sender
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```

What a process hands to one that it starts is no setting:

```python good app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "orders"
```

```python good app/jobs.py
import os
import subprocess
import sys


def start(job: str) -> None:
    subprocess.run([sys.executable, "-m", "app.job"], env={**os.environ, "APP_JOB": job}, check=True)
```

```python good app/job.py
import os


def job() -> str:
    return os.environ["APP_JOB"]
```
"""

from fastreview.api import Confidence, Found, Hit, Module, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.architecture.environment import configuration


@check("ARC017", dimension="architecture", level=1, gate=True, each=Module, effort="hours")
def configuration_scattered(module: Module, project: Project) -> Found:
    found = configuration(project)
    if module.path in found.places:
        return
    if module.path not in found.own:
        raise NotApplicable("the module belongs to a command, a plugin or another program")
    reads = found.reads.get(module.path)
    if not reads:
        if module.path in found.users:
            return
        raise NotApplicable("the module reads no configuration")
    (place, first), *others = reads
    names = list(dict.fromkeys(f"`{name}`" for _, name in reads if name))
    what = (
        ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") if names else "the environment"
    )
    beside = ""
    if found.settings is not None and _is_near(found.settings.place.path, module.path):
        beside = f", beside the settings in `{found.settings.place.path}`"
    yield Hit(
        place,
        f"`{module.name}` reads {what} itself{beside}: without a type, a check at start or a place to look it up. "
        f"Make it a field of {'the' if beside else 'a'} settings object and hand it on.",
        symbol=first,
        related=tuple(Related(other, f"reads `{name}`" if name else "reads the environment") for other, name in others),
        confidence=Confidence.LIKELY if names and module.path in found.loaded else Confidence.POSSIBLE,
    )


def _is_near(settings: str, path: str) -> bool:
    """Whether both stand in one folder below the root, or one of them in none: other folders may be other programs."""
    return "/" not in settings or "/" not in path or settings.partition("/")[0] == path.partition("/")[0]
