"""Login without a limit

A login that answers as often as it is asked can be asked a million times: passwords stolen elsewhere are tried by machine,
and each try costs the service a slow hash. The same holds for routes whose every call costs money or another service's
time.

## Improve

Count the attempts of an address and of an account in storage that all workers share, and answer 429 with `Retry-After`
beyond the limit: with slowapi or fastapi-limiter, or in a dependency of one's own.

## When not to apply

A gateway in front of the service may do it. The configuration of gateways is not read: waive it with a note that says
where.

## Read

- [OWASP: authentication, protection against automated attacks](https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#protect-against-automated-attacks)
- [OWASP API4: unrestricted resource consumption](https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/)
- [SlowApi](https://slowapi.readthedocs.io/en/latest/)

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordRequestForm
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware
from slowapi.util import get_remote_address

limiter = Limiter(key_func=get_remote_address)
app = FastAPI()
app.add_middleware(SlowAPIMiddleware)


@app.post("/token")
async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:  # finding
    return form.username
```

```python fixed
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.security import OAuth2PasswordRequestForm
from slowapi import Limiter
from slowapi.util import get_remote_address

limiter = Limiter(key_func=get_remote_address)
app = FastAPI()
app.state.limiter = limiter


@app.post("/token")
@limiter.limit("5/minute")
async def token(request: Request, form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    return form.username
```

A dependency of one's own:

```python good
from fastapi import Depends, FastAPI, HTTPException, Request

from app.counting import attempts_of

app = FastAPI()


async def few_attempts(request: Request) -> None:
    if await attempts_of(request.client) > 5:
        raise HTTPException(429, "Try again later.")


@app.post("/login", dependencies=[Depends(few_attempts)])
async def login(name: str, password: str) -> str:
    return name
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
async def orders() -> list[str]:
    return []
```

Every call costs another service's time:

```python bad
import httpx
from fastapi import FastAPI

app = FastAPI()  # finding


@app.get("/rates")
async def rates(currency: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get("https://rates.example.com", params={"of": currency})).text
```
"""

from fastreview.api import Found, Hit, Met, Project, Route, Rung, check
from fastreview_checks.knowledge.security.rate_limits import (
    costly_packages,
    counts_attempts,
    is_limited,
    is_login,
    limiting_middleware,
)
from fastreview_checks.knowledge.unread_routes import need_every_route, without_routes

_SHOWN = 5


@check("SEC009", dimension="security", level=2, credit=3, effort="hours")
def no_rate_limit(project: Project) -> Found:
    everywhere = {id(m.app): m for m in limiting_middleware(project)}
    logins = [route for route in project.routes if is_login(route)]
    open_ones = [
        r
        for r in logins
        if id(r.app) not in everywhere and not is_limited(r, project) and not counts_attempts(r, project)
    ]
    if open_ones:
        for route in open_ones[:_SHOWN]:
            yield Hit(
                route.place,
                f"{route.key} takes as many guesses as somebody sends: nothing limits the attempts. Count them by address and "
                "account, and answer 429 beyond a limit.",
                symbol=route.key,
            )
    elif logins:
        yield Met(logins[0].place, "Attempts to log in are limited.", _rung(logins[0]))
    elif everywhere:
        middleware = next(iter(everywhere.values()))
        yield Met(middleware.place, "Middleware limits how often clients may ask.", _middleware_rung(middleware.facts))
    else:
        yield from _without_login(project)


def _without_login(project: Project) -> Found:
    limited = next((r for r in project.routes if r.is_api and is_limited(r, project)), None)
    if limited is not None:
        yield Met(limited.place, f"How often clients may call {limited.key} is limited.", _rung(limited))
    elif costly := costly_packages(project):
        need_every_route(project)
        yield Hit(
            max(project.apps, key=lambda app: len(app.routes)).place,
            f"No route limits how often it is called, although calls cost others' time or money ({', '.join(costly[:3])}). "
            "Limit the costly routes by client.",
            symbol="costly",
        )
    else:
        raise without_routes(project, "there is no login and no costly route")


def _rung(route: Route) -> Rung:
    return Rung.EXERCISED if route.facts is not None else Rung.CONFIGURED


def _middleware_rung(facts: object) -> Rung:
    return Rung.EXERCISED if facts is not None else Rung.CONFIGURED
