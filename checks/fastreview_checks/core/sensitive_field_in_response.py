"""Password or secret in an answer

Whoever may call the route sees the field: in the browser, in logs, in caches on the way. A password hash is enough to
start guessing offline, a reset token to take the account over.

## Improve

Answer with a model of its own that names the public fields, and do not let it inherit from the model of the request
or the table. Change what has been exposed.

## When not to apply

A route whose purpose is to issue a token or key may answer with it. Fields that are excluded or of type `SecretStr`
do not leave the service.

Fields that some code replaces by a mask are only pointed out.

## Read

- [Response model: filtering](https://fastapi.tiangolo.com/tutorial/response-model/#return-the-same-input-data)
- [Extra models](https://fastapi.tiangolo.com/tutorial/extra-models/)

```python bad
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    name: str
    hashed_password: str


class Team(BaseModel):
    members: list[User]


@app.get("/users/{name}", response_model=User)
async def read_user(name: str):  # finding
    return {"name": name, "hashed_password": "x"}


@app.get("/teams/{name}")
async def read_team(name: str) -> Team:  # finding
    return Team(members=[])
```

A row of a table that is returned without a response model shows all of its columns:

```python bad
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]


def current_user() -> User:
    with Session(create_engine("sqlite://")) as session:
        return session.get_one(User, 1)


@app.get("/me")
def read_me(user: User = Depends(current_user)):  # finding
    return user
```

A query that names its columns reads no other:

```python good
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, load_only, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]


def current_user() -> User:
    with Session(create_engine("sqlite://")) as session:
        statement = select(User).options(load_only(User.id))
        return session.scalars(statement).one()


@app.get("/me")
def read_me(user: User = Depends(current_user)):
    return user
```

```python fixed
from fastapi import FastAPI
from pydantic import BaseModel, Field, SecretStr

app = FastAPI()


class UserPublic(BaseModel):
    name: str
    has_password: bool
    password: str = Field(exclude=True)


class Account(BaseModel):
    name: str
    hashed_password: SecretStr


class NewUser(BaseModel):
    name: str
    password: str


class SecretReference(BaseModel):
    vault: str


class MailSettings(BaseModel):
    smtp_password: SecretReference


class Token(BaseModel):
    access_token: str


@app.get("/mail")
async def mail() -> MailSettings:
    return MailSettings(smtp_password=SecretReference(vault="mail"))


@app.post("/users")
async def create_user(user: NewUser) -> UserPublic:
    return UserPublic(name=user.name, has_password=True, password="")


@app.get("/accounts", response_model=NewUser, response_model_exclude={"password"})
async def accounts():
    return {"name": "a"}


@app.post("/login")
async def login(user: NewUser) -> Token:
    return Token(access_token="x")
```
"""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import (
    Class,
    Confidence,
    Found,
    Function,
    Hit,
    Instance,
    NotApplicable,
    Place,
    Project,
    Related,
    Route,
    Table,
    check,
    syntax,
)
from fastreview_checks.knowledge.core.returned_rows import returned_rows
from fastreview_checks.knowledge.data.selected_columns import is_read, leaves_out
from fastreview_checks.knowledge.sensitive import (
    ISSUING,
    Leak,
    declared,
    echoed,
    is_password,
    may_be_meant,
    seen_at_run_time,
)


@check("COR008", dimension="core", level=1, never=True, each=Route, effort="minutes")
def sensitive_field_in_response(route: Route, project: Project) -> Found:
    if route.is_websocket:
        raise NotApplicable("a websocket has no response model")
    seen = list(seen_at_run_time(route))
    leaks = list(declared(route)) or list(_returned_rows(route, project)) or seen
    if not leaks:
        return
    hidden = _names(route.option("response_model_exclude"))
    shown = _names(route.option("response_model_include"))
    issuing = bool(ISSUING.search(f"{route.path} {route.endpoint.name if route.endpoint else ''}"))
    at_run_time = {leak.name for leak in seen}
    for leak in dict.fromkeys(leaks):
        if leak.name in hidden or (shown and leak.name not in shown) or (not is_password(leak.name) and issuing):
            continue
        yield Hit(
            route.place,
            f"{route.key} answers with `{leak.owner}`, which carries `{leak.name}`: whoever may call it sees it. "
            "Answer with a model that names the public fields only.",
            symbol=f"{leak.owner}.{leak.name}",
            related=(Related(leak.place, f"`{leak.name}` is a field of the answer"),) if leak.place.path else (),
            confidence=_confidence(leak, at_run_time, project),
        )


def _confidence(leak: Leak, at_run_time: set[str], project: Project) -> Confidence:
    if may_be_meant(leak.name, project):
        return Confidence.POSSIBLE
    return Confidence.CERTAIN if leak.name in at_run_time and not leak.from_table else Confidence.LIKELY


def _returned_rows(route: Route, project: Project) -> Iterator[Leak]:
    """Columns of an ORM row that is returned where nothing is declared."""
    if route.answers is not None or route.endpoint is None or (route.facts is not None and route.facts.response_model):
        return
    tables = _tables(project)
    for stmt in route.endpoint.statements:
        given = stmt.value if type(stmt) is syntax.Return else None
        value = project.values.of(given, route.endpoint)
        table = tables.get(id(value.of)) if isinstance(value, Instance) else None
        if table is None:
            yield from echoed(given, route.endpoint, project)
        if table is not None:
            yield from (leak for leak in _passwords_of(table.cls) if not leaves_out(given, leak.name, route, project))
    for rows in returned_rows(route.endpoint, project):
        for leak in _passwords_of(rows.table):
            if is_read(rows.expr, rows.code, leak.name, project) and not _emptied(leak.name, route.endpoint):
                yield leak


def _emptied(column: str, endpoint: Function) -> bool:
    """Whether the endpoint takes the column out of its rows: ``user.password = None``."""
    return any(
        stmt.value in (None, "") and any(isinstance(t, syntax.Ref) and t.last == column for t in stmt.targets)
        for stmt in endpoint.statements_of(syntax.Assign)
        if stmt.has_value
    )


def _passwords_of(table: Class) -> Iterator[Leak]:
    for cls in table.ancestry.project:
        for field in cls.facts.fields:
            if is_password(field.name) and not _left_out(field.value):
                yield Leak(field.name, table.name, Place(cls.module.path, field.line), from_table=True)


def _left_out(column: syntax.Expr) -> bool:
    """Whether the model itself keeps a column out of its rows, or out of what is made of them."""
    return isinstance(column, syntax.Call) and (
        column.keyword("exclude") is True or column.keyword("deferred") is True or column.method == "deferred"
    )


@lru_cache(maxsize=1)
def _tables(project: Project) -> dict[int, Table]:
    """Tables by the id of their class."""
    return {id(table.cls): table for table in project.tables}


def _names(given: syntax.Expr | syntax.Missing) -> frozenset[str]:
    values = (
        given.values if isinstance(given, syntax.Items) else given.keys if isinstance(given, syntax.Mapping) else ()
    )
    return frozenset(v for v in values if isinstance(v, str))
