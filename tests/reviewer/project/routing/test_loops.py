"""Lists of routers: written out, grown in place, unpacked, mapped, made by functions."""

import pytest
from tests.conftest import ProjectOf

CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "grown in place": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                from more import more
                a, b, c, d = APIRouter(), APIRouter(), APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                @c.get("/c")
                def fc(): ...
                @d.get("/d")
                def fd(): ...
                routers = [a]
                routers += [b]
                routers.extend([c])
                routers.append(d)
                routers.extend(more)
                app = FastAPI()
                for r in routers:
                    app.include_router(r)
            """,
            "more.py": """
                from fastapi import APIRouter
                e = APIRouter()
                @e.get("/e")
                def fe(): ...
                more = [e]
            """,
        },
        ["GET /a", "GET /b", "GET /c", "GET /d", "GET /e"],
    ),
    "items of a mapping": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                ROUTERS = {"/one": a, "/two": b}
                app = FastAPI()
                for prefix, r in ROUTERS.items():
                    app.include_router(r, prefix=prefix)
            """,
        },
        ["GET /one/a", "GET /two/b"],
    ),
    "values of a mapping": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                ROUTERS = {"/one": a, "/two": b}
                app = FastAPI()
                for r in ROUTERS.values():
                    app.include_router(r)
            """,
        },
        ["GET /a", "GET /b"],
    ),
    "a list of mappings": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                ROUTERS = [{"router": a, "prefix": "/one"}, {"router": b, "prefix": "/two"}, dict(router=a, prefix="/three")]
                app = FastAPI()
                for r in ROUTERS:
                    app.include_router(r["router"], prefix=r["prefix"])
            """,
        },
        ["GET /one/a", "GET /three/a", "GET /two/b"],
    ),
    "mappings spread into the call": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                ROUTERS = [{"router": a, "prefix": "/one"}, {"router": b, "prefix": "/two"}]
                app = FastAPI()
                for r in ROUTERS:
                    app.include_router(**r)
            """,
        },
        ["GET /one/a", "GET /two/b"],
    ),
    "named tuples": (
        {
            "main.py": """
                from dataclasses import dataclass
                from typing import NamedTuple
                from fastapi import APIRouter, FastAPI
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                class R(NamedTuple):
                    router: APIRouter
                    prefix: str = ""
                ROUTERS = [R(a, "/one"), R(router=b, prefix="/two"), R(a)]
                app = FastAPI()
                for r in ROUTERS:
                    app.include_router(r.router, prefix=r.prefix)
            """,
        },
        ["GET /a", "GET /one/a", "GET /two/b"],
    ),
    "a comprehension": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                app = FastAPI()
                [app.include_router(r, prefix="/p") for r in (a, b)]
            """,
        },
        ["GET /p/a", "GET /p/b"],
    ),
    "modules": (
        {
            "main.py": """
                from fastapi import FastAPI
                from api import items, users
                app = FastAPI()
                for module in (items, users):
                    app.include_router(module.router)
            """,
            "api/__init__.py": """

            """,
            "api/items.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/items")
                @router.get("")
                def f(): ...
            """,
            "api/users.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/users")
                @router.get("")
                def f(): ...
            """,
        },
        ["GET /items", "GET /users"],
    ),
    "imported by name": (
        {
            "main.py": """
                import importlib
                from fastapi import FastAPI
                app = FastAPI()
                for name in ("items", "users"):
                    module = importlib.import_module(f"api.{name}")
                    app.include_router(module.router, prefix=f"/{name}")
            """,
            "api/__init__.py": """

            """,
            "api/items.py": """
                from fastapi import APIRouter
                router = APIRouter()
                @router.get("")
                def f(): ...
            """,
            "api/users.py": """
                from fastapi import APIRouter
                router = APIRouter()
                @router.get("")
                def f(): ...
            """,
        },
        ["GET /items", "GET /users"],
    ),
    "zip and enumerate": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                app = FastAPI()
                for r, p in zip([a, b], ["/one", "/two"]):
                    app.include_router(r, prefix=p)
                for i, r in enumerate([a, b]):
                    app.include_router(r)
            """,
        },
        ["GET /a", "GET /b", "GET /one/a", "GET /two/b"],
    ),
    "returned by a function": (
        {
            "main.py": """
                from fastapi import FastAPI
                from api import get_routers, ROUTERS
                app = FastAPI()
                for r in get_routers():
                    app.include_router(r)
            """,
            "api.py": """
                from fastapi import APIRouter
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                ROUTERS = []
                def get_routers():
                    return [a, b]
            """,
        },
        ["GET /a", "GET /b"],
    ),
    "yielded by a function": (
        {
            "main.py": """
                from fastapi import FastAPI, APIRouter
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                def get_routers():
                    yield a
                    yield b
                app = FastAPI()
                for r in get_routers():
                    app.include_router(r)
            """,
        },
        ["GET /a", "GET /b"],
    ),
    "methods and paths": (
        {
            "main.py": """
                from fastapi import FastAPI
                app = FastAPI()
                def f(): ...
                for m in ("GET", "POST"):
                    app.add_api_route("/p", f, methods=[m])
                for path in ["/a", "/b"]:
                    @app.get(path)
                    def g(): ...
                for path, fn in {"/c": f, "/d": f}.items():
                    app.get(path)(fn)
            """,
        },
        ["GET /a", "GET /b", "GET /c", "GET /d", "GET /p", "POST /p"],
    ),
    "a mapping that is filled": (
        {
            "main.py": """
                from fastapi import FastAPI, APIRouter
                ROUTERS = {}
                def register(name):
                    def deco(factory):
                        ROUTERS[name] = factory
                        return factory
                    return deco
                a = APIRouter()
                @a.get("/a")
                def fa(): ...
                ROUTERS["x"] = a
                app = FastAPI()
                for n, r in ROUTERS.items():
                    app.include_router(r, prefix=f"/{n}")
            """,
        },
        ["GET /x/a"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_routes_are_found(project_of: ProjectOf, name: str) -> None:
    files, expected = CASES[name]
    assert sorted(route.key for route in project_of(files).routes) == expected


def test_outer_loops_come_first(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a, b = APIRouter(), APIRouter()
                @a.get("/a")
                def fa(): ...
                @b.get("/b")
                def fb(): ...
                app = FastAPI()
                for version in ("/v1", "/v2"):
                    for router in (a, b):
                        app.include_router(router, prefix=version)
            """,
        }
    )
    assert [route.key for route in project.routes] == ["GET /v1/a", "GET /v1/b", "GET /v2/a", "GET /v2/b"]


