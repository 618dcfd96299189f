"""Dependency called by hand

`Depends` is resolved by FastAPI, and only for endpoints and for what they depend on. Who calls such a function as a plain
one gets the `Depends(...)` marker instead of a session, has to pass by hand what FastAPI would resolve, and steps around the
overrides of tests. In a function that is only ever called, the marker means nothing. A generator taken with `next()` is
dropped at once: its session is closed before the first query.

## Improve

Ask for the dependency where FastAPI resolves it: a parameter, `dependencies=[...]` of a route or a router. Move what
other code needs too into a plain function that takes its values, and let both call that. Hand `Depends` the function
itself, not what calling it gives.

## When not to apply

A plain function that happens to be injected as well (`get_settings()`) may be called by everybody, and one dependency may
build upon another. A factory that returns the dependency is called: `Depends(require_role("admin"))`.

## Read

- [Dependencies](https://fastapi.tiangolo.com/tutorial/dependencies/)
- [Dependencies with yield](https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/)

```python bad app/main.py
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.database import get_session
from app.orders import count_orders

app = FastAPI()


def current_user(token: str, session: Session = Depends(get_session)) -> str:
    return token


@app.get("/me")
def me(user: str = Depends(current_user)) -> str:
    return user


@app.get("/page")
def page(cookie: str) -> str:
    session = next(get_session())  # finding
    return current_user(cookie, session)  # finding


@app.get("/count")
def count() -> int:
    return count_orders()  # finding
```

```python bad app/database.py
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("sqlite://")


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session
```

```python bad app/orders.py
from fastapi import Depends
from sqlalchemy.orm import Session

from app.database import get_session


def count_orders(session: Session = Depends(get_session)) -> int:
    return session.query("orders").count()
```

```python bad
from fastapi import Depends, FastAPI

app = FastAPI()


async def rates() -> dict[str, float]:
    return {"EUR": 1.0}


@app.get("/rates")
async def read_rates(known: dict[str, float] = Depends(rates())) -> dict[str, float]:  # finding
    return known
```

A function that an endpoint hands its whole request to is a part of it:

```python bad app/main.py
from fastapi import Depends, FastAPI, Request

from app.users import current_user
from app.views import show_orders

app = FastAPI()


@app.get("/me")
async def me(user: str = Depends(current_user)) -> str:
    return user


@app.get("/orders")
async def orders(request: Request) -> list[str]:
    return await show_orders(request)
```

```python bad app/users.py
from fastapi import Depends, HTTPException, Request

from app.sessions import Sessions, get_sessions


async def current_user(request: Request, sessions: Sessions = Depends(get_sessions)) -> str:
    name = sessions.read(request.cookies.get("session", ""))
    if name is None:
        raise HTTPException(401)
    return name
```

```python bad app/sessions.py
class Sessions:
    def read(self, key: str) -> str | None:
        return None


def get_sessions() -> Sessions:
    return Sessions()
```

```python bad app/views.py
from fastapi import Request

from app.sessions import get_sessions
from app.users import current_user


async def show_orders(request: Request) -> list[str]:
    name = await current_user(request, get_sessions())  # finding
    return [f"lamp of {name}"]
```

```python good
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.orm import Session

from app.database import get_session

app = FastAPI()


def read_token(token: str, check_revoked: bool = False, session: Session = Depends(get_session)) -> str:
    if check_revoked and session.get("revoked", token):
        raise HTTPException(401)
    return token


@app.get("/me")
def me(token: Annotated[str, Depends(read_token)]) -> str:
    return token


def own_token(name: str) -> str:
    return read_token(name)


@app.post("/tokens")
def make_token(name: str) -> str:
    return own_token(name)
```

```python good
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, FastAPI, Header

app = FastAPI()


class Settings:
    prefix = "user:"


def get_settings() -> Settings:
    return Settings()


def user_of(token: str, settings: Settings) -> str:
    return settings.prefix + token


def current_user(settings: Annotated[Settings, Depends(get_settings)], token: Annotated[str, Header()]) -> str:
    return user_of(token, settings)


def require(role: str) -> Callable[..., str]:
    def check(user: Annotated[str, Depends(current_user)]) -> str:
        return user

    return check


@app.get("/me")
def me(user: Annotated[str, Depends(require("admin"))]) -> str:
    return user + get_settings().prefix
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```
"""

