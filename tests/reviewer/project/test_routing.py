"""The static route table: what is registered where, without importing anything."""

import pytest
from tests.conftest import ProjectOf

from fastreview.project import Project

ROUTER = """
    from fastapi import APIRouter
    router = APIRouter(prefix="/items", tags=["items"])

    @router.get("/{item_id}")
    async def read(item_id: int): ...

    @router.post("")
    async def create(): ...
"""


def table(project: Project) -> list[str]:
    return sorted(route.key for route in project.routes)


def test_prefixes_of_app_router_and_include_add_up(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app/__init__.py": "",
            "app/items.py": ROUTER,
            "app/main.py": """
                from fastapi import APIRouter, FastAPI
                from app import items

                V1 = "v1"
                api = APIRouter(prefix=f"/api/{V1}")
                api.include_router(items.router, prefix="/shop")
                app = FastAPI()
                app.include_router(api)

                @app.get("/health")
                def health(): ...
            """,
        }
    )
    assert table(project) == ["GET /api/v1/shop/items/{item_id}", "GET /health", "POST /api/v1/shop/items"]
    create = next(r for r in project.routes if r.method == "POST")
    assert (create.place.path, create.place.line) == ("app/items.py", 9)
    assert create.tags == ("items",)


def test_a_factory_takes_the_app_as_argument(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app/items.py": ROUTER,
            "app/setup.py": """
                from app.items import router as items_router

                def register(application, prefix="/api"):
                    application.include_router(items_router, prefix=prefix)
            """,
            "app/main.py": """
                from fastapi import FastAPI
                from .setup import register

                def create_app() -> FastAPI:
                    app = FastAPI()
                    register(app)
                    return app
            """,
        }
    )
    assert table(project) == ["GET /api/items/{item_id}", "POST /api/items"]


def test_loops_over_lists_of_routers(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI

                a, b = APIRouter(), APIRouter()

                @a.get("/x")
                def x(): ...

                @b.get("/y")
                def y(): ...

                ROUTERS = [(a, "/one"), (b, "/two")]
                app = FastAPI()
                for router, prefix in ROUTERS:
                    app.include_router(router, prefix=prefix)
            """
        }
    )
    assert table(project) == ["GET /one/x", "GET /two/y"]


def test_a_router_factory_makes_a_router_at_each_call(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI

                def base():
                    return APIRouter()

                def users():
                    router = base()

                    @router.get("/users")
                    def listed(): ...

                    return router

                def items():
                    router = base()

                    @router.get("/items")
                    def listed(): ...

                    return router

                app = FastAPI()
                app.include_router(users(), prefix="/a")
                app.include_router(items(), prefix="/b")
            """
        }
    )
    assert table(project) == ["GET /a/users", "GET /b/items"]


def test_subclasses_pass_their_prefix_on(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI

                class Versioned(APIRouter):
                    def __init__(self, name: str, version: str = "/v2"):
                        super().__init__(prefix=version + name)

                orders = Versioned("/orders")
                other = Versioned("/other", version="/v3")

                @orders.get("")
                def a(): ...

                @other.get("")
                def b(): ...

                app = FastAPI()
                app.include_router(orders)
                app.include_router(other)
            """
        }
    )
    assert table(project) == ["GET /v2/orders", "GET /v3/other"]


def test_mounted_apps_belong_to_the_app_that_mounts_them(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import FastAPI, WebSocket

                admin = FastAPI()

                @admin.delete("/users/{user_id}")
                def remove(user_id: int): ...

                app = FastAPI()
                app.mount("/admin", admin)
                app.add_api_route("/ping", lambda: "pong", methods=["GET", "HEAD"])

                @app.websocket("/live")
                async def live(socket: WebSocket): ...
            """
        }
    )
    assert len(project.apps) == 1
    assert table(project) == ["DELETE /admin/users/{user_id}", "GET /ping", "HEAD /ping", "WS /live"]


def test_an_include_known_only_at_run_time_takes_the_routers_left_over(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app/items.py": ROUTER,
            "app/main.py": """
                import importlib, pkgutil
                from fastapi import FastAPI

                app = FastAPI()
                for found in pkgutil.iter_modules(["app"]):
                    module = importlib.import_module(found.name)
                    app.include_router(module.router)
            """,
        }
    )
    assert table(project) == ["GET /items/{item_id}", "POST /items"]


@pytest.mark.parametrize("wrapper", ["socketio.ASGIApp(server, app)", "ProxyHeadersMiddleware(app)"])
def test_wrapped_apps_are_still_the_app(project_of: ProjectOf, wrapper: str) -> None:
    project = project_of(
        {
            "main.py": f"""
                import socketio
                from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
                from fastapi import FastAPI

                app = FastAPI()
                wrapped = {wrapper}

                @app.get("/x")
                def x(): ...
            """
        }
    )
    assert table(project) == ["GET /x"]


