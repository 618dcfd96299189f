"""Other people's objects by guessing an id

A route that loads a row by the id in its path, and gives it to whoever is signed in, gives everybody's rows to everybody:
one changes the number. It is the most common flaw of APIs, because the code looks complete.

## Improve

Put the owner into the query (`where(Order.id == order_id, Order.owner_id == user.id)`), and answer 404 for rows of others:
a 403 tells that they exist.

## When not to apply

Routes that ask for a permission or a role, tables without an owner, and endpoints whose docstring says for whom the
objects are ("shared", "public", "staff") are left out.

## Read

- [OWASP API1: broken object level authorization](https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/)
- [OWASP: insecure direct object reference prevention](https://cheatsheetseries.owasp.org/cheatsheets/Insecure_Direct_Object_Reference_Prevention_Cheat_Sheet.html)

```python bad app/main.py
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select

from app.tables import Invoice, session

scheme = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    if token != "valid":
        raise HTTPException(401)
    return token


@app.get("/invoices/{invoice_id}")
def invoice(invoice_id: int, user: Annotated[str, Depends(current_user)]) -> str:  # finding
    return session.scalar(select(Invoice).where(Invoice.id == invoice_id)).text
```

```python bad app/tables.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase): ...


class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    text: Mapped[str]


session = Session(create_engine("sqlite://"))
```

```python fixed app/main.py
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select

from app.tables import Invoice, session

scheme = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    if token != "valid":
        raise HTTPException(401)
    return token


@app.get("/invoices/{invoice_id}")
def invoice(invoice_id: int, user: Annotated[str, Depends(current_user)]) -> str:
    return session.scalar(select(Invoice).where(Invoice.id == invoice_id, Invoice.owner_id == user)).text
```

```python fixed app/tables.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase): ...


class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    text: Mapped[str]


session = Session(create_engine("sqlite://"))
```

What every caller may list, every caller may read:

```python not-applicable app/main.py
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select

from app import tables

scheme = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    if token != "valid":
        raise HTTPException(401)
    return token


@app.get("/posts")
def posts(user: Annotated[str, Depends(current_user)]) -> list[str]:
    return [post.text for post in tables.session.scalars(select(tables.Post))]


@app.get("/posts/{post_id}")
def post(post_id: int, user: Annotated[str, Depends(current_user)]) -> str:
    return tables.session.get(tables.Post, post_id).text
```

```python not-applicable app/tables.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase): ...


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int]
    text: Mapped[str]


session = Session(create_engine("sqlite://"))
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/products/{product_id}")
def product(product_id: int) -> str:
    return "soap"
```
"""

from fastreview.api import Found, Hit, NotApplicable, Project, Related, Route, check
from fastreview_checks.knowledge.security.accounts import one_account
from fastreview_checks.knowledge.security.ownership import (
    compares_owner,
    is_for_staff,
    lists_for_all,
    loads_by_id,
    owned_table,
    owner_column,
    says_why_not,
)
from fastreview_checks.knowledge.security.permissions import (
    asks_for_permission,
    decides_inside,
    is_guarded,
    restricts_to_caller,
)


@check("SEC003", dimension="security", level=3, credit=3, each=Route, effort="days")
def object_level_access(route: Route, project: Project) -> Found:
    if not loads_by_id(route) or not route.is_api or not is_guarded(route, project):
        raise NotApplicable("nothing is loaded by an id for a caller who is known")
    if one_account(project):
        raise NotApplicable("the service knows one caller, whose secret its settings hold")
    if says_why_not(route) or is_for_staff(route) or asks_for_permission(route, project):
        raise NotApplicable("the objects are shared, or for those with a permission")
    table = owned_table(route, project)
    if table is None:
        raise NotApplicable("nothing shows that what is loaded belongs to somebody")
    if lists_for_all(route, project):
        raise NotApplicable("every caller is given the list of them")
    if restricts_to_caller(route, project) or decides_inside(route, project) or compares_owner(route, table, project):
        return
    column = owner_column(table)
    yield Hit(
        route.place,
        f"{route.key} loads `{table.name}` by its id for whoever is signed in, although each has its own `{column}`: those of "
        f"others are one guess away. Put `{column}` into the query.",
        symbol=table.name,
        related=(Related(table.place, f"`{table.name}` has `{column}`"),),
    )
