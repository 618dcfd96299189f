"""Write route without authentication

Anybody who can reach the service can call this route and change its data. It is easily missed in review: protection may
stand on the app, where a router is included, on the router, on the route, in a dependency of a dependency or in
middleware, and a route that none of them reaches looks like its neighbours.

## Improve

Put the dependency that authenticates on the router or where it is included, so that new routes get it without anybody
thinking of it, and keep the few public routes on a router of their own.

## When not to apply

Signing in and up, resetting a password, callbacks and webhooks that verify a signature are public on purpose. So is a
`POST` that only asks: its name says so, and it is shown, not counted.

## Read

- [FastAPI: security](https://fastapi.tiangolo.com/tutorial/security/)
- [FastAPI: dependencies for a group of routes](https://fastapi.tiangolo.com/tutorial/bigger-applications/#include-an-apirouter-with-a-custom-prefix-tags-responses-and-dependencies)
- [OWASP API2: broken authentication](https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/)

```python bad
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer

from app.tokens import user_of

scheme = OAuth2PasswordBearer(tokenUrl="token")
orders = APIRouter(prefix="/orders")
products = APIRouter(prefix="/products")


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    return user_of(token)


@orders.post("")
def place_order() -> None: ...


@products.delete("/{product_id}")
def delete_product(product_id: int) -> None: ...  # finding


@products.patch("/{product_id}")
def change_product(product_id: int, user: Annotated[str, Depends(current_user)]) -> None: ...


app = FastAPI()
app.include_router(orders, dependencies=[Depends(current_user)])
app.include_router(products)
```

```python fixed
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer

from app.tokens import user_of

scheme = OAuth2PasswordBearer(tokenUrl="token")


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    return user_of(token)


products = APIRouter(prefix="/products", dependencies=[Depends(current_user)])
accounts = APIRouter(prefix="/auth")


@products.delete("/{product_id}")
def delete_product(product_id: int) -> None: ...


@accounts.post("/register")
def register(name: str) -> None: ...


app = FastAPI()
app.include_router(products)
app.include_router(accounts)
```

A scheme with `auto_error=False` shows a lock in the documentation and turns nobody away; whoever asks for what it found
has to:

```python bad
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

courses = APIRouter(prefix="/courses")


@courses.delete("/{course_id}")
def delete_course(course_id: int) -> None: ...  # finding


app = FastAPI()
app.include_router(courses, dependencies=[Depends(HTTPBearer(auto_error=False))])
```

A health check is open on purpose; what stands below its path is not one:

```python bad
from fastapi import FastAPI

app = FastAPI()


@app.post("/health")
def check() -> None: ...


@app.post("/health/email")
def send_email(recipient: str) -> None: ...  # finding
```

A redirect changes nothing, unless something is written before it:

```python bad
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from app.store import products

app = FastAPI()


@app.post("/old/products")
def moved(request: Request) -> RedirectResponse:
    return RedirectResponse(request.url.replace(path="/products"), status_code=308)


@app.post("/products/form")
def add_product(name: str) -> RedirectResponse:  # finding
    products.add(name)
    return RedirectResponse("/products", status_code=303)
```

A `GET` that deletes:

```python bad
from fastapi import FastAPI

app = FastAPI()


@app.get("/products/purge")
def purge() -> None: ...  # finding
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/products")
def products() -> list[str]:
    return []
```

A scheme of FastAPI's alone verifies nothing: it reads a header.

```python bad
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer

from app.orders import add, remove

app = FastAPI()
oauth2 = OAuth2PasswordBearer("token")


@app.post("/orders", dependencies=[Depends(oauth2)])
def create(name: str) -> None:  # finding
    add(name)


@app.delete("/orders/{number}")
def delete(number: int, token: str = Depends(oauth2)) -> None:  # finding
    remove(number)
```

```python good
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer

from app.orders import add, remove
from app.tokens import user_of

app = FastAPI()
oauth2 = OAuth2PasswordBearer("token")


def user(token: str = Depends(oauth2)) -> str:
    return user_of(token)


@app.post("/orders", dependencies=[Depends(oauth2)])
def create(name: str, user: str = Depends(user)) -> None:
    add(name)


@app.delete("/orders/{number}")
def delete(number: int, token: str = Depends(oauth2)) -> None:
    remove(number, user_of(token))
```
"""

import re

from fastreview.api import Confidence, Found, Hit, NotApplicable, Project, Route, check
from fastreview_checks.knowledge.public_routes import (
    holds_credential,
    is_public_by_purpose,
    is_registration,
    is_webhook,
    only_in_development,
    only_reads,
    only_redirects,
    writes_by_name,
)


@check("SEC001", dimension="security", level=1, gate=True, each=Route, effort="hours")
def unprotected_write(route: Route, project: Project) -> Found:
    if not route.mutates and not writes_by_name(route):
        raise NotApplicable("the route changes nothing")
    if route.security or route.answers_without_credentials is False:
        if scheme := project.security.unverified(route):
            yield Hit(
                route.place,
                f"{route.key} changes data for whoever sends any token: `{scheme}` sees only that there is one, and nothing "
                "verifies it. Ask for a dependency that does, and that gives the endpoint the caller.",
            )
        return
    if only_redirects(route):
        raise NotApplicable("the route only redirects")
    public = is_public_by_purpose(route) or is_webhook(route, project) or holds_credential(route)
    if public or (is_registration(route) and not _registers_elsewhere(route)):
        raise NotApplicable("the route is public on purpose")
    doubtful = only_reads(route) or only_in_development(route)
    whole = "" if route.app.authenticates else " No route of this app authenticates its callers."
    yield Hit(
        route.place,
        f"{route.key} changes data and nothing authenticates the caller: no dependency, router, include or middleware "
        f"rejects anybody.{whole or ' Put it behind the dependency that protects its neighbours.'}",
        confidence=Confidence.POSSIBLE
        if doubtful
        else Confidence.CERTAIN
        if route.answers_without_credentials and route.app.turns_away
        else Confidence.LIKELY,
    )


def _registers_elsewhere(route: Route) -> bool:
    names = (r for r in route.app.routes if r is not route and r.method == "POST" and r.is_api)
    return any(re.search(r"register|sign_?up", f"{r.path}{r.endpoint.name if r.endpoint else ''}") for r in names)