SETUP = """
    from fastapi import APIRouter, FastAPI
    from config import settings

    api = FastAPI()
    router = APIRouter()

    @api.get("/items")
    def items(): ...

    @router.get("/users")
    def users(): ...

    def mount_api(app: FastAPI):
        app.mount("/api", api)

    def add_routers(app: FastAPI):
        app.include_router(router, prefix="/v1")

    def unused(app: FastAPI):
        app.include_router(router, prefix="/unused")

    def create_app():
        app = FastAPI()
        for configure in [mount_api, add_routers]:
            configure(app)
        if settings.base_url and settings.base_url != "/":
            outer = FastAPI()
            outer.mount(settings.base_url, app)
            return outer
        return app

    app = create_app()
"""


def test_functions_that_a_loop_calls_set_the_app_up(project_of: ProjectOf) -> None:
    project = project_of({"main.py": SETUP, "config.py": "from settings import settings\n"})

    assert {app.place.path for app in project.apps if app.routes} == {"main.py"}
    assert sorted(route.key for route in project.routes) == ["GET /api/items", "GET /v1/users"]
    [create] = [f for f in project.functions if f.name == "create_app"]
    [call] = [site for site in create.calls if site.call.name == "configure"]
    assert [getattr(target, "name", "") for target in project.targets(call)] == ["mount_api", "add_routers"]
