"""Long sessions in tokens that cannot be taken back

An access token is believed until it expires. Where it lives for days, so does a stolen one, and neither logout nor a
changed password ends it. Short tokens with a refresh token solve that only if the refresh token is exchanged at each use
and can be revoked: else it is the long-lived token under another name.

## Improve

Let access tokens live for minutes. Keep refresh tokens in storage, give a new one at each use, end the whole session
when an old one comes back, and revoke at logout. Or leave sign-in to an identity provider.

## When not to apply

Sessions that the server keeps can be ended there. Tokens between services, for one link or one download, are not meant.

## Read

- [RFC 9700: refresh token protection](https://www.rfc-editor.org/rfc/rfc9700#name-refresh-token-protection)
- [OWASP: session management](https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html)

```python bad
from datetime import UTC, datetime, timedelta

import jwt
from fastapi import FastAPI

from app.config import settings

ACCESS_TOKEN_EXPIRE_MINUTES = 60 * 24 * 8
app = FastAPI()


@app.post("/login")
def login(name: str, password: str) -> str:
    expires = datetime.now(UTC) + timedelta(minutes=ACCESS_TOKEN_EXPIRE_MINUTES)
    return jwt.encode({"sub": name, "exp": expires}, settings.key, algorithm="HS256")  # finding
```

```python fixed
from datetime import UTC, datetime, timedelta

import jwt
from fastapi import FastAPI

from app.config import settings
from app.sessions import find_session, revoke_session, store_refresh_token

ACCESS_TOKEN_EXPIRE_MINUTES = 10
app = FastAPI()


def access_token(name: str) -> str:
    expires = datetime.now(UTC) + timedelta(minutes=ACCESS_TOKEN_EXPIRE_MINUTES)
    return jwt.encode({"sub": name, "exp": expires}, settings.key, algorithm="HS256")


@app.post("/refresh")
def refresh(token: str) -> dict[str, str]:
    session = find_session(token)
    if session.used:
        revoke_session(session)
    return {"access_token": access_token(session.name), "refresh_token": store_refresh_token(session)}
```

Refreshed, and never exchanged or revoked:

```python bad
from datetime import UTC, datetime, timedelta

import jwt
from fastapi import FastAPI

from app.config import settings

app = FastAPI()


def create(name: str, lifetime: timedelta) -> str:
    return jwt.encode({"sub": name, "exp": datetime.now(UTC) + lifetime}, settings.key, algorithm="HS256")


@app.post("/refresh")
def refresh(refresh_token: str) -> str:  # finding
    name = jwt.decode(refresh_token, settings.key, algorithms=["HS256"])["sub"]
    return create(name, timedelta(minutes=10))
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, Rung, check
from fastreview_checks.knowledge.security.token_lifecycle import (
    LONGEST_ACCESS,
    access_minutes,
    external_provider,
    issuing_calls,
    refresh_routes,
    revokes,
    rotates,
)
from fastreview_checks.knowledge.unread_routes import need_every_route, without_routes


@check("SEC005", dimension="security", level=2, credit=3, effort="days")
def no_refresh_tokens(project: Project) -> Found:
    issued = next(issuing_calls(project), None)
    rung = Rung.EXERCISED if any(route.facts is not None for route in project.routes) else Rung.CONFIGURED
    if issued is None:
        provider = external_provider(project)
        if not provider:
            raise without_routes(project, "the service issues no tokens to users")
        yield Met(project.place, f"Users sign in with an identity provider ({provider}).", rung)
        return
    minutes = access_minutes(project)
    long = f"access tokens live for {_duration(minutes)}" if minutes is not None and minutes > LONGEST_ACCESS else ""
    routes = refresh_routes(project)
    if not routes and not long and revokes([], project):
        raise NotApplicable("sessions are kept by the service, which can end them")
    if not routes:
        need_every_route(project)
        yield Hit(
            issued.place,
            f"{long[:1].upper()}{long[1:]}{' and' if long else 'Access tokens'} are all there is: nothing refreshes or revokes "
            "them. Make them short, with refresh tokens that are exchanged at each use and revoked at logout.",
            symbol=issued.code.qualname,
        )
        return
    lacking = [
        *([long] if long else []),
        *([] if rotates(routes, project) else ["refreshing gives no new refresh token"]),
        *([] if revokes(routes, project) else ["nothing revokes refresh tokens"]),
    ]
    if lacking:
        yield Hit(
            routes[0].place,
            f"Partial: tokens are refreshed, but {' and '.join(lacking)}. A stolen one stays valid: exchange refresh tokens at "
            "each use, and revoke them at logout.",
            symbol="partial",
        )
    else:
        yield Met(
            routes[0].place, "Short access tokens are renewed by refresh tokens that rotate and can be revoked.", rung
        )


def _duration(minutes: float) -> str:
    hours = minutes / 60
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
