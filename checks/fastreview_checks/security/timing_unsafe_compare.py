"""Secret compared with ==

`==` stops at the first character that differs, so the time it takes tells how much of a guess was right. Measured often
enough, a key or signature can be found piece by piece.

## Improve

Compare with `secrets.compare_digest`, on bytes where the text may hold more than ASCII.

## When not to apply

Comparisons between values that are no secrets of the service, or that a database makes, are not reported.

## Read

- [Python: hmac.compare_digest](https://docs.python.org/3/library/hmac.html#hmac.compare_digest)
- [FastAPI: timing attacks](https://fastapi.tiangolo.com/advanced/security/http-basic-auth/#timing-attacks)

```python bad
import hashlib
import hmac
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Request

from app.config import settings

app = FastAPI()


@app.get("/report")
def report(x_api_key: Annotated[str, Header()]) -> None:
    if x_api_key != settings.api_key:  # finding
        raise HTTPException(401)


@app.post("/webhook")
async def webhook(request: Request, x_signature: Annotated[str, Header()]) -> None:
    expected = hmac.new(settings.webhook_secret.encode(), await request.body(), hashlib.sha256).hexdigest()
    if expected != x_signature:  # finding
        raise HTTPException(401)
```

A setting that the settings inherit is one:

```python bad
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from pydantic_settings import BaseSettings


class Installing(BaseModel):
    first_install_token: str = ""


class Settings(Installing, BaseSettings):
    port: int = 8000


settings = Settings()
app = FastAPI()


@app.put("/install")
def install(token: str) -> None:
    if settings.first_install_token != token:  # finding
        raise HTTPException(401)
```

```python fixed
import hashlib
import hmac
import secrets
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Request

from app.config import settings

app = FastAPI()


@app.get("/report")
def report(x_api_key: Annotated[str, Header()]) -> None:
    if not secrets.compare_digest(x_api_key, settings.api_key):
        raise HTTPException(401)


@app.post("/webhook")
async def webhook(request: Request, x_signature: Annotated[str, Header()]) -> None:
    expected = hmac.new(settings.webhook_secret.encode(), await request.body(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, x_signature):
        raise HTTPException(401)
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/same")
def same(token_type: str, checksum: str) -> bool:
    return token_type == "bearer" and checksum == "0"
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, check
from fastreview_checks.knowledge.security.comparing import unsafe_comparisons


@check("SEC015", dimension="security", level=2, credit=1, effort="minutes")
def timing_unsafe_compare(project: Project) -> Found:
    found = False
    for comparison in unsafe_comparisons(project):
        found = True
        yield Hit(
            comparison.place,
            f"`{comparison.code.qualname}` compares {_shown(comparison.secret)} with `==`, whose time tells how much of a guess "
            "was right. Use `secrets.compare_digest`.",
            symbol=comparison.code.qualname,
        )
    safe = next(project.calls("compare_digest"), None)
    if safe is not None:
        yield Met(safe.place, "Secrets are compared in constant time.")
    elif not found:
        raise NotApplicable("no secret is compared")


def _shown(secret: str) -> str:
    return secret if " " in secret else f"`{secret}`"
