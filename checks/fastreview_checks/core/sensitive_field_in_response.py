"""Password or secret in an answer

Whoever may call the route sees the field: in the browser, in logs, in caches on the way. A password hash is enough to
start guessing offline, a reset token to take the account over.

## Improve

Answer with a model of its own that names the public fields, and do not let it inherit from the model of the request
or the table. Change what has been exposed.

## When not to apply

A route whose purpose is to issue a token or key may answer with it. Fields that are excluded or of type `SecretStr`
do not leave the service.

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


class Token(BaseModel):
    access_token: str


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
from typing import NamedTuple

from fastreview.api import (
    Class,
    Confidence,
    External,
    Found,
    Hit,
    Input,
    Instance,
    NotApplicable,
    Place,
    Project,
    Related,
    Route,
    check,
    classes_in,
    fields_of,
    syntax,
)
from fastreview_checks.knowledge.sensitive import ISSUING, MASKED, is_password, is_secret, is_service_secret

_DEPTH = 5


class _Leak(NamedTuple):
    name: str
    owner: str
    place: Place
    from_table: bool = False


@check("COR008", dimension="core", level=1, never=True, each=Route, effort="minutes")
def sensitive_field_in_response(route: Route, project: Project) -> Found:
    if route.is_websocket:
        raise NotApplicable("a websocket has no response model")
    hidden = _names(route.option("response_model_exclude"))
    shown = _names(route.option("response_model_include"))
    issuing = bool(ISSUING.search(f"{route.path} {route.endpoint.name if route.endpoint else ''}"))
    at_run_time = {leak.name for leak in _seen(route)}
    leaks = list(_declared(route, project)) or list(_returned_rows(route, project)) or list(_seen(route))
    for leak in dict.fromkeys(leaks):
        if leak.name in hidden or (shown and leak.name not in shown) or (not is_password(leak.name) and issuing):
            continue
        yield Hit(
            route.place,
            f"{route.key} answers with `{leak.owner}`, which carries `{leak.name}`: whoever may call it sees it. "
            "Answer with a model that names the public fields only.",
            symbol=f"{leak.owner}.{leak.name}",
            related=(Related(leak.place, f"`{leak.name}` is a field of the answer"),) if leak.place.path else (),
            confidence=_confidence(leak, at_run_time),
        )


def _confidence(leak: _Leak, at_run_time: set[str]) -> Confidence:
    if is_service_secret(leak.name):
        return Confidence.POSSIBLE
    return Confidence.CERTAIN if leak.name in at_run_time and not leak.from_table else Confidence.LIKELY


def _declared(route: Route, project: Project) -> Iterator[_Leak]:
    """Sensitive fields of the declared answer, nested models included."""
    if route.answers is None:
        return
    seen: set[int] = set()
    stack = [(cls, 0) for cls in classes_in(route.answers.expr, route.answers.code, project.names)]
    while stack:
        cls, depth = stack.pop()
        if id(cls) in seen or depth > _DEPTH:
            continue
        seen.add(id(cls))
        for field in fields_of(cls):
            if not _leaves(field, cls, project):
                continue
            if is_password(field.name) or is_secret(field.name) or is_service_secret(field.name):
                yield _Leak(field.name, cls.name, field.place)
            stack += [(c, depth + 1) for c in classes_in(field.declared.expr, field.declared.code, project.names)]


def _leaves(field: Input, cls: Class, project: Project) -> bool:
    """Whether the field's value is sent as it is."""
    if any(marker.keyword("exclude") is True for marker in field.declared.markers):
        return False
    if any(marker.method in ("relationship", "Relationship", "PrivateAttr") for marker in field.declared.markers):
        return False
    names = {n.name for n in syntax.walk(field.declared.expr) if isinstance(n, syntax.Ref)}
    resolved = {project.names.resolve(field.declared.code, name) for name in names}
    if any(isinstance(found, External) and found.name in MASKED | {"typing.ClassVar"} for found in resolved):
        return False
    return not any(_serialises(ancestor, field.name) for ancestor in cls.ancestry.project)


def _serialises(cls: Class, name: str) -> bool:
    """Whether a method of the class decides how the field, or the whole model, is written."""
    for method in cls.methods.values():
        for decorator in method.facts.decorators:
            call = decorator if isinstance(decorator, syntax.Call) else None
            word = call.method if call else decorator.last if isinstance(decorator, syntax.Ref) else ""
            if word in ("model_serializer", "root_validator", "model_validator"):
                return True
            if call and word in ("field_serializer", "field_validator", "validator") and name in call.args:
                return True
    return False


def _returned_rows(route: Route, project: Project) -> Iterator[_Leak]:
    """Columns of an ORM row that is returned where nothing is declared."""
    if route.answers is not None or route.endpoint is None or (route.facts is not None and route.facts.response_model):
        return
    tables = {id(table.cls): table for table in project.tables}
    for stmt in route.endpoint.statements:
        value = project.values.of(stmt.value, route.endpoint) if isinstance(stmt, syntax.Return) else None
        table = tables.get(id(value.of)) if isinstance(value, Instance) else None
        if table is None:
            continue
        for cls in table.cls.ancestry.project:
            for field in cls.facts.fields:
                excluded = isinstance(field.value, syntax.Call) and field.value.keyword("exclude") is True
                if is_password(field.name) and not excluded:
                    yield _Leak(field.name, table.name, Place(cls.module.path, field.line), from_table=True)


def _seen(route: Route) -> Iterator[_Leak]:
    """Sensitive fields of the answer as the running app knows it."""
    if route.facts is None or route.app.facts is None:
        return
    models = {model.key: model for model in route.app.facts.models}
    stack, seen = list(route.facts.response_models), set[str]()
    while stack:
        key = stack.pop()
        if key in seen or key not in models:
            continue
        seen.add(key)
        model = models[key]
        for field in model.fields:
            if field.excluded or "Secret" in field.type or field.type in ("bool", "int", "<class 'bool'>"):
                continue
            if is_password(field.name) or is_secret(field.name):
                yield _Leak(field.name, model.place.qualname or key, Place(model.place.path, model.place.line))
            if field.model:
                stack.append(field.model)


def _names(given: syntax.Expr | syntax.Missing) -> frozenset[str]:
    values = (
        given.values if isinstance(given, syntax.Items) else given.keys if isinstance(given, syntax.Mapping) else ()
    )
    return frozenset(v for v in values if isinstance(v, str))
