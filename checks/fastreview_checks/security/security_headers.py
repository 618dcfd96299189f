"""Browsers are told nothing about security

Without these headers a browser guesses content types, shows the service's pages in frames of others, and tries plain HTTP
first. A server that answers for any host lets a forged `Host` header into the links it makes, those for a password reset
among them.

## Improve

Set `Strict-Transport-Security`, `X-Content-Type-Options`, `Content-Security-Policy` and `X-Frame-Options` in one
middleware, and add `TrustedHostMiddleware` with the hosts from settings.

## When not to apply

A gateway may do both. Its configuration is not read: waive it with a note that says where.

## Read

- [OWASP: HTTP headers](https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html)
- [FastAPI: TrustedHostMiddleware](https://fastapi.tiangolo.com/advanced/middleware/#trustedhostmiddleware)

```python bad
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from app.config import settings

app = FastAPI()
app.add_middleware(TrustedHostMiddleware, allowed_hosts=settings.hosts)


@app.get("/orders")
def orders() -> list[str]:
    return []
```

```python fixed
from fastapi import FastAPI, Request, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from app.config import settings

app = FastAPI()
app.add_middleware(TrustedHostMiddleware, allowed_hosts=settings.hosts)


@app.middleware("http")
async def careful(request: Request, call_next) -> Response:
    response = await call_next(request)
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@app.get("/orders")
def orders() -> list[str]:
    return []
```

```python not-applicable
from fastapi import APIRouter

router = APIRouter()
```
"""

from fastreview.api import Found, Hit, Met, Place, Project, check
from fastreview_checks.knowledge.security.response_headers import (
    LEAST,
    header_middleware,
    host_middleware,
    seen_headers,
)
from fastreview_checks.knowledge.unread_routes import without_routes


@check("SEC017", dimension="security", level=3, credit=1, effort="hours")
def security_headers(project: Project) -> Found:
    if not project.apps or not project.routes:
        raise without_routes(project, "the project serves no routes")
    setting = next(header_middleware(project), None)
    hosts = host_middleware(project)
    seen = seen_headers(project)
    headers = setting is not None or (seen is not None and len(seen) >= LEAST)
    main = max(project.apps, key=lambda app: len(app.routes)).place
    place: Place = setting.place if setting is not None else hosts.place if hosts is not None else main
    if headers and hosts is not None:
        yield Met(place, "Answers carry security headers, and only requests for known hosts are answered.")
    elif headers:
        yield Hit(
            place,
            "Partial: answers carry security headers, but requests for any host are answered. Add "
            "`TrustedHostMiddleware` with your hosts.",
            symbol="hosts",
        )
    elif hosts is not None:
        yield Hit(
            place,
            "Partial: hosts are checked, but answers carry hardly any security headers: browsers guess content types and "
            "allow framing. Set them in one middleware.",
            symbol="headers",
        )
    else:
        yield Hit(
            main,
            "Answers carry hardly any security headers, and requests for any host are answered. Set the "
            "headers in one middleware and add `TrustedHostMiddleware`.",
            symbol="both",
        )
