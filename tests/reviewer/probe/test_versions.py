"""One small app, described alike by every FastAPI from 0.68 on: real installations, made with uv.

0.137 made included routers lazy, 0.138 gave them a public iterator; 0.92 is the last but one of Pydantic 1 only.
"""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import uv

from fastreview.facts.app import AppFacts, DependantFacts, ProbeFacts, RouteFacts
from fastreview.gather.app import Candidate, Limits, gather_app
from fastreview.gather.environment import Interpreter

VERSIONS = ("0.68.0", "0.92.0", "0.110.0", "0.136.0", "0.137.0", "0.138.0", "newest")
PYDANTIC_1_ONLY = ("0.68.0", "0.92.0")
LIMITS = Limits(seconds=30.0, total_seconds=30.0)

FILES = {
    "shop/__init__.py": "",
    "shop/items.py": """
        from typing import List, Optional
        from fastapi import APIRouter, Depends, Path, Query, Security, WebSocket
        from fastapi.security import APIKeyHeader, OAuth2PasswordBearer, SecurityScopes
        from pydantic import BaseModel, Field

        scheme = OAuth2PasswordBearer(tokenUrl="token", scopes={"read": "Read"})
        key = APIKeyHeader(name="x-key", auto_error=False)
        router = APIRouter(prefix="/items", tags=["items"])

        class Item(BaseModel):
            name: str = Field(..., max_length=20)
            parts: List["Item"] = []

        class Problem(BaseModel):
            title: str

        class Page:
            def __init__(self, limit: int = Query(10, ge=1, le=100)):
                self.limit = limit

        async def user(scopes: SecurityScopes, token: str = Depends(scheme)):
            return token

        async def session():
            yield 1

        @router.get("/", response_model=List[Item], responses={404: {"model": Problem}})
        async def list_items(page: Page = Depends(), who=Security(user, scopes=["read"])):
            raise SystemExit

        @router.put("/{item_id}", status_code=202, deprecated=True)
        def change(item: Item, item_id: int = Path(..., gt=0), db=Depends(session), client=Depends(key)):
            raise SystemExit

        @router.websocket("/ws")
        async def ws(socket: WebSocket, db=Depends(session)):
            pass
        """,
    "shop/main.py": """
        from contextlib import asynccontextmanager
        from fastapi import APIRouter, Depends, FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse
        from fastapi.staticfiles import StaticFiles
        from starlette.responses import PlainTextResponse
        from starlette.routing import Mount, Route, Router
        from shop import items

        class Broken(Exception):
            pass

        class Timing:
            def __init__(self, app):
                self.app = app
            async def __call__(self, scope, receive, send):
                await self.app(scope, receive, send)

        def guard():
            pass

        def plain(request):
            return PlainTextResponse("ok")

        @asynccontextmanager
        async def lifespan(app):
            yield

        app = FastAPI(title="Shop")
        app.router.lifespan_context = lifespan
        app.add_middleware(CORSMiddleware, allow_origins=["*"])
        app.add_middleware(Timing)

        @app.exception_handler(Broken)
        async def on_broken(request, error):
            return JSONResponse({}, 500)

        api = APIRouter(prefix="/v1", dependencies=[Depends(guard)])
        api.include_router(items.router)
        app.include_router(api, prefix="/api")

        @app.get("/health", include_in_schema=False)
        def health():
            return {"status": "ok"}

        admin = FastAPI(title="Admin")
        admin.include_router(items.router)
        app.mount("/admin", admin)
        app.mount("/static", StaticFiles(directory=".", check_dir=False))
        app.mount("/raw", Router(routes=[Route("/r", plain), Mount("/deep", app=Timing(plain))]))
        """,
}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_app_is_described(version: str, tmp_path: Path) -> None:
    """One test for each version, not for each aspect: an installation costs more than all questions."""
    if version in PYDANTIC_1_ONLY and sys.version_info >= (3, 14):
        pytest.skip("Pydantic 1 does not run on Python 3.14")
    python = installed(tmp_path / "environment", version)
    for name, text in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")

    facts = gather_app(
        tmp_path / "project", (".",), (Candidate("shop.main:app"),), Interpreter(str(python), "given", version), LIMITS
    )

    assert isinstance(facts, ProbeFacts), facts
    assert facts.error == ""
    assert not [warning for warning in facts.warnings if "described" in warning or "resolved" in warning]
    assert facts.packages["fastapi"] == version or version == "newest"
    assert facts.import_seconds > 0
    (app,) = facts.apps
    has_the_route_table(app, version)
    has_routes_in_detail(app)
    has_models_and_a_document(app)
    has_what_stands_around_the_routes(app)
    answers(app, version)