def test_two_endpoints_of_one_name_are_two_routes(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import FastAPI
                app = FastAPI()

                @app.get("/a")
                def same(): ...

                @app.get("/b")
                def same(): ...
            """
        }
    )
    assert [r.place.line for r in project.routes] == [6, 9]


def test_routers_that_include_one_another_end(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a = APIRouter(); b = APIRouter()
                a.include_router(b); b.include_router(a)

                @a.get("/a")
                def f(): ...

                app = FastAPI()
                app.include_router(a)
            """
        }
    )
    assert table(project) == ["GET /a"]


@pytest.mark.parametrize(
    ("imported", "expected"),
    [
        ('f"app.routers.{name}"', ["GET /v1/items/{item_id}", "POST /v1/items"]),
        ('f"{routers.__name__}.{name}"', ["GET /v1/items/{item_id}", "POST /v1/items"]),
        ('"app.routers." + name', ["GET /v1/items/{item_id}", "POST /v1/items"]),
        ('f".{name}.others", package=__package__', []),
        ('f"app.routers.{name}.others"', ["GET /v1/others/{item_id}", "POST /v1/others"]),
    ],
)
def test_names_put_together_say_which_modules_are_imported(
    project_of: ProjectOf, imported: str, expected: list[str]
) -> None:
    project = project_of(
        {
            "app/__init__.py": "",
            "app/routers/__init__.py": "",
            "app/routers/items.py": ROUTER,
            "app/routers/deep/__init__.py": "",
            "app/routers/deep/others.py": ROUTER.replace("/items", "/others"),
            "app/elsewhere.py": ROUTER.replace("/items", "/elsewhere"),
            "app/main.py": f"""
                import importlib, pkgutil
                from fastapi import APIRouter, FastAPI
                from app import routers

                v1 = APIRouter(prefix="/v1")
                for _, name, _ in pkgutil.iter_modules(routers.__path__):
                    module = importlib.import_module({imported})
                    v1.include_router(module.router)
                app = FastAPI()
                app.include_router(v1)
            """,
        }
    )
    assert table(project) == expected


def test_written_out_patterns_limit_what_is_discovered(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "users/api/users.py": ROUTER,
            "users/api/v2/others.py": ROUTER.replace("/items", "/others"),
            "main.py": """
                import glob, importlib, os
                from fastapi import FastAPI

                app = FastAPI()
                for path in glob.glob(os.path.join(os.path.dirname(__file__), "*", "api", "[!_]*.py")):
                    module = importlib.import_module(path)
                    app.include_router(module.router)
            """,
        }
    )
    assert table(project) == ["GET /items/{item_id}", "POST /items"]


def test_router_that_a_library_makes_is_no_search_for_routers(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "callbacks.py": ROUTER,
            "main.py": """
                from fastapi import APIRouter, FastAPI
                from uploads_of_a_library import make_router

                made: APIRouter = make_router(prefix="files")
                app = FastAPI()
                app.include_router(made, prefix="/uploads")
            """,
        }
    )
    assert table(project) == []


def test_routers_of_libraries_bring_their_routes(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import FastAPI
                from fastapi_users import FastAPIUsers

                users = FastAPIUsers(None, [])
                app = FastAPI()
                app.include_router(users.get_auth_router(None), prefix="/auth")
            """
        }
    )
    assert table(project) == ["POST /auth/login", "POST /auth/logout"]


def test_constants_are_folded(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "pkg/__init__.py": "__version__ = '2.1.7-beta'\n",
            "pkg/config.py": """
                from pydantic_settings import BaseSettings
                from pkg import __version__

                PREFIXES = {"minor": f"/v{'.'.join(__version__.split('-')[0].split('.')[:2])}"}

                class Settings(BaseSettings):
                    api: str = "/api"

                settings = Settings()
            """,
            "pkg/main.py": """
                from fastapi import APIRouter, FastAPI
                from pkg.config import PREFIXES, settings

                router = APIRouter()

                @router.get("/x")
                def x(): ...

                app = FastAPI()
                app.include_router(router, prefix=settings.api + PREFIXES["minor"])
            """,
        }
    )
    assert table(project) == ["GET /api/v2.1/x"]


def test_routers_of_libraries_are_named_where_their_routes_are_not_known(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app/__init__.py": "",
            "app/items.py": ROUTER,
            "app/main.py": """
                from fastapi import APIRouter, FastAPI
                from tiles.factory import TilerFactory
                from app import items

                cog = TilerFactory(prefix="/cog")
                own = APIRouter()
                app = FastAPI()
                app.include_router(cog.router)
                app.include_router(own)
                app.include_router(items.router)
            """,
        }
    )
    assert project.unread_routers == ("tiles.factory.TilerFactory.router",)
