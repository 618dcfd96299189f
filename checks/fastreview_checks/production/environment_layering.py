"""Environments told apart in code

`if environment == "production"` runs for the first time in production: no test and no other environment takes that branch.
Without an example file each newcomer collects the variables from the code, and a secret that is a plain `str` stands in the
first traceback or log line that shows the settings.

## Improve

Make each difference a setting of its own (`docs_enabled`, `sentry_dsn`) with a safe default. Commit an `.env.example` with
every variable. Type secrets as `SecretStr`.

## Read

- [The twelve-factor app: config](https://12factor.net/config)
- [Pydantic settings](https://docs.pydantic.dev/latest/concepts/pydantic_settings/)
- [Pydantic secrets](https://docs.pydantic.dev/latest/api/types/#pydantic.types.SecretStr)

```python bad app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    environment: str = "local"
    jwt_secret_key: str  # finding


settings = Settings()
```

```python bad app/main.py
from fastapi import FastAPI

from app.settings import settings

app = FastAPI(docs_url=None if settings.environment == "production" else "/docs")
```

```python fixed app/settings.py
from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    docs_url: str | None = None
    jwt_secret_key: SecretStr


settings = Settings()
```

```python fixed app/main.py
from fastapi import FastAPI

from app.settings import settings

app = FastAPI(docs_url=settings.docs_url)
```

```text fixed .env.example
JWT_SECRET_KEY=change-me
DOCS_URL=/docs
```
"""

from fastreview.api import Found, Hit, Met, Place, Project, Related, Side, check
from fastreview_checks.knowledge.configuration import converting_reader
from fastreview_checks.knowledge.production.environments import branches, plain_secrets, settings_classes

_SHOWN = 10


@check("PRD002", dimension="production", level=2, credit=2, needs=(Side.SOURCE, Side.FILES), effort="hours")
def environment_layering(project: Project) -> Found:
    classes = settings_classes(project)
    reader = None if classes else converting_reader(project)
    if not classes and reader is None:
        yield Hit(
            project.place,
            "Nothing separates environments: there is no settings object whose values a file or variables could layer. "
            "Declare one, commit an `.env.example`, and type secrets as `SecretStr`.",
        )
        return
    example = next((Place(e.path) for e in project.facts.files.environments if e.example), None)
    plain, kept = plain_secrets(project)
    asking = list(branches(project))
    home = reader or classes[0].place
    missing: list[str] = []
    if plain:
        missing.append(
            f"`{plain[0].name}` is plain text" if len(plain) == 1 else f"{len(plain)} secrets are plain text"
        )
    if asking:
        missing.append(f"the code asks for the environment (`{asking[0].text}`)")
    if example is None:
        missing.append("no `.env.example` lists the variables")
    if not missing:
        said = (
            "Environments differ by values only, with an example and typed secrets."
            if kept
            else "Environments differ by values only."
        )
        yield Met(example or home, said)
        return
    related = [Related(one.place, f"`{one.name}` is plain text") for one in plain[1:_SHOWN]]
    related += [Related(one.place, f"asks `{one.text}`") for one in asking[:_SHOWN]]
    said = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else missing[0]
    yield Hit(
        plain[0].place if plain else asking[0].place if asking else home,
        f"Environments are layered in part: {said}. Let values alone make the difference, with an example file and "
        "`SecretStr` for secrets.",
        related=tuple(related),
    )
