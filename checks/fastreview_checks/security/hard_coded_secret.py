"""Secret in the code

Whoever can read the repository, its history, an image or a log of a build has the secret, and it cannot be changed
without a deployment. A signing key with a default is the worst of them: everything starts without anybody setting it, and
then whoever knows the default can issue tokens for every user.

## Improve

Declare the setting without a default, so that the service does not start without it, and read it from the environment
or a secret store. Take the value for new: what was committed stays in the history.

Then make the settings in a function that a dependency, or the function that builds the app, calls. Made at the top of a
module, they would now need the secret for every import: of the tests, of migrations, of the OpenAPI document (ARC012).

## When not to apply

Names that only point to a secret (`${DB_PASSWORD}`), examples in documentation, tests, `.env.example`, and placeholders
that settings refuse are not reported. Passwords of a development database, and placeholders of a feature that is off by
default, are shown and not counted.

## Read

- [FastAPI: settings and environment variables](https://fastapi.tiangolo.com/advanced/settings/)
- [Pydantic: settings management](https://docs.pydantic.dev/latest/concepts/pydantic_settings/)

```python bad
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    jwt_secret: str = "please-change-me"  # finding
    openai_api_key: str = "your-api-key"
```

```python fixed
from functools import lru_cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    jwt_secret: SecretStr
    openai_api_key: SecretStr


@lru_cache
def get_settings() -> Settings:
    return Settings()  # asked for by Depends(get_settings), and not on import
```

```python bad
import os

SECRET_KEY = os.getenv("SECRET_KEY", "3488a63e1765035d386f05409663f55c")  # finding
DEFAULT_PASSWORD = "Welcome123"  # finding
TOKEN_URL = "https://login.example.com/token"
ACCESS_TOKEN = "access_token"
```

A default that the project's own reader of secrets is given:

```python bad
from app.vault import get_secret

SECRET_KEY = get_secret("SECRET_KEY", "not-for-production")  # finding
GREETING = get_secret("GREETING", "hello")
API_KEY = get_secret("API_KEY", default=None)
```

A default where the key is used:

```python bad
import os

from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.environ.get("SESSION_SECRET_KEY", "!secret"))  # finding
```

A seeded account with a fixed password:

```python bad
from app.users import create_user


async def seed() -> None:
    await create_user(email="admin@example.com", password="123456")  # finding
```

The address of a store with its password:

```python bad
import urllib.parse

from pymongo import MongoClient
from sqlmodel import create_engine

url = f"mongodb+srv://shop:Kj3-pq9w@cluster0.bmxqz.example.net/shop?retryWrites=true"  # finding
client = MongoClient("mongodb://shop:Kj3-pq9w@mongo.example.net/shop")  # finding
engine = create_engine(
    "mysql+pymysql://{user}:{password}@{host}/shop".format(  # finding
        user="shop", password=urllib.parse.quote("Kj3@pq9w"), host="192.0.2.7"
    )
)
```

```python good
import os
import urllib.parse

from sqlmodel import create_engine

password = urllib.parse.quote(os.environ["DB_PASSWORD"])
host = os.environ["DB_HOST"]
engine = create_engine(f"mysql+pymysql://shop:{password}@{host}/shop")
local = create_engine("postgresql://localhost/shop")
```

Keys that are for everybody to see, and settings that only tests run with:

```python good
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_key: str
    posthog_api_key: str = "phc_aK3mX9qLwT5vB7nR2dYc8sFgH4jE6uZp"


class TestSettings(Settings):
    secret_key: str = "only-for-tests"
```

A placeholder that cannot start in production:

```python good
from pydantic import model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    environment: str = "local"
    secret_key: str = "changethis"

    @model_validator(mode="after")
    def refuse_default(self) -> "Settings":
        if self.secret_key == "changethis" and self.environment != "local":
            raise ValueError("set SECRET_KEY")
        return self
```
"""

from fastreview.api import Confidence, Found, Hit, Place, Project, check
from fastreview_checks.knowledge.importing import made_at_import
from fastreview_checks.knowledge.security.literals import secrets_in_code, secrets_in_files

_LATER = " Make the settings in a dependency or in the function that builds the app then: imports would need the value."


@check("SEC007", dimension="security", level=1, never=True, effort="minutes", veiled=True)
def hard_coded_secret(project: Project) -> Found:
    seen = set()
    for secret in (*secrets_in_code(project), *secrets_in_files(project)):
        if (secret.place, secret.name) in seen:
            continue
        seen.add((secret.place, secret.name))
        yield Hit(
            secret.place,
            f"{secret.said}. Take it out, read it from the environment without a default, and replace the value."
            f"{_LATER if _read_on_import(secret.place, project) else ''}",
            symbol=secret.name,
            confidence=Confidence.POSSIBLE if secret.doubtful else Confidence.LIKELY,
        )


def _read_on_import(place: Place, project: Project) -> bool:
    """Whether it is a default of settings that are made at the top of a module: without it, the import would fail."""
    return any(
        settings.cls.place.path == place.path
        and settings.cls.place.line <= place.line <= settings.cls.place.end_line
        and made_at_import(settings.cls, project)
        for settings in project.settings
    )
