"""No aliases for dependencies

`session: SessionDep` reads as a type, and says once for all what is injected and as what. Spelled out in each signature,
the pair of type and `Depends` is repeated, and a type checker believes every copy.

## Improve

Give each dependency that is asked for in more than one place a name beside it:
`SessionDep = Annotated[AsyncSession, Depends(get_session)]`.

## When not to apply

A dependency that one route asks for needs no name. Where few of many places spell it out, the style is there.

## Read

- [FastAPI: share Annotated dependencies](https://fastapi.tiangolo.com/tutorial/dependencies/#share-annotated-dependencies)
- [PEP 593: Annotated](https://peps.python.org/pep-0593/)

```python bad
from fastapi import Depends, FastAPI

app = FastAPI()


def current_user(token: str) -> str:  # finding
    return token


@app.get("/me")
def me(user: str = Depends(current_user)) -> str:
    return user


@app.get("/orders")
def orders(user: str = Depends(current_user)) -> str:
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
```

A field of a class-based view asks for its dependency as a parameter does, and a class is one too:

```python bad
from fastapi import APIRouter, Depends, FastAPI
from fastapi_utils.cbv import cbv

app = FastAPI()
router = APIRouter()


class Paging:  # finding
    def __init__(self, page: int = 1) -> None:
        self.page = page


def current_user(token: str) -> str:
    return token


@cbv(router)
class Me:
    user: str = Depends(current_user)

    @router.get("/me")
    def me(self, paging: Paging = Depends()) -> str:
        return self.user

    @router.get("/friends")
    def friends(self, paging: Paging = Depends()) -> str:
        return self.user


@cbv(router)
class Orders:
    user: str = Depends(current_user)

    @router.get("/orders")
    def orders(self, paging: Paging = Depends()) -> str:
        return self.user


app.include_router(router)
```

```python not-applicable
from fastapi import Depends, FastAPI

app = FastAPI()


def current_user(token: str) -> str:
    return token


@app.get("/me")
def me(user: str = Depends(current_user)) -> str:
    return user
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, Related, check
from fastreview_checks.knowledge.aliases import asked_for

REUSED = 2


@check("TYP013", dimension="typing", level=2, credit=1, effort="minutes")
def dependency_alias(project: Project) -> Found:
    asked = [one for one in asked_for(project) if len(one.uses) >= REUSED]
    if not asked:
        raise NotApplicable("no dependency is asked for in two places")
    uses, spelled_out = sum(len(one.uses) for one in asked), sum(len(one.spelled_out) for one in asked)
    named = max(asked, key=lambda one: len(one.uses) - len(one.spelled_out))
    count = len(named.uses) - len(named.spelled_out)
    if spelled_out * 2 <= uses:
        yield Met(named.provider.place, f"`{named.provider.name}` is asked for by its alias, in {count} places.")
        return
    worst = max(asked, key=lambda one: len(one.spelled_out))
    name = worst.provider.name
    yield Hit(
        worst.provider.place,
        f"Dependencies are spelled out in {spelled_out} of {uses} places, `{name}` in {len(worst.spelled_out)} of them: type and "
        f"provider must agree in each. Name the pair once, `Annotated[..., Depends({name})]`, and use the name.",
        related=tuple(Related(place, "spelled out here") for place in worst.spelled_out[:5]),
    )
