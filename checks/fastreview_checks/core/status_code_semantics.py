"""Status code that says something else than what happened

Clients, proxies and generated code act on the number: 201 says that something was made and where, 202 that it will be,
204 that there is nothing to read. A body under 204 is dropped or breaks the connection.

## Improve

Give creating routes `status_code=201` (202 where the work goes on), deleting ones 204 without a body, or 200 with one.

## When not to apply

A POST that only answers a question, starts a session or changes a state need not answer 201.

## Read

- [Response status code](https://fastapi.tiangolo.com/tutorial/response-status-code/)
- [HTTP semantics: status codes](https://www.rfc-editor.org/rfc/rfc9110#name-status-codes)

```python bad
from fastapi import FastAPI

app = FastAPI()
ORDERS: list[str] = []


@app.post("/orders")
async def create_order(title: str) -> str:  # finding
    ORDERS.append(title)
    return title


@app.delete("/orders/{position}", status_code=204)
async def delete_order(position: int):
    ORDERS.pop(position)
    return {"deleted": position}  # finding
```

```python fixed
from fastapi import FastAPI, status

app = FastAPI()
ORDERS: list[str] = []


@app.post("/orders", status_code=status.HTTP_201_CREATED)
async def create_order(title: str) -> str:
    ORDERS.append(title)
    return title


@app.delete("/orders/{position}", status_code=204)
async def delete_order(position: int) -> None:
    ORDERS.pop(position)
```

```python good
from fastapi import FastAPI, Response

app = FastAPI()


@app.post("/reports/preview")
async def preview(title: str) -> str:
    return title


@app.post("/orders")
async def create_order(title: str, response: Response) -> str:
    response.status_code = 201
    return title


@app.delete("/orders/{position}")
async def delete_order(position: int) -> dict[str, int]:
    return {"deleted": position}
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
async def list_orders() -> list[str]:
    return []
```
"""

import re
from collections.abc import Iterator

from fastreview.api import Found, Function, Hit, NotApplicable, Place, Project, Route, Severity, check, syntax
from fastreview_checks.knowledge.answers import NO_BODY
from fastreview_checks.knowledge.core.statuses import sets_status, status_of
from fastreview_checks.knowledge.unread_routes import without_endpoint

_CREATES = re.compile(r"^(?:create|insert|register|sign_?up|new)(?:_|$|[A-Z])")
_MORE_THAN_ONE = re.compile(
    r"(?:^|_)(?:or|session|token|link|url|checkout|message|preview|completion|upload|default|missing)s?(?:_|$)",
    re.IGNORECASE,
)
"""Get or create; and what is handed out rather than kept."""
_DELETED = frozenset({200, 202, 204})


@check("COR021", dimension="core", level=1, credit=2, each=Route, effort="minutes", per_file=True)
def status_code_semantics(route: Route, project: Project) -> Found:
    if not route.is_api or route.method in ("GET", "HEAD", "OPTIONS"):
        raise NotApplicable("not a route that changes something")
    if route.endpoint is None:
        raise without_endpoint(route)
    if route.listed is not None and project.first_routes[id(route.listed.registered)] is not route:
        raise NotApplicable("declared once for several methods or paths, and judged on the first")
    status = status_of(route, project)
    if status is None or sets_status(route.endpoint):
        return
    if status in NO_BODY:
        yield from _bodies(route, route.endpoint, status)
    if route.method == "DELETE" and status not in _DELETED:
        yield Hit(
            route.place,
            f"{route.key} answers {status}, but it deletes: clients expect 204, or 200 with a body. Set `status_code=204`.",
            symbol="deleted",
        )
    if _creates(route, route.endpoint) and status == 200:
        yield Hit(
            route.place,
            f"{route.key} creates something and answers 200, as if it had only been asked. Set `status_code=201`, or 202 "
            "where the work goes on afterwards.",
            symbol="created",
        )


def _creates(route: Route, endpoint: Function) -> bool:
    return (
        route.method == "POST"
        and _CREATES.search(endpoint.name) is not None
        and _MORE_THAN_ONE.search(endpoint.name) is None
        and _is_collection(route.path)
    )


def _is_collection(path: str) -> bool:
    """Below one thing, only what is called after many things is a place to create in: ``/orders/{id}/review`` acts on one."""
    last = path.rstrip("/").rpartition("/")[2]
    return "{" not in last and ("{" not in path or last.endswith("s"))


def _bodies(route: Route, endpoint: Function, status: int) -> Iterator[Hit]:
    """Values that are returned although the status allows no body."""
    for stmt in endpoint.statements:
        if isinstance(stmt, syntax.Return) and isinstance(
            stmt.value, syntax.Mapping | syntax.Items | str | syntax.Text
        ):
            yield Hit(
                Place(endpoint.module.path, stmt.line),
                f"{route.key} declares {status}, which has no body, and returns one: it is lost, or the answer breaks off. "
                "Return nothing, or declare 200.",
                symbol="body",
                severity=Severity.MAJOR,
            )
            return
