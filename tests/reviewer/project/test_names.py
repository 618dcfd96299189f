"""Names across modules, import roots and services."""

import pytest
from tests.conftest import ProjectOf

CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "a src layout": (
        {
            "src/shop/__init__.py": """

            """,
            "src/shop/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/s")
                @router.get("")
                def f(): ...
            """,
            "src/shop/main.py": """
                from fastapi import FastAPI
                from shop.api import router
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /s"],
    ),
    "a namespace package": (
        {
            "ns/shop/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/s")
                @router.get("")
                def f(): ...
            """,
            "ns/shop/main.py": """
                from fastapi import FastAPI
                from ns.shop.api import router
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /s"],
    ),
    "two services with packages of one name": (
        {
            "services/a/app/__init__.py": """

            """,
            "services/a/app/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/a")
                @router.get("")
                def f(): ...
            """,
            "services/a/app/main.py": """
                from fastapi import FastAPI
                from app.api import router
                app = FastAPI()
                app.include_router(router)
            """,
            "services/b/app/__init__.py": """

            """,
            "services/b/app/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/b")
                @router.get("")
                def f(): ...
            """,
            "services/b/app/main.py": """
                from fastapi import FastAPI
                from app.api import router
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /a", "GET /b"],
    ),
    "two services with modules of one name": (
        {
            "a/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/a")
                @router.get("")
                def f(): ...
            """,
            "a/main.py": """
                from fastapi import FastAPI
                from api import router
                app = FastAPI()
                app.include_router(router)
            """,
            "b/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/b")
                @router.get("")
                def f(): ...
            """,
            "b/main.py": """
                from fastapi import FastAPI
                from api import router
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /a", "GET /b"],
    ),
    "a container with a folder of its own": (
        {
            "Dockerfile": """
                FROM python:3.12
                WORKDIR /srv
                COPY backend/code /srv
                ENV PYTHONPATH=/srv
                CMD ["uvicorn","web.main:app"]
            """,
            "backend/code/web/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/w")
                @router.get("")
                def f(): ...
            """,
            "backend/code/web/main.py": """
                from fastapi import FastAPI
                from web.api import router
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /w"],
    ),
    "uvicorn --app-dir": (
        {
            "Makefile": """
                run: ; uvicorn main:app --app-dir server/app
            """,
            "server/app/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/w")
                @router.get("")
                def f(): ...
            """,
            "server/app/main.py": """
                from fastapi import FastAPI
                from api import router
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /w"],
    ),
    "relative re-exports": (
        {
            "p/__init__.py": """

            """,
            "p/a/__init__.py": """
                from .b import *
            """,
            "p/a/b/__init__.py": """
                from ..c.api import router as router
            """,
            "p/a/c/__init__.py": """

            """,
            "p/a/c/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/w")
                @router.get("")
                def f(): ...
            """,
            "p/main.py": """
                from fastapi import FastAPI
                from .a import router
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /w"],
    ),
    "modules as attributes": (
        {
            "p/__init__.py": """

            """,
            "p/api/__init__.py": """

            """,
            "p/api/x.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/x")
                @router.get("")
                def f(): ...
            """,
            "p/main.py": """
                import p.api.x as thing
                import p.api.x
                from p import api
                from fastapi import FastAPI
                app = FastAPI()
                app.include_router(thing.router, prefix="/1")
                app.include_router(p.api.x.router, prefix="/2")
                app.include_router(api.x.router, prefix="/3")
            """,
        },
        ["GET /1/x", "GET /2/x", "GET /3/x"],
    ),
    "an import that depends on the version": (
        {
            "p/__init__.py": """

            """,
            "p/a.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/x")
                @router.get("")
                def f(): ...
            """,
            "p/b.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/y")
                @router.get("")
                def f(): ...
            """,
            "p/main.py": """
                import sys
                from fastapi import FastAPI
                if sys.version_info >= (3, 8):
                    from p.a import router
                else:
                    from p.b import router
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /x"],
    ),
    "imports in a function": (
        {
            "p/__init__.py": """

            """,
            "p/a.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/x")
                @router.get("")
                def f(): ...
            """,
            "p/main.py": """
                from fastapi import FastAPI
                def create():
                    from fastapi import FastAPI
                    from p.a import router as r
                    from . import a as mod
                    app = FastAPI()
                    app.include_router(r)
                    app.include_router(mod.router, prefix="/m")
                    return app
                app = create()
            """,
        },
        ["GET /m/x", "GET /x"],
    ),
    "a star import": (
        {
            "p/__init__.py": """

            """,
            "p/a.py": """
                __all__=["other"]

                from fastapi import APIRouter
                router = APIRouter(prefix="/x")
                @router.get("")
                def f(): ...

                other = router
            """,
            "p/main.py": """
                from fastapi import FastAPI
                from p.a import *
                app=FastAPI()
                app.include_router(other)
            """,
        },
        ["GET /x"],
    ),
    "names that shadow builtins": (
        {
            "main.py": """
                from fastapi import FastAPI, APIRouter
                list = APIRouter()
                print = FastAPI()
                @list.get("/x")
                def str(): ...
                @print.get("/y")
                def int(): ...
                print.include_router(list)
            """,
        },
        ["GET /x", "GET /y"],
    ),
    "an import cycle": (
        {
            "p/__init__.py": """
                from .main import app
            """,
            "p/a.py": """
                from p.main import app
                from .b import router
                @app.get("/a")
                def f(): ...
            """,
            "p/b.py": """
                from .a import app

                from fastapi import APIRouter
                router = APIRouter(prefix="/b")
                @router.get("")
                def f(): ...
            """,
            "p/main.py": """
                from fastapi import FastAPI
                app=FastAPI()
                from . import a
                from .a import router
                app.include_router(router)
            """,
        },
        ["GET /a", "GET /b"],
    ),
    "a package and what it exports share a name": (
        {
            "app/__init__.py": """
                from .app import app
            """,
            "app/app.py": """
                from fastapi import FastAPI
                app=FastAPI()
                from . import routes
            """,
            "app/routes.py": """
                from . import app
                @app.get("/x")
                def x(): ...
            """,
        },
        ["GET /x"],
    ),
    "a template folder": (
        {
            "{{cookiecutter.slug}}/app/__init__.py": """

            """,
            "{{cookiecutter.slug}}/app/api.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/s")
                @router.get("")
                def f(): ...
            """,
            "{{cookiecutter.slug}}/app/main.py": """
                from fastapi import FastAPI
                from app.api import router
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /s"],
    ),
    "an optional import": (
        {
            "main.py": """
                from __future__ import annotations
                from typing import TYPE_CHECKING
                from fastapi import FastAPI
                if TYPE_CHECKING:
                    from api import Foo
                try:
                    from api import router
                except ImportError:
                    router = None
                from api.more import *
                app = FastAPI()
                if router:
                    app.include_router(router)
                app.include_router(more_router)
            """,
            "api/__init__.py": """
                from .x import router
                __all__=["router"]
            """,
            "api/x.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/x")
                @router.get("")
                def f(): ...
            """,
            "api/more.py": """
                from fastapi import APIRouter
                __all__ = ["more_router"]
                more_router = APIRouter(prefix="/m")
                @more_router.get("")
                def f(): ...
            """,
        },
        ["GET /m", "GET /x"],
    ),
    "__all__ made of others": (
        {
            "main.py": """
                from fastapi import FastAPI
                from api import *
                app = FastAPI()
                app.include_router(r1)
                app.include_router(r2)
            """,
            "api/__init__.py": """
                from . import x, y
                from .x import *
                from .y import *
                __all__ = x.__all__ + y.__all__
            """,
            "api/x.py": """
                from fastapi import APIRouter
                __all__ = ["r1"]
                r1 = APIRouter(prefix="/x")
                @r1.get("")
                def f(): ...
            """,
            "api/y.py": """
                from fastapi import APIRouter
                __all__ = []
                __all__ += ["r2"]
                r2 = APIRouter(prefix="/y")
                @r2.get("")
                def f(): ...
            """,
        },
        ["GET /x", "GET /y"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_routes_are_found(project_of: ProjectOf, name: str) -> None:
    files, expected = CASES[name]
    assert sorted(route.key for route in project_of(files).routes) == expected
