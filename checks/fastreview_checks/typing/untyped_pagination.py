"""Pages that are not generic

Every list that is read in pages has the same frame: the items, and where the next ones are. Written anew for each kind of
item, or left out, the frame differs from route to route, and clients write code for each. A generic `Page[Item]` is
written once, checked once, and shows in the schema with the type of what it holds.

## Improve

Declare `class Page(BaseModel, Generic[T])` (`class Page[T](BaseModel)` since Python 3.12) and answer with
`Page[OrderRead]`; or take it from a library such as fastapi-pagination.

## When not to apply

Streams of rows and lists that are short by what they are for are no pages.

## Read

- [Pydantic: generic models](https://docs.pydantic.dev/latest/concepts/models/#generic-models)
- [fastapi-pagination](https://uriyyo-fastapi-pagination.netlify.app/)

```python bad
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/orders")
def list_orders(session: Session, limit: int = 20, offset: int = 0) -> list[str]:  # finding
    return session.scalars(select("name").limit(limit).offset(offset)).all()
```

```python fixed
from typing import Generic, TypeVar

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()
T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int


@app.get("/orders")
def list_orders(session: Session, limit: int = 20, offset: int = 0) -> Page[str]:
    return Page(items=session.scalars(select("name").limit(limit).offset(offset)).all(), total=1)
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/colours")
def colours() -> list[str]:
    return ["red", "blue"]
```
"""

from fastreview.api import Class, Found, Hit, Met, NotApplicable, Project, Route, check, syntax
from fastreview_checks.knowledge.paging import is_paged
from fastreview_checks.knowledge.stored_lists import list_routes
from fastreview_checks.knowledge.typing.generic_answers import generic_answer


@check("TYP010", dimension="typing", level=2, credit=2, each=Route, effort="hours")
def untyped_pagination(route: Route, project: Project) -> Found:
    if route not in list_routes(project) or not is_paged(route, project):
        raise NotApplicable("not a list that is read in pages")
    if route.endpoint is None:
        raise NotApplicable("the endpoint's code is not there to be seen")
    answers = route.answers
    if answers is None:
        said = "does not say what a page of it holds"
    elif (found := generic_answer(answers, project)) is not None:
        name = found.name if isinstance(found, Class) else found
        yield Met(route.endpoint.place, f"{route.key} answers with the generic `{name}`.")
        return
    else:
        said = f"answers with `{syntax.written(answers.expr, 60)}`, a frame for this list alone or none"
    yield Hit(
        route.endpoint.place,
        f"{route.key} is read in pages and {said}: each list is another case for its clients. Answer with one generic page "
        "for all of them, `Page[Item]`.",
    )
