"""Texts that are known without running anything."""

import pytest
from tests.conftest import ProjectOf

from fastreview.facts import syntax

CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "defaults of settings": (
        {
            "config.py": """
                from functools import lru_cache
                from pydantic_settings import BaseSettings
                from pydantic import Field
                class ApiSettings(BaseSettings):
                    version: str = "v2"
                class Settings(BaseSettings):
                    API_V1_STR: str = "/api/v1"
                    root: str = Field("/root", alias="ROOT")
                    api: ApiSettings = ApiSettings()
                    api2: ApiSettings = Field(default_factory=ApiSettings)
                    @property
                    def full(self) -> str:
                        return f"{self.API_V1_STR}/full"
                @lru_cache
                def get_settings() -> Settings:
                    return Settings()
                settings = get_settings()
            """,
            "main.py": """
                from fastapi import APIRouter, FastAPI
                from config import get_settings, settings
                import config
                s = get_settings()
                a = APIRouter()
                @a.get("/a")
                def fa(): ...
                app = FastAPI()
                app.include_router(a, prefix=settings.API_V1_STR)
                app.include_router(a, prefix=get_settings().root)
                app.include_router(a, prefix="/" + s.api.version)
                app.include_router(a, prefix=f"/x/{settings.api2.version}")
                app.include_router(a, prefix=settings.full)
                app.include_router(a, prefix="/%s/pct" % settings.api.version)
                app.include_router(a, prefix="/{}/fmt".format(settings.api.version))
                app.include_router(a, prefix=config.settings.API_V1_STR + "/z")
            """,
        },
        [
            "GET /api/v1/a",
            "GET /api/v1/full/a",
            "GET /api/v1/z/a",
            "GET /root/a",
            "GET /v2/a",
            "GET /v2/fmt/a",
            "GET /v2/pct/a",
            "GET /x/v2/a",
        ],
    ),
    "defaults of environment variables, enumerations and classes": (
        {
            "main.py": """
                import os
                from os import getenv
                from enum import Enum
                from fastapi import APIRouter, FastAPI
                class P(str, Enum):
                    ITEMS = "/items"
                class C:
                    PFX = "/c"
                    class Inner:
                        X = "/in"
                a = APIRouter()
                @a.get("/a")
                def fa(): ...
                app = FastAPI()
                app.include_router(a, prefix=os.getenv("P", "/e1"))
                app.include_router(a, prefix=os.environ.get("P", "/e2"))
                app.include_router(a, prefix=getenv("P", default="/e3"))
                app.include_router(a, prefix=P.ITEMS)
                app.include_router(a, prefix=P.ITEMS.value + "/v")
                app.include_router(a, prefix=C.PFX)
                app.include_router(a, prefix=C.Inner.X)
                app.include_router(a, prefix=C().PFX + "/i")
                app.include_router(a, prefix=os.getenv("NOPE") or "/e4")
                app.include_router(a, prefix=os.environ["NOPE"])
            """,
        },
        [
            "GET /c/a",
            "GET /c/i/a",
            "GET /e1/a",
            "GET /e2/a",
            "GET /e3/a",
            "GET /e4/a",
            "GET /in/a",
            "GET /items/a",
            "GET /items/v/a",
            "GET /{?}/a",
        ],
    ),
    "constructors, mappings and functions": (
        {
            "main.py": """
                from dataclasses import dataclass, field
                from types import SimpleNamespace
                from fastapi import APIRouter, FastAPI
                @dataclass
                class Conf:
                    prefix: str = "/d"
                conf = Conf()
                conf2 = Conf(prefix="/given")
                ns = SimpleNamespace(prefix="/ns")
                D = {"api": {"prefix": "/deep"}, "v": "/v"}
                def prefix_for(name):
                    return f"/api/{name}"
                a = APIRouter()
                @a.get("/a")
                def fa(): ...
                app = FastAPI()
                app.include_router(a, prefix=conf.prefix)
                app.include_router(a, prefix=conf2.prefix)
                app.include_router(a, prefix=ns.prefix)
                app.include_router(a, prefix=D["api"]["prefix"])
                app.include_router(a, prefix=D.get("v"))
                app.include_router(a, prefix=prefix_for("x"))
            """,
        },
        ["GET /api/x/a", "GET /d/a", "GET /deep/a", "GET /given/a", "GET /ns/a", "GET /v/a"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_prefixes_are_folded(project_of: ProjectOf, name: str) -> None:
    files, expected = CASES[name]
    assert sorted(route.key for route in project_of(files).routes) == expected


def test_the_branch_that_settings_choose(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                import os
                from fastapi import APIRouter, FastAPI

                API_PREFIX = os.environ.get("API_PREFIX", "")
                HOST = os.environ.get("ADMIN_HOST")
                router = APIRouter()

                @router.get("/x")
                def x(): ...

                def include(app, router, **kwargs):
                    start = f"/{API_PREFIX.strip('/')}" if API_PREFIX else ""
                    given = kwargs.get("prefix")
                    if given:
                        prefix = f"{start}/{given.strip('/')}"
                    else:
                        prefix = start
                    app.include_router(router, **{**kwargs, "prefix": prefix})

                admin = FastAPI()

                @admin.get("/users")
                def users(): ...

                app = FastAPI()
                include(app, router)
                include(app, router, prefix="/api/")
                if HOST is None:
                    app.mount("/admin", admin)
                else:
                    app.host(HOST, admin)
            """
        }
    )
    assert sorted(r.key for r in project.routes) == ["GET /admin/users", "GET /api/x", "GET /x"]


def test_a_branch_that_assigns_what_it_asks_for(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app.py": """
            def name(given):
                header = given.get("x")
                if not header:
                    header = "x-request-id"
                return header
            """
        }
    )
    function = project.functions[0]
    returned = next(stmt for stmt in function.statements if isinstance(stmt, syntax.Return))
    assert project.constants.text(returned.value, function) == "x-request-id"
