"""Signed in is enough to change anything

Authentication says who calls, not what they may do. A write that asks for a login only is open to every account there is,
self-registered ones too: they change and delete what belongs to others.

## Improve

Ask for a scope, role or policy where the route is declared (`Security(get_user, scopes=["orders:write"])`,
`Depends(require_role("admin"))`), or compare the owner of what is changed with the caller in the service.

## When not to apply

Routes about the caller's own account, sign-in flows and webhooks are left out, and services without accounts, whose
settings hold the one password or key of whoever runs them. Where every account may do everything on
purpose, waive it and say so.

## Read

- [FastAPI: OAuth2 scopes](https://fastapi.tiangolo.com/advanced/security/oauth2-scopes/)
- [OWASP: authorization](https://cheatsheetseries.owasp.org/cheatsheets/Authorization_Cheat_Sheet.html)
- [OWASP API5: broken function level authorization](https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/)

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

from app.store import products

scheme = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    if token != "valid":
        raise HTTPException(401)
    return token


@app.delete("/products/{product_id}")
def delete_product(product_id: int, user: Annotated[str, Depends(current_user)]) -> None:  # finding
    products.delete(product_id)
```

```python fixed
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Security
from fastapi.security import OAuth2PasswordBearer, SecurityScopes

from app.store import products
from app.tokens import scopes_of

scheme = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


def current_user(required: SecurityScopes, token: Annotated[str, Depends(scheme)]) -> str:
    if not scopes_of(token).issuperset(required.scopes):
        raise HTTPException(403)
    return token


@app.delete("/products/{product_id}", dependencies=[Security(current_user, scopes=["products:write"])])
def delete_product(product_id: int) -> None:
    products.delete(product_id)


@app.post("/orders")
def place(user: Annotated[str, Security(current_user)]) -> None:
    products.order(user)
```

What a guard copies it does not ask for:

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

from app.store import User, groups, users

app = FastAPI()


def current_user(token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]) -> User:
    row = users.of(token)
    if row is None:
        raise HTTPException(401)
    return User(name=row.name, is_admin=row.is_admin)


def chief(user: Annotated[User, Depends(current_user)]) -> User:
    if not user.is_admin:
        raise HTTPException(400)
    return user


@app.patch("/groups/{group_id}", dependencies=[Depends(current_user)])
def rename(group_id: int, name: str) -> None:  # finding
    groups.rename(group_id, name)


@app.delete("/groups/{group_id}", dependencies=[Depends(chief)])
def delete_group(group_id: int) -> None:
    groups.delete(group_id)
```

One key that others have too lets them do everything; the webhook is for the one service that calls it:

```python bad
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader

from app.config import settings
from app.store import products, received

app = FastAPI()


def check_key(key: Annotated[str, Depends(APIKeyHeader(name="X-Api-Key"))]) -> None:
    if not secrets.compare_digest(key, settings.api_key):
        raise HTTPException(401)


@app.delete("/products/{product_id}", dependencies=[Depends(check_key)])
def delete_product(product_id: int) -> None:  # finding
    products.delete(product_id)


@app.post("/payment-webhook", dependencies=[Depends(check_key)])
def paid(event: dict[str, str]) -> None:
    received.add(event)
```

A service that keeps no accounts has one caller, who may do everything:

```python not-applicable
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from app.config import settings
from app.store import strategies

app = FastAPI()


def owner(given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> None:
    if not (
        secrets.compare_digest(given.username, settings.username)
        and secrets.compare_digest(given.password, settings.password)
    ):
        raise HTTPException(401)


@app.delete("/strategies/{name}", dependencies=[Depends(owner)])
def delete_strategy(name: str) -> None:
    strategies.delete(name)
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/products")
def products() -> list[str]:
    return []


@app.post("/login")
def login(name: str) -> str:
    return name
```
"""

import re
from functools import lru_cache

from fastreview.api import App, Confidence, Found, Hit, NotApplicable, Project, Route, check
from fastreview_checks.knowledge.public_routes import (
    holds_credential,
    is_public_by_purpose,
    is_registration,
    is_webhook,
    names_webhook,
    only_in_development,
    only_reads,
    only_redirects,
    writes_by_name,
)
from fastreview_checks.knowledge.security.accounts import one_account
from fastreview_checks.knowledge.security.permissions import (
    asks_for_permission,
    decides_inside,
    is_guarded,
    restricts_to_caller,
    shares_secret,
)

_FEW = 2
_ADMINISTRATION = re.compile(r"/(?:admin|administration|backoffice|back-office)(?:/|$)")


@check("SEC002", dimension="security", level=2, gate=True, each=Route, effort="days", sharpens="SEC001")
def no_authorization(route: Route, project: Project) -> Found:
    administers = bool(_ADMINISTRATION.search(route.path)) and route.is_api and bool(route.security)
    if not (route.mutates or writes_by_name(route) or administers):
        raise NotApplicable("the route neither writes nor administers")
    if (
        is_public_by_purpose(route)
        or holds_credential(route)
        or is_webhook(route, project)
        or (is_registration(route) and not route.security)
    ):
        raise NotApplicable("the route is public on purpose")
    if only_reads(route):
        raise NotApplicable("the route only asks")
    if only_redirects(route) or only_in_development(route):
        raise NotApplicable("the route only redirects, or is there in development only")
    if not route.security:
        yield Hit(
            route.place, f"{route.key} asks nobody who they are, let alone what they may do. Authenticate it first."
        )
        return
    if one_account(project):
        raise NotApplicable("the service knows one caller, whose secret its settings hold")
    if not is_guarded(route, project) or _is_allowed_by_more(route, project):
        return
    shared = shares_secret(route, project)
    if shared and names_webhook(route):
        raise NotApplicable("the route is for one other service, which proves itself by a secret")
    writes, alike = _writes(route.app, project)
    if alike > _FEW and 2 * alike > writes:
        # One way to work, not hundreds of slips: told once, at the app.
        what, who = ("one shared secret", "Whoever has it") if shared else ("a login", "Every account")
        text = f"{alike} of {writes} writes of this app ask for {what} only, {route.key} among them."
        instead = "give each caller a key with scopes" if shared else "require permissions or ownership"
        yield Hit(route.app.place, f"{text} {who} may do them all: {instead}.", symbol="app")
        return
    if shared:
        yield Hit(
            route.place,
            f"One shared secret opens {route.key} and whatever else asks for it, and does not tell who calls. Give each caller "
            "a key with the scopes that it needs.",
        )
        return
    yield Hit(
        route.place,
        f"Whoever is signed in may call {route.key}: no role, scope or policy is asked for, and who calls changes nothing. "
        "Require a permission, or compare the owner with the caller.",
        confidence=Confidence.LIKELY,
    )


@lru_cache(maxsize=100)
def _writes(app: App, project: Project) -> tuple[int, int]:
    """How many guarded routes of the app write, and how many of them ask for a login only."""
    writes = [route for route in app.routes if route.mutates and is_guarded(route, project)]
    return len(writes), sum(not _is_allowed_by_more(route, project) for route in writes)


@lru_cache(maxsize=20_000)
def _is_allowed_by_more(route: Route, project: Project) -> bool:
    return asks_for_permission(route, project) or restricts_to_caller(route, project) or decides_inside(route, project)