def installed(folder: Path, version: str) -> Path:
    """An interpreter with that FastAPI."""
    python = folder / "bin" / "python"
    wanted = "fastapi" if version == "newest" else f"fastapi=={version}"
    for words in (
        ("venv", "--quiet", "--python", sys.executable, str(folder)),
        # Starlette served static files with aiofiles once.
        ("pip", "install", "--quiet", "--python", str(python), wanted, "aiofiles"),
    ):
        run = subprocess.run([uv.find_uv_bin(), "--no-config", *words], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
    return python


def calls(dependencies: tuple[DependantFacts, ...]) -> list[str]:
    return [name for one in dependencies for name in (one.call.qualname, *calls(one.dependencies))]


def route(app: AppFacts, method: str, path: str) -> RouteFacts:
    return next(one for one in app.routes if one.path == path and method in one.methods)


def has_the_route_table(app: AppFacts, version: str) -> None:
    # FastAPI 0.68 served a websocket without its own router's prefix.
    own_prefix, nested = ("", "/api") if version == "0.68.0" else ("/items", "/api/v1/items")
    own = [one for one in app.routes if not one.endpoint.module.startswith("fastapi")]
    table = [(one.kind, one.methods[:1], one.path, one.endpoint.qualname, one.mount) for one in own]

    assert table == [
        ("http", ("GET",), "/api/v1/items/", "list_items", ""),
        ("http", ("PUT",), "/api/v1/items/{item_id}", "change", ""),
        ("websocket", ("WS",), f"{nested}/ws", "ws", ""),
        ("http", ("GET",), "/health", "health", ""),
        ("http", ("GET",), "/admin/items/", "list_items", "/admin"),
        ("http", ("PUT",), "/admin/items/{item_id}", "change", "/admin"),
        ("websocket", ("WS",), f"/admin{own_prefix}/ws", "ws", "/admin"),
        ("static", ("GET",), "/static", "StaticFiles", ""),
        ("plain", ("GET",), "/raw/r", "plain", "/raw"),
        ("mount", (), "/raw/deep", "Timing", ""),
    ]
    assert {one.endpoint.path for one in own} == {"shop/items.py", "shop/main.py", ""}


def has_routes_in_detail(app: AppFacts) -> None:
    change = route(app, "PUT", "/api/v1/items/{item_id}")
    listed = route(app, "GET", "/api/v1/items/")

    assert (change.status_code, change.deprecated, change.tags, change.is_async) == (202, True, ("items",), False)
    assert change.body_models == ("shop.items.Item",)
    assert {(p.alias, p.where, p.type, p.constraints.get("exclusiveMinimum")) for p in change.parameters} == {
        ("item_id", "path", "int", "0"),
        ("item", "body", "shop.items.Item", None),
    }
    assert calls(change.dependencies) == ["guard", "session", "APIKeyHeader"]
    assert [(d.kind, d.security_scheme, d.optional) for d in change.dependencies[1:]] == [
        ("async-generator", "", False),
        ("security", "APIKeyHeader", True),
    ]
    assert calls(listed.dependencies) == ["guard", "Page", "user", "OAuth2PasswordBearer"]
    user = listed.dependencies[2]
    assert (user.scopes, user.dependencies[0].security_scheme) == (("read",), "OAuth2PasswordBearer")
    assert [(p.alias, p.constraints) for p in listed.parameters] == [("limit", {"minimum": "1", "maximum": "100"})]
    assert listed.response_model in ("List[shop.items.Item]", "list[shop.items.Item]")
    assert listed.documented_models == {"404": "shop.items.Problem"}


def has_models_and_a_document(app: AppFacts) -> None:
    models = {model.key: model for model in app.models}

    assert [(f.name, f.constraints, f.model) for f in models["shop.items.Item"].fields] == [
        ("name", {"maxLength": "20"}, ""),
        ("parts", {}, "shop.items.Item"),
    ]
    assert "shop.items.Problem" in models
    assert app.openapi_error == ""
    assert "/api/v1/items/{item_id}" in app.openapi


def has_what_stands_around_the_routes(app: AppFacts) -> None:
    names = [one.name for one in app.middleware if not one.mount]

    assert names[0] == "ServerErrorMiddleware"
    assert [name for name in names if name in ("Timing", "CORSMiddleware", "ExceptionMiddleware")] == [
        "Timing",
        "CORSMiddleware",
        "ExceptionMiddleware",
    ]
    assert ("Broken", "on_broken") in [(what, place.qualname) for what, place in app.exception_handlers]
    assert app.lifespan is not None
    assert app.lifespan.qualname == "lifespan"
    assert app.place.path == "shop/main.py"


def answers(app: AppFacts, version: str) -> None:
    assert app.http is not None
    if app.http.reason.startswith("the system cannot"):
        return
    found = {(e.kind, e.path if e.kind in ("health", "without-credentials") else ""): e for e in app.http.exchanges}

    assert found["unknown-path", ""].status == 404
    assert found["unhandled", ""].status == 500
    assert found["raised", ""].status == 409
    assert found["invalid-query", ""].status == 422
    assert found["wrong-method", ""].status == 405
    assert found["health", "/health"].shape == ("status: string",)
    assert found["without-credentials", "/api/v1/items/"].status == 401
    assert found["without-credentials", "/admin/items/{item_id}"].status == 422
    assert found["without-credentials", "/health"].reached == "endpoint"
    # Starlette 0.14 ran generators as lifespan, no context managers.
    assert app.http.startup.state == ("failed" if version == "0.68.0" else "ok")
