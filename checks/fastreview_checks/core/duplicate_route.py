"""Two routes for one method and path

The first registered route answers; the second is dead code that looks alive, in the source and in the documentation.
Operation ids that come twice break generated clients: one of the two methods is lost.

## Improve

Keep one of the routes, or give one another path. Let `generate_unique_id_function` make the operation ids.

## Read

- [Path operation configuration](https://fastapi.tiangolo.com/tutorial/path-operation-configuration/)
- [Advanced configuration: operation ids](https://fastapi.tiangolo.com/advanced/path-operation-advanced-configuration/)

```python bad
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/orders")


@router.get("/open")
async def open_orders() -> list[int]:
    return []


@router.get("/open")
async def orders_to_do() -> list[int]:  # finding
    return []


@router.post("/open", operation_id="order")
async def create() -> int:
    return 1


@router.put("/open", operation_id="order")
async def replace() -> int:  # finding
    return 1


app = FastAPI()
app.include_router(router)
```

```python good
from fastapi import FastAPI

DEMO = False
app = FastAPI()


@app.get("/orders")
async def list_orders() -> list[int]:
    return []


@app.post("/orders")
async def create_order() -> int:
    return 1


if DEMO:

    @app.get("/prices")
    async def prices() -> list[int]:
        return [1]

else:

    @app.get("/prices")
    async def prices() -> list[int]:
        return []
```

An old way in may stand beside the new one, hidden:

```python good
from fastapi import APIRouter, FastAPI

router = APIRouter()


@router.get("/orders")
async def list_orders() -> list[int]:
    return []


old = APIRouter()
old.add_api_route("/orders", list_orders, methods=["GET"])
app = FastAPI()
app.include_router(old, include_in_schema=False)
app.include_router(router)
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Project, Related, Route, check
from fastreview_checks.knowledge.core.paths import UNKNOWN

_COMPARED = 50
"""Routes of the same path that are looked at: the first ones answer."""


@check("COR006", dimension="core", level=1, gate=True, each=Route, effort="minutes")
def duplicate_route(route: Route, _project: Project) -> Found:
    if UNKNOWN in route.path:
        raise NotApplicable("the path is only known at run time")
    confidence = Confidence.CERTAIN if len(route.seen) > 1 else Confidence.LIKELY
    for earlier in route.app.by_path[route.method, route.path][:_COMPARED]:
        if earlier is not route and not _is_same(earlier, route) and route.follows(earlier):
            yield Hit(
                route.place,
                f"{route.key} is registered twice; {_where(earlier)} comes first and always answers. "
                "Remove one of them or give it another path.",
                symbol="path",
                related=(Related(earlier.place, "answers instead"),),
                confidence=confidence,
            )
            return
    own = route.operation_id
    if not own or not route.is_api:
        return
    for earlier in route.app.by_operation_id[own]:
        if earlier is route:
            return
        if earlier.is_api and not _is_same(earlier, route):
            yield Hit(
                route.place,
                f"The operation id `{own}` of {route.key} is that of {earlier.key} too: generated clients lose one of "
                "them. Give it an id of its own.",
                symbol="operation id",
                related=(Related(earlier.place, "has the same operation id"),),
                confidence=confidence,
            )
            return


def _is_same(one: Route, other: Route) -> bool:
    """One registration seen as two routes: several methods, a loop, a router that is included twice on purpose. An endpoint
    that is included a second time without a schema keeps an old way in: whichever comes first, the same one answers."""
    if one.endpoint is not None and one.endpoint is other.endpoint and one.is_api is not other.is_api:
        return True
    if one.facts is not None and other.facts is not None:
        return one.facts is other.facts
    if one.listed is None or other.listed is None:
        return one.endpoint is other.endpoint
    return one.listed.registered.declaration is other.listed.registered.declaration


def _where(route: Route) -> str:
    return f"`{route.endpoint.name}`" if route.endpoint is not None else "another route"
