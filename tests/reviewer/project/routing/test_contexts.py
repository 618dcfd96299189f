"""What functions register: for each call of a factory, of a helper, and of a decorator of the project's own."""

import pytest
from tests.conftest import ProjectOf

CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "a router factory with parameters": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                def crud(name: str, model) -> APIRouter:
                    router = APIRouter(prefix=f"/{name}")
                    @router.get("")
                    def all(): ...
                    @router.get("/{id}")
                    def one(id: int): ...
                    return router
                app = FastAPI()
                app.include_router(crud("a", int))
                app.include_router(crud("b", str))
            """,
        },
        ["GET /a", "GET /a/{id}", "GET /b", "GET /b/{id}"],
    ),
    "a decorator that is given the method of a router": (
        {
            "guards.py": """
                from fastapi import Security
                from fastapi.security import OAuth2PasswordBearer
                scheme = OAuth2PasswordBearer(tokenUrl="token")
                def protected(method, path, scopes=None, **kwargs):
                    def decorator(func):
                        checked = requires(scopes)(func)
                        return method(path, dependencies=[Security(scheme, scopes=scopes)], **kwargs)(checked)
                    return decorator
                """,
            "items.py": """
                from fastapi import APIRouter
                from guards import protected
                router = APIRouter(prefix="/items")
                @protected(router.get, "/{item_id}", ["read"])
                def read(item_id: int): ...
                @protected(router.post, "")
                def create(): ...
                """,
            "main.py": """
                from fastapi import FastAPI
                import items
                app = FastAPI()
                app.include_router(items.router)
                """,
        },
        ["GET /items/{item_id}", "POST /items"],
    ),
    "a decorator that is given a method of a router, or else another": (
        {
            "moved.py": """
                def moved(path, new_path, router_method, old_router_method=None, **kwargs):
                    def decorator(func):
                        old_method = old_router_method or router_method
                        old_method(path=path, deprecated=True, **kwargs)(func)
                        router_method(path=new_path, **kwargs)(func)
                        return func
                    return decorator
                """,
            "main.py": """
                from fastapi import FastAPI
                from moved import moved
                app = FastAPI()
                @moved("/old", new_path="/new", router_method=app.get)
                def read(): ...
                @moved("/old", new_path="/new", router_method=app.put, old_router_method=app.post)
                def write(): ...
                """,
        },
        ["GET /new", "GET /old", "POST /old", "PUT /new"],
    ),
    "functions that register, each imported by another name": (
        {
            "login.py": """
                def generate_endpoint(router):
                    @router.post("/login")
                    def login(): ...
                """,
            "logout.py": """
                def generate_endpoint(router):
                    @router.post("/logout")
                    def logout(): ...
                """,
            "main.py": """
                from fastapi import APIRouter, FastAPI
                from login import generate_endpoint as generate_login
                from logout import generate_endpoint as generate_logout
                app = FastAPI()
                router = APIRouter(prefix="/auth")
                generate_login(router)
                generate_logout(router)
                app.include_router(router)
                """,
        },
        ["POST /auth/login", "POST /auth/logout"],
    ),
    "a router factory called in a loop": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                def crud(name: str) -> APIRouter:
                    router = APIRouter()
                    @router.get(f"/{name}")
                    def all(): ...
                    return router
                app = FastAPI()
                for name in ("a", "b"):
                    app.include_router(crud(name))
            """,
        },
        ["GET /a", "GET /b"],
    ),
    "a router class that registers in its constructor": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                class CrudRouter(APIRouter):
                    def __init__(self, name, **kwargs):
                        super().__init__(prefix=f"/{name}", **kwargs)
                        self.add_api_route("", self.all, methods=["GET"])
                        self.add_api_route("/{id}", self.one, methods=["GET"])
                    def all(self): ...
                    def one(self, id: int): ...
                app = FastAPI()
                app.include_router(CrudRouter("a"))
                app.include_router(CrudRouter(name="b"), prefix="/v1")
            """,
        },
        ["GET /a", "GET /a/{id}", "GET /v1/b", "GET /v1/b/{id}"],
    ),
    "a decorator that takes the router": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI, Depends
                def check(): ...
                def protected_route(router, path, method="GET", **kw):
                    def wrap(func):
                        router.add_api_route(path, func, methods=[method], dependencies=[Depends(check)], **kw)
                        return func
                    return wrap
                router = APIRouter(prefix="/x")
                @protected_route(router, "/a")
                def a(): ...
                @protected_route(router, "/b", method="POST")
                def b(): ...
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /x/a", "POST /x/b"],
    ),
    "a function that returns the decorator": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                def mygetter(router, path, **kw):
                    return router.get(path, response_model_exclude_none=True, **kw)
                router = APIRouter(prefix="/x")
                @mygetter(router, "/a")
                def a(): ...
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /x/a"],
    ),
    "a decorator that looks the method up": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                def protected_route(router, path, method="get", **kw):
                    def wrap(func):
                        return getattr(router, method.lower())(path, **kw)(func)
                    return wrap
                router = APIRouter(prefix="/x")
                @protected_route(router, "/a")
                def a(): ...
                @protected_route(router, "/b", "POST")
                def b(): ...
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /x/a", "POST /x/b"],
    ),
    "a decorator that registers what it wraps": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                def protected_route(router: APIRouter, path: str, methods=None, **kw):
                    methods = methods or ["GET"]
                    def decorator(func):
                        @router.api_route(path, methods=methods, **kw)
                        async def inner(*a, **k):
                            return await func(*a, **k)
                        return inner
                    return decorator
                router = APIRouter(prefix="/x")
                @protected_route(router, "/a")
                def a(): ...
                @protected_route(router, "/b", methods=["POST", "PUT"])
                def b(): ...
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /x/a", "POST /x/b", "PUT /x/b"],
    ),
    "methods of a router class": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                class Mine(APIRouter):
                    def guarded_get(self, path, **kw):
                        return self.get(path, **kw)
                    def add(self, path, endpoint, **kw):
                        self.add_api_route(path, endpoint, **kw)
                router = Mine(prefix="/x")
                @router.guarded_get("/a")
                def a(): ...
                def b(): ...
                router.add("/b", b, methods=["DELETE"])
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["DELETE /x/b", "GET /x/a"],
    ),
    "renamed and partial decorators": (
        {
            "main.py": """
                from functools import partial
                from fastapi import APIRouter, FastAPI
                router = APIRouter(prefix="/x")
                get = partial(router.get, response_model_exclude_none=True)
                @get("/a")
                def a(): ...
                post = router.post
                @post("/b")
                def b(): ...
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /x/a", "POST /x/b"],
    ),
    "an include in the lifespan": (
        {
            "main.py": """
                from contextlib import asynccontextmanager
                from fastapi import APIRouter, FastAPI
                a = APIRouter()
                @a.get("/a")
                def fa(): ...
                @asynccontextmanager
                async def lifespan(app: FastAPI):
                    app.include_router(a, prefix="/late")
                    yield
                app = FastAPI(lifespan=lifespan)
            """,
        },
        ["GET /late/a"],
    ),
    "two decorators on one endpoint": (
        {
            "main.py": """
                from fastapi import FastAPI
                app = FastAPI()
                @app.get("/x")
                @app.get("/y")
                @app.post("/x")
                def x(): ...
            """,
        },
        ["GET /x", "GET /y", "POST /x"],
    ),
    "a decorator of another module": (
        {
            "lib.py": """
                from fastapi import APIRouter, Depends, HTTPException
                def check():
                    raise HTTPException(401)
                def protected_route(router: APIRouter, path: str, *, methods=("GET",), **kw):
                    def wrap(func):
                        router.add_api_route(path, func, methods=list(methods), dependencies=[Depends(check)], **kw)
                        return func
                    return wrap
            """,
            "main.py": """
                from fastapi import FastAPI, APIRouter
                from lib import protected_route
                router = APIRouter(prefix="/x")
                @protected_route(router, "/a", response_model=int, status_code=201)
                async def a(): ...
                @protected_route(router, "/b", methods=["POST", "PUT"])
                async def b(): ...
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /x/a", "POST /x/b", "PUT /x/b"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_routes_are_found(project_of: ProjectOf, name: str) -> None:
    files, expected = CASES[name]
    assert sorted(route.key for route in project_of(files).routes) == expected


def test_a_module_that_is_handed_in_sets_the_app_up(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "providers/__init__.py": "",
            "providers/cors.py": """
            from fastapi.middleware.cors import CORSMiddleware

            def register(app):
                app.add_middleware(CORSMiddleware, allow_origins=["*"])

                @app.on_event("shutdown")
                def stop() -> None: ...
            """,
            "providers/unused.py": """
            def register(app):
                app.add_middleware(object)
            """,
            "main.py": """
            from fastapi import FastAPI
            from providers import cors

            def register(app, provider):
                provider.register(app)

            def create_app():
                app = FastAPI()
                register(app, cors)
                return app

            app = create_app()
            """,
        }
    )
    [app] = project.apps
    assert [middleware.name for middleware in project.middleware if middleware.app is app] == ["CORSMiddleware"]
    assert app.router is not None
    assert [event for event, *_ in app.router.events] == ["shutdown"]


def test_an_attribute_of_the_app_that_holds_a_path(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import FastAPI

            app = FastAPI()

            @app.get(app.swagger_ui_oauth2_redirect_url)
            def redirect() -> None: ...
            """
        }
    )
    assert [route.key for route in project.routes] == ["GET /docs/oauth2-redirect"]
