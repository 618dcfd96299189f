"""API without a version

Clients cannot be changed on the same day as the service. Without a version in the path or a header there is no way to
serve the old contract beside the new one: every incompatible change breaks all of them at once.

## Improve

Include the routers under one versioned prefix (`/api/v1`), mount a sub-application for each version, or read the version
from a header. Health checks, metrics and documentation need none.

## When not to apply

A service whose only client is deployed with it, as one unit, can change both sides at once.

## Read

- [Bigger applications: include a router with a prefix](https://fastapi.tiangolo.com/tutorial/bigger-applications/)
- [Sub applications](https://fastapi.tiangolo.com/advanced/sub-applications/)

```python bad
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/orders")


@router.get("")
def orders() -> list[int]:
    return []


app = FastAPI()  # finding
app.include_router(router, prefix="/api")
```

```python fixed
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/orders")


@router.get("")
def orders() -> list[int]:
    return []


app = FastAPI()
app.include_router(router, prefix="/api/v1")
```

A version in a header:

```python good
from typing import Annotated

from fastapi import Depends, FastAPI, Header


def version(api_version: Annotated[str, Header()] = "1") -> str:
    return api_version


app = FastAPI(dependencies=[Depends(version)])


@app.get("/orders")
def orders() -> list[int]:
    return []
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> str:
    return "ok"
```
"""

import re
from collections.abc import Iterator

from fastreview.api import App, Found, Hit, Met, NotApplicable, Place, Project, Route, Unknown, check, syntax
from fastreview_checks.knowledge.answers import is_operational
from fastreview_checks.knowledge.reached import reached
from fastreview_checks.knowledge.unread_routes import need_every_route, without_routes

_SEGMENT = re.compile(
    r"(?:^|[/_.-])(?:api)?v\d+(?:[._]?\d+)*(?:(?:alpha|beta|rc)\d*)?(?:$|[/_.-])|/20\d\d-\d\d(?:-\d\d)?(?:/|$)",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"/\{[^}]*version[^}]*\}/", re.IGNORECASE)
_HEADER = re.compile(r"^(?:\w+[-_])?(?:api|accept)[-_]?version$", re.IGNORECASE)
_LIBRARIES = frozenset({"cadwyn", "fastapi_versioning", "fastapi_versionizer"})
_ELSEWHERE = re.compile(r"^/(?:\.well-known|oauth2?|webhooks?|scim|mcp|openapi|static|internal|_\w+|admin)(?:/|$)")
_UNKNOWN_PART = "{?}"
_BESIDE = 0.2
"""An app with fewer routes than this share of the largest one is a callback, a plugin's or a worker's server."""


@check("ARC013", dimension="architecture", level=2, credit=3, each=App, effort="hours")
def unversioned_api(app: App, project: Project) -> Found:
    routes = [route for route in app.routes if _is_public(route)]
    most = max(len(other.routes) for other in project.apps)
    if len(app.routes) < most * _BESIDE:
        raise NotApplicable("a small app beside the service's own")
    if not routes:
        raise without_routes(project, "the app has no public API routes")
    library = min(_LIBRARIES & project.imported_packages, default="")
    if library:
        yield Met(app.place, f"The API is versioned with `{library}`")
        return
    root = app.keyword("root_path")
    if isinstance(root, str) and _SEGMENT.search(root):
        yield Met(app.place, f"The whole API stands under `{root}`")
        return
    versioned = [route for route in routes if _is_versioned(route)]
    also = {id(route.endpoint) for route in versioned}
    without = [r for r in routes if id(r.endpoint) not in also and not _is_versioned(r)]
    if len(routes) - len(without) >= len(routes) * project.limits["ARC013.share"]:
        shown = versioned[0]
        yield Met(shown.place, f"{len(routes) - len(without)} routes carry a version, such as `{shown.path}`")
        return
    header = next(_read_headers(project), None)
    if header is not None:
        yield Met(header, "The version comes in a header")
        return
    if app.facts is None and (any(_UNKNOWN_PART in route.path for route in without) or _prefixes_unknown(project)):
        raise Unknown("the prefix of the routes is only known at run time")
    need_every_route(project)
    some = ", ".join(f"`{route.key}`" for route in without[:2])
    partly = "" if len(without) == len(routes) else f" {len(without)} of {len(routes)}"
    yield Hit(
        app.place,
        f"{partly.strip() or 'All'} public routes carry no version ({some}{' ...' if len(without) > 2 else ''}), so an "
        "incompatible change breaks every client at once. Put them under one prefix such as `/api/v1`.",
    )


def _is_public(route: Route) -> bool:
    if not route.is_api or is_operational(route) or _ELSEWHERE.search(route.path):
        return False
    return not _is_page(route) and not _is_mounted_without_contract(route)


def _is_mounted_without_contract(route: Route) -> bool:
    """Part of a mounted app that publishes no OpenAPI document: pages for people."""
    routers = [router for router, _ in route.listed.chain] if route.listed is not None else []
    return any(r.is_app and r is not route.app.router and r.call.keyword("openapi_url") is None for r in routers)


def _is_page(route: Route) -> bool:
    if route.facts is not None and route.facts.response_class:
        return route.facts.response_class.endswith(("HTMLResponse", "RedirectResponse", "_TemplateResponse"))
    given = route.option("response_class")
    return isinstance(given, syntax.Ref) and given.last in ("HTMLResponse", "RedirectResponse")


def _is_versioned(route: Route) -> bool:
    if _SEGMENT.search(route.path) or _PARAMETER.search(route.path):
        return True
    return any(_HEADER.search(given.name) for given in route.inputs)


def _read_headers(project: Project) -> Iterator[Place]:
    """Where code reads the version of the API from the headers of a request."""
    handling = [d.function for d in project.dependencies] + [f for m in project.middleware for f in m.functions]
    for code in {id(f): f for function in handling for f in reached(function, project, 1)}.values():
        for stmt in code.statements:
            for expr in syntax.expressions(stmt):
                for node in syntax.walk(expr):
                    match node:
                        case syntax.Call(func=syntax.Ref(name=name), args=(str() as key, *_)):
                            read = name.endswith("headers.get")
                        case syntax.Subscript(value=syntax.Ref(name=name), index=str() as key):
                            read = name.endswith("headers")
                        case _:
                            continue
                    if read and "req" in name.lower() and _HEADER.search(key):
                        yield Place(code.module.path, getattr(stmt, "line", 0))


def _prefixes_unknown(project: Project) -> bool:
    """Whether some router is included under a prefix that is only known at run time."""
    for site in project.calls("include_router"):
        prefix = site.call.keyword("prefix")
        if not isinstance(prefix, syntax.Missing):
            text = project.constants.text(prefix, site.code)
            if text is None or _UNKNOWN_PART in text:
                return True
    return False
