"""Route that an earlier one swallows

Routes are tried in the order in which they were registered, and the first that fits answers. `/users/{user_id}` fits
`/users/me` too: declared first, it takes the request, fails to read "me" as a number, and answers 422. The later
route is in the documentation and never runs.

## Improve

Declare fixed paths before those with parameters, or narrow the parameter with a converter: `{user_id:int}`.

## Read

- [Order matters](https://fastapi.tiangolo.com/tutorial/path-params/#order-matters)
- [Path parameters and converters](https://www.starlette.io/routing/#path-parameters)

```python bad
from fastapi import FastAPI

app = FastAPI()


@app.get("/users/{user_id}")
async def read_user(user_id: int) -> int:
    return user_id


@app.get("/users/me")
async def read_me() -> str:  # finding
    return "me"
```

```python fixed
from fastapi import FastAPI

app = FastAPI()


@app.get("/users/me")
async def read_me() -> str:
    return "me"


@app.get("/users/{user_id}")
async def read_user(user_id: int) -> int:
    return user_id
```

A converter, another method, or more segments keep the routes apart:

```python good
from fastapi import FastAPI

app = FastAPI()


@app.get("/users/{user_id:int}")
async def read_user(user_id: int) -> int:
    return user_id


@app.get("/users/me")
async def read_me() -> str:
    return "me"


@app.delete("/users/me")
async def delete_me() -> None: ...


@app.get("/users/{user_id}/orders")
async def read_orders(user_id: int) -> int:
    return user_id
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Place, Project, Related, Route, check
from fastreview_checks.knowledge.core.paths import is_known, sample, swallows


@check("COR005", dimension="core", level=1, gate=True, each=Route, effort="minutes")
def shadowed_route(route: Route, _project: Project) -> Found:
    if not is_known(route.path):
        raise NotApplicable("the path is only known at run time")
    mount = _mounted_before(route)
    if mount:
        yield Hit(
            route.place,
            f"{route.key} never answers: `{mount}` is mounted before it and takes every address below. "
            "Mount it after the routes.",
            symbol=mount,
            confidence=Confidence.CERTAIN,
        )
    for earlier in _candidates(route):
        if earlier.path == route.path or earlier.endpoint is route.endpoint or not is_known(earlier.path):
            continue
        if swallows(earlier.path, route.path) and route.follows(earlier):
            yield Hit(
                route.place,
                f"{route.key} never answers: `{earlier.path}` is registered before it and fits the same addresses. "
                f"Declare {_name(route)} before {_name(earlier)}, or narrow the parameter with a converter.",
                symbol=earlier.path,
                related=(Related(_at(earlier), f"{earlier.key} takes the request"),),
                confidence=Confidence.CERTAIN if len(route.seen) > 1 else Confidence.LIKELY,
            )
            return


def _candidates(route: Route) -> list[Route]:
    """Routes of the same method whose path has a parameter and, up to there, the same segments as this one, in their order:
    others take the addresses of their own path only."""
    address = sample(route.path)
    known, method = route.app.by_beginning, route.method
    found: list[tuple[int, Route]] = []
    end = 0
    while True:
        found += known.get((method, address[:end]), ())
        slash = address.find("/", end)
        if slash < 0:
            return [other for _, other in sorted(found, key=lambda one: one[0])]
        end = slash + 1


def _name(route: Route) -> str:
    return f"`{route.endpoint.name}`" if route.endpoint is not None else f"`{route.path}`"


def _at(route: Route) -> Place:
    return route.endpoint.place if route.endpoint is not None else route.declared_at


def _mounted_before(route: Route) -> str:
    """The path of a mounted app or static folder that stands before the route and above its path."""
    if route.facts is None or route.app.facts is None:
        return ""
    for other in route.app.facts.routes:
        before = other.kind == "mount" and other.order < route.facts.order and other.mount == route.facts.mount
        if before and route.path.startswith(other.path.rstrip("/") + "/"):
            return other.path or "/"
    return ""
