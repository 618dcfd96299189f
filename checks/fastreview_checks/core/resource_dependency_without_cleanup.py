"""Resource that a dependency opens and nobody closes

A dependency that returns a new session or client has no place left where it could close it. One that yields and closes
after the `yield` without `finally` does so only while all goes well: the first endpoint that raises keeps a connection, and
when the pool is empty every request waits.

## Improve

Yield the resource inside `with` or `async with`, or inside `try` with the close in `finally`. What all requests can share
is opened in the lifespan and only handed out by the dependency.

## When not to apply

What is cached or kept in a global is opened once, and closed elsewhere or never: other checks ask about that.

## Read

- [Dependencies with yield](https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/)
- [Context managers and close](https://docs.sqlalchemy.org/en/20/orm/session_basics.html#opening-and-closing-a-session)

```python bad
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI()
SessionLocal = sessionmaker(create_engine("sqlite://"))


def get_session() -> Session:
    return SessionLocal()  # finding


@app.get("/items")
def items(session: Session = Depends(get_session)) -> int:
    return session.query("items").count()
```

Closed only where nothing fails:

```python bad
from collections.abc import AsyncIterator

import httpx
from fastapi import Depends, FastAPI

app = FastAPI()


async def get_client() -> AsyncIterator[httpx.AsyncClient]:
    client = httpx.AsyncClient(timeout=5)  # finding
    yield client
    await client.aclose()


@app.get("/rates")
async def rates(client: httpx.AsyncClient = Depends(get_client)) -> str:
    return (await client.get("https://rates.example.com")).text
```

```python good
from collections.abc import AsyncIterator, Iterator

import httpx
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI()
SessionLocal = sessionmaker(create_engine("sqlite://"))


def get_session() -> Iterator[Session]:
    session = SessionLocal()
    try:
        yield session
    finally:
        session.close()


async def get_client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5) as client:
        yield client


@app.get("/items")
def items(session: Session = Depends(get_session), client: httpx.AsyncClient = Depends(get_client)) -> int:
    return session.query("items").count()
```

```python not-applicable
from fastapi import Depends, FastAPI

app = FastAPI()


def page(limit: int = 20) -> int:
    return limit


@app.get("/items")
def items(limit: int = Depends(page)) -> int:
    return limit
```
"""

from collections.abc import Iterator

from fastreview.api import CallSite, Dependency, Found, Function, Hit, NotApplicable, Place, Project, check, syntax
from fastreview_checks.knowledge.core.opened import around_yields, ends, is_entered, is_kept, name_of, opened
from fastreview_checks.knowledge.once import runs_once


@check("COR015", dimension="core", level=1, gate=True, each=Dependency, effort="minutes")
def resource_dependency_without_cleanup(dependency: Dependency, project: Project) -> Found:
    function = dependency.function
    made = [(site, what) for site in function.calls if (what := opened(site, project))] if _may_open(dependency) else []
    if not made:
        raise NotApplicable("the dependency opens no resource that has to be closed")
    for site, what in made:
        hit = _given_closed(function, site, what) or _left_open(function, site, what)
        if hit is not None:
            yield hit


def _may_open(dependency: Dependency) -> bool:
    # What the methods of a class open belongs to its instances.
    return isinstance(dependency.provider, Function) and not is_kept(dependency.function)


def _left_open(function: Function, site: CallSite, what: str) -> Hit | None:
    name = name_of(site.call, function)
    if name is None or runs_once(site) or is_entered(site.call, name, function):
        return None
    yields = list(around_yields(function.body))
    if not yields:
        if not _leaves(function, site.call, name) or (name and ends(name, function.body)):
            return None
        said = f"`{function.name}` opens {what} for each request and returns it, so nothing closes it"
        return _hit(function, site, f"{said}. Yield it inside `with`.")
    if name and any(ends(name, final) for _, finals in yields for final in finals):
        return None
    if name and ends(name, function.body):
        said = f"`{function.name}` closes {what} after its `yield` without `finally`, so not where the endpoint raises"
    else:
        said = f"`{function.name}` opens {what} for each request, and nothing closes it after the `yield`"
    return _hit(function, site, f"{said}: connections run out. Yield it inside `with`, or close it in `finally`.")


def _given_closed(function: Function, site: CallSite, what: str) -> Hit | None:
    """``with Session() as session: return session``: closed before anybody gets it."""
    for stmt in function.statements:
        if type(stmt) is syntax.With and not function.facts.yields:
            names = {i.target.name for i in stmt.items if i.context is site.call and type(i.target) is syntax.Ref}
            for inner in syntax.statements(stmt.body):
                if type(inner) is syntax.Return and type(inner.value) is syntax.Ref and inner.value.name in names:
                    said = f"`{function.name}` returns {what} from inside `with`, which closes it before the endpoint has it"
                    return _hit(function, site, f"{said}. Yield it there instead.")
    return None


def _hit(function: Function, site: CallSite, message: str) -> Hit:
    return Hit(Place(function.module.path, site.call.line), message, symbol=site.call.method)


def _leaves(function: Function, call: syntax.Call, name: str) -> bool:
    """Whether what ``call`` opens is part of what ``function`` returns."""
    return any(node is call or (name and _is(node, name)) for expr in _returned(function) for node in syntax.walk(expr))


def _is(node: syntax.Expr, name: str) -> bool:
    return type(node) is syntax.Ref and node.name == name


def _returned(function: Function) -> Iterator[syntax.Expr]:
    return (stmt.value for stmt in function.statements if type(stmt) is syntax.Return)
