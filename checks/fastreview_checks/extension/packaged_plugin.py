"""Package for others without tests or documentation

A component that other services are to use needs what they rely on: a version, tests that run without this service, and a page
that says how to use it. A folder that is copied has none of them, and each copy goes its own way.

## Improve

Move the part into a package with its own `pyproject.toml`, tests and README, in this repository (a workspace member) or in
one of its own, and let the service depend on it.

## When not to apply

A repository with one service and no package beside it has nothing to judge; this dimension is shown in the profile and
decides no level.

## Read

- [Packaging Python projects](https://packaging.python.org/en/latest/tutorials/packaging-projects/)
- [Custom request and APIRoute class](https://fastapi.tiangolo.com/how-to/custom-request-and-route/)

```python bad app/main.py
from fastapi import Depends, FastAPI

from access_scopes import Requires

app = FastAPI()


@app.get("/orders", dependencies=[Depends(Requires("orders:read"))])
def orders() -> list[int]:
    return []
```

```toml bad packages/access_scopes/pyproject.toml
[project]
name = "access-scopes"
version = "1.0.0"
dependencies = ["fastapi"]
```

```python bad packages/access_scopes/src/access_scopes/__init__.py
from fastapi import HTTPException, Request  # finding


class Requires:
    def __init__(self, scope: str) -> None:
        self.scope = scope

    def __call__(self, request: Request) -> None:
        if self.scope not in request.headers.get("x-scopes", ""):
            raise HTTPException(403)
```

```python not-applicable app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
def orders() -> list[int]:
    return []
```

```python good app/main.py
from fastapi import Depends, FastAPI

from access_scopes import Requires

app = FastAPI()


@app.get("/orders", dependencies=[Depends(Requires("orders:read"))])
def orders() -> list[int]:
    return []
```

```toml good packages/access_scopes/pyproject.toml
[project]
name = "access-scopes"
version = "1.0.0"
dependencies = ["fastapi"]
```

```python good packages/access_scopes/src/access_scopes/__init__.py
'''`Depends(Requires("orders:read"))` lets a request pass whose token has the scope.'''

from fastapi import HTTPException, Request


class Requires:
    def __init__(self, scope: str) -> None:
        self.scope = scope

    def __call__(self, request: Request) -> None:
        if self.scope not in request.headers.get("x-scopes", ""):
            raise HTTPException(403)
```

```python good packages/access_scopes/tests/test_requires.py
from access_scopes import Requires


def test_keeps_its_scope() -> None:
    assert Requires("orders:read").scope == "orders:read"
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Place, Project, Side, check
from fastreview_checks.knowledge.extension.plugins import own_packages, parts
from fastreview_checks.knowledge.unread_routes import without_routes


@check("EXT002", dimension="extension", level=3, credit=2, needs=(Side.FILES,), effort="days")
def packaged_plugin(project: Project) -> Found:
    if not project.routes:
        raise without_routes(project, "the project has no routes")
    folders = own_packages(project)
    if not folders:
        raise NotApplicable("no package about FastAPI stands beside the service")
    for folder, package in folders:
        missing = parts(folder, project)
        if missing:
            yield Hit(
                Place(package.path, 1),
                f"`{folder}` is packaged for others, but has no {' and no '.join(missing)}: whoever uses it depends on this "
                "repository to know what it does and that it works. Add them to the package.",
                symbol=folder,
            )
        else:
            yield Met(
                Place(package.path, 1), f"`{folder}` is a package about FastAPI with tests and documentation of its own"
            )
