"""Routes as objects, and routers changed after they were made."""

import pytest
from tests.conftest import ProjectOf

CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "added to the routes of an app": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                from fastapi.routing import APIRoute
                from starlette.routing import Route, Mount
                a = APIRouter(prefix="/a")
                b = APIRouter()
                @a.get("/x")
                def fa(): ...
                @b.get("/y")
                def fb(): ...
                def fc(): ...
                app = FastAPI()
                app.routes.extend(a.routes)
                app.router.routes += b.routes
                app.routes.append(APIRoute("/z", fc, methods=["POST"]))
                app.router.routes.append(Route("/w", endpoint=fc))
            """,
        },
        ["GET /a/x", "GET /w", "GET /y", "POST /z"],
    ),
    "given to the constructor": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                from fastapi.routing import APIRoute
                from starlette.routing import Route, Mount
                def fc(): ...
                sub = FastAPI(routes=[Route("/s", fc)])
                routes = [APIRoute("/z", fc, methods=["POST"]), Mount("/m", app=sub)]
                app = FastAPI(routes=routes)
                router = APIRouter(prefix="/p", routes=[APIRoute("/q", fc)])
                app.include_router(router)
            """,
        },
        ["GET /m/s", "GET /q", "POST /z"],
    ),
    "a prefix that is set later": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a = APIRouter()
                a.prefix = "/late"
                @a.get("/a")
                def fa(): ...
                app = FastAPI()
                app.include_router(router=a)
                kw = {"prefix": "/kw"}
                app.include_router(a, **kw)
            """,
        },
        ["GET /kw/late/a", "GET /late/a"],
    ),
    "the router of an app": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                from starlette.applications import Starlette
                from starlette.routing import Mount, Route
                from starlette.staticfiles import StaticFiles
                app = FastAPI()
                @app.router.get("/r")
                def r(): ...
                sub = FastAPI()
                @sub.get("/s")
                def s_(): ...
                class Sub(FastAPI): ...
                app.mount("/sub", app=sub, name="sub")
                app.mount("/static", StaticFiles(directory="x"))
                app.router.mount("/sub2", sub)
            """,
        },
        ["GET /r", "GET /sub/s", "GET /sub2/s"],
    ),
    "every way to register a websocket": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                app = FastAPI()
                @app.websocket("/a")
                async def fa(ws): ...
                @app.websocket_route("/b")
                async def fb(ws): ...
                async def fc(ws): ...
                app.add_api_websocket_route("/c", fc)
                app.add_websocket_route("/d", fc)
            """,
        },
        ["WS /a", "WS /b", "WS /c", "WS /d"],
    ),
    "methods from variables and enumerations": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                from http import HTTPMethod
                M = ["GET", "POST"]
                app = FastAPI()
                @app.api_route("/a", methods=M)
                def fa(): ...
                @app.api_route("/b", methods=[HTTPMethod.PUT, "delete"])
                def fb(): ...
                @app.route("/c", methods={"PATCH"})
                def fc(r): ...
            """,
        },
        ["DELETE /b", "GET /a", "PATCH /c", "POST /a", "PUT /b"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_routes_are_found(project_of: ProjectOf, name: str) -> None:
    files, expected = CASES[name]
    assert sorted(route.key for route in project_of(files).routes) == expected
