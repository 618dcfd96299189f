"""Session cookie without its protections

Whoever has the cookie can act for the user. Without `httponly` any script on the page reads it, one injected into a comment too;
without `secure` it goes over plain HTTP, where everybody on the way can; without `samesite` other sites send it along with
requests of their own.

## Improve

Pass `httponly=True`, `secure=True` (from settings, where development has no TLS) and `samesite="lax"` or `"strict"`.

## When not to apply

Cookies for preferences, flags and double-submitted CSRF tokens are meant to be read by scripts, and are not reported.
Starlette's default for `samesite` is `lax`.

## Read

- [OWASP: cookies of sessions](https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#cookies)
- [MDN: Set-Cookie](https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie)
- [Starlette: SessionMiddleware](https://www.starlette.io/middleware/#sessionmiddleware)

```python bad
from fastapi import FastAPI, Response
from starlette.middleware.sessions import SessionMiddleware

from app.config import settings

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=settings.secret)  # finding


@app.post("/login")
def login(response: Response, name: str) -> None:
    response.set_cookie("access_token", f"Bearer {name}", httponly=True)  # finding
    response.set_cookie("theme", "dark")
```

```python fixed
from fastapi import FastAPI, Response
from starlette.middleware.sessions import SessionMiddleware

from app.config import settings

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=settings.secret, https_only=settings.tls)


@app.post("/login")
def login(response: Response, name: str) -> None:
    response.set_cookie("access_token", f"Bearer {name}", httponly=True, secure=settings.tls, samesite="lax")
    response.set_cookie("theme", "dark")
```

```python not-applicable
from fastapi import FastAPI, Response

app = FastAPI()


@app.post("/theme")
def theme(response: Response, name: str) -> None:
    response.set_cookie("theme", name)
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, check
from fastreview_checks.knowledge.security.cookies import session_cookies

_WITHOUT = {
    "httponly": "any script on the page can read it",
    "secure": "it is sent over plain HTTP too",
    "samesite": "other sites can have it sent along",
}


@check("SEC014", dimension="security", level=1, gate=True, effort="minutes")
def insecure_cookie(project: Project) -> Found:
    cookies = list(session_cookies(project))
    if not cookies:
        raise NotApplicable("no cookie stands for a user")
    for cookie in cookies:
        if cookie.lacks:
            options = " and ".join(f"`{option}`" for option in cookie.lacks)
            harm = ", and ".join(_WITHOUT[option] for option in cookie.lacks)
            what = f"The cookie of {cookie.name}" if not cookie.name.startswith("`") else f"The cookie {cookie.name}"
            yield Hit(
                cookie.place,
                f"{what} is set without {options}: {harm}. Whoever gets it can act for the user: set "
                f"{'them' if len(cookie.lacks) > 1 else 'it'}.",
                symbol=cookie.name,
            )
    sound = next((cookie for cookie in cookies if not cookie.lacks), None)
    if sound is not None:
        yield Met(sound.place, "Session cookies are kept from scripts and from plain HTTP.")
