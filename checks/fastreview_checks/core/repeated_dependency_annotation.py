"""Dependency that is spelled out at each use

`session: AsyncSession = Depends(get_session)` says two things that must agree, a type and where the value comes from, and
says them again in every endpoint. When one of them changes, all have to, and nothing notices the one that was missed.

## Improve

Name the pair once, beside the dependency: `SessionDep = Annotated[AsyncSession, Depends(get_session)]`, and write
`session: SessionDep` in the endpoints.

## When not to apply

Dependencies that are listed and give no value (`dependencies=[Depends(guard)]`), and those that one or two places use.

## Read

- [Share Annotated dependencies](https://fastapi.tiangolo.com/tutorial/dependencies/#share-annotated-dependencies)

```python bad
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def current_user(token: str) -> str:  # finding
    return token


@app.get("/me")
def me(user: Annotated[str, Depends(current_user)]) -> str:
    return user


@app.get("/orders")
def orders(user: Annotated[str, Depends(current_user)]) -> str:
    return user


@app.get("/invoices")
def invoices(user: str = Depends(current_user)) -> str:
    return user
```

```python fixed
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def current_user(token: str) -> str:
    return token


UserDep = Annotated[str, Depends(current_user)]


@app.get("/me")
def me(user: UserDep) -> str:
    return user


@app.get("/orders")
def orders(user: UserDep) -> str:
    return user


@app.get("/invoices")
def invoices(user: UserDep) -> str:
    return user
```

```python not-applicable
from fastapi import Depends, FastAPI

app = FastAPI()


def limit(limit: int = 20) -> int:
    return limit


@app.get("/items")
def items(limit: int = Depends(limit)) -> int:
    return limit
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.aliases import asked_for


@check("COR018", dimension="core", level=2, credit=1, effort="hours")
def repeated_dependency_annotation(project: Project) -> Found:
    asked = [one for one in asked_for(project) if len(one.uses) >= project.limits["COR018.uses"]]
    if not asked:
        raise NotApplicable("no dependency is asked for by three functions")
    # Where most uses have the name, those that were forgotten do not undo the style.
    if sum(len(one.spelled_out) for one in asked) * 2 <= sum(len(one.uses) for one in asked):
        named = max(asked, key=lambda one: len(one.uses) - len(one.spelled_out))
        count = len(named.uses) - len(named.spelled_out)
        yield Met(named.provider.place, f"`{named.provider.name}` is asked for by an alias, in {count} places.")
        return
    worst = max(asked, key=lambda one: len(one.spelled_out))
    name, others = worst.provider.name, sum(bool(one.spelled_out) for one in asked) - 1
    more = f", and {others} other dependenc{'ies' if others > 1 else 'y'} likewise" if others else ""
    yield Hit(
        worst.provider.place,
        f"`{name}` and its type are spelled out in {len(worst.spelled_out)} places{more}: the two must agree in each. Name the "
        f"pair once, `Annotated[..., Depends({name})]`, and use that name.",
        related=tuple(Related(place, "spelled out here") for place in worst.spelled_out[:5]),
    )