from collections.abc import Iterator

from msgspec.structs import replace

from fastreview.api import (
    CallSite,
    Confidence,
    Dependency,
    Found,
    Hit,
    Project,
    Related,
    check,
    syntax,
)
from fastreview_checks.knowledge.core.markers import (
    calls_of_made,
    direct_calls,
    left_out,
    marked,
    markers_of,
    part_of_app,
    results_injected,
)
from fastreview_checks.knowledge.core.never_resolved import never_resolved
from fastreview_checks.knowledge.core.run_by_hand import left_half_way
from fastreview_checks.knowledge.unread_routes import without_routes


@check("COR016", dimension="core", level=1, gate=True, effort="hours")
def dependency_called_by_hand(project: Project) -> Found:
    incomplete = {hit.place: hit for hit in _incomplete(project)}
    results = list(_results(project))
    never = list(never_resolved(project))
    if not project.dependencies and not incomplete and not results and not never:
        raise without_routes(project, "no route has a dependency of the project")
    yield from (*incomplete.values(), *results, *never)
    plain = {
        id(d.function): d for d in project.dependencies if d.provider is d.function and d.function.name != "__call__"
    }
    told: dict[tuple[str, int], list[Hit]] = {}
    for function, site in direct_calls((d.function for d in plain.values()), project):
        if site.place not in incomplete:
            hits = (
                left_half_way(function, site, project)
                if function.facts.yields
                else _by_hand(plain[id(function)], site, project)
            )
            told.setdefault((site.code.module.path, id(function)), []).extend(hits)
    yield from (_once(hits) for hits in told.values() if hits)


def _once(hits: list[Hit]) -> Hit:
    """One finding for what one file does again and again with one dependency."""
    first, *others = sorted(hits, key=lambda hit: (hit.confidence is Confidence.POSSIBLE, hit.place))
    return replace(first, related=tuple(Related(hit.place, "and here") for hit in others)) if others else first


def _incomplete(project: Project) -> Iterator[Hit]:
    """Calls that leave a parameter to its default, which is a marker that only FastAPI resolves."""
    known = {id(function): (function, markers) for function, markers in marked(project)}
    functions = [function for function, _ in known.values()]
    for function, site in (*direct_calls(functions, project), *calls_of_made(functions, project)):
        markers = known[id(function)][1]
        name, always = left_out(site, function, markers)
        called = function.name if site.call.method else syntax.written(site.call.func, 60)
        if name:
            yield Hit(
                site.place,
                f"`{called}` is called here without `{name}`, which then is the `{markers[name]}(...)` marker and not "
                "what it stands for: only FastAPI resolves it. Pass the value, or inject what is called.",
                symbol=f"{site.code.qualname}.{function.name}",
                related=(Related(function.place, f"leaves `{name}` to FastAPI"),),
                confidence=Confidence.CERTAIN if always else Confidence.LIKELY,
            )


def _results(project: Project) -> Iterator[Hit]:
    """``Depends(f())`` where calling ``f`` gives nothing that can be called."""
    for place, name in results_injected(project):
        yield Hit(
            place,
            f"`Depends({name}())` calls `{name}` once, on import, and hands FastAPI the result, which cannot be called for a "
            f"request. Write `Depends({name})`.",
            symbol=name,
            fix="unsafe",
        )


def _by_hand(dependency: Dependency, site: CallSite, project: Project) -> Iterator[Hit]:
    function, by = dependency.function, part_of_app(site, project)
    if by and (markers_of(function, project) or project.injection.of(function)):
        uses = len(dependency.uses)
        yield Hit(
            site.place,
            f"`{function.name}` is a dependency, asked for in {uses} place{'s' if uses > 1 else ''}; here {by} calls it, so "
            "overrides do not reach it and the documentation does not show it. Inject it, or share a plain function.",
            symbol=f"{site.code.qualname}.{function.name}",
            confidence=_confidence(dependency, by, project),
        )


def _confidence(dependency: Dependency, by: str, project: Project) -> Confidence:
    # Other steps may have values of their own to be called with. Schemes that read headers are closed to websockets, and
    # nothing is injected into middleware.
    guards = project.security.authenticates(dependency.uses[0])
    return Confidence.LIKELY if guards and not by.startswith(("WS ", "the middleware")) else Confidence.POSSIBLE
