"""Class-based views, and apps and routers that classes make."""

import pytest
from tests.conftest import ProjectOf

CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "cbv of fastapi-utils": (
        {
            "main.py": """
                from fastapi import APIRouter, Depends, FastAPI
                from fastapi_utils.cbv import cbv
                from fastapi_utils.inferring_router import InferringRouter
                router = InferringRouter(prefix="/items")
                def db(): ...
                @cbv(router)
                class Items:
                    session = Depends(db)
                    @router.get("/{id}")
                    def one(self, id: int): ...
                    @router.post("")
                    def add(self): ...
                app = FastAPI()
                app.include_router(router)
            """,
        },
        ["GET /items/{id}", "POST /items"],
    ),
    "resources of fastapi-utils": (
        {
            "main.py": """
                from fastapi import FastAPI
                from fastapi_utils import Api, Resource
                class MyApi(Resource):
                    def __init__(self, client):
                        self.client = client
                    def get(self):
                        return 1
                    async def post(self):
                        return 2
                def create_app():
                    app = FastAPI()
                    api = Api(app)
                    api.add_resource(MyApi(1), "/uri", "/uri/alt")
                    return app
                app = create_app()
            """,
        },
        ["GET /uri", "GET /uri/alt", "POST /uri", "POST /uri/alt"],
    ),
    "resources of fastapi-restful": (
        {
            "main.py": """
                from fastapi import FastAPI
                from fastapi_restful import Api, Resource, set_responses
                class MyApi(Resource):
                    @set_responses(int)
                    async def get(self):
                        return 1
                    def put(self, a: int):
                        return 2
                    def helper(self): ...
                app = FastAPI()
                api = Api(app)
                resource = MyApi()
                api.add_resource(resource, "/uri")
            """,
        },
        ["GET /uri", "PUT /uri"],
    ),
    "a class that keeps its router": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                class Items:
                    def __init__(self):
                        self.router = APIRouter(prefix="/items")
                        self.router.add_api_route("/a", self.a, methods=["GET"])
                        self.router.add_api_route("/b", self.b, methods=["POST"])
                    def a(self): ...
                    def b(self): ...
                app = FastAPI()
                app.include_router(Items().router)
            """,
        },
        ["GET /items/a", "POST /items/b"],
    ),
    "subclasses of a class that keeps its router": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                class Base:
                    prefix = ""
                    def __init__(self):
                        self.router = APIRouter(prefix=self.prefix)
                        self.router.add_api_route("/", self.listed, methods=["GET"])
                        self.router.add_api_route("/{id}", self.one, methods=["GET"])
                class Items(Base):
                    prefix = "/items"
                    def listed(self): ...
                    def one(self, id: int): ...
                class Users(Base):
                    prefix = "/users"
                    def listed(self): ...
                    def one(self, id: int): ...
                app = FastAPI()
                app.include_router(Items().router)
                app.include_router(Users().router)
            """,
        },
        ["GET /items/", "GET /items/{id}", "GET /users/", "GET /users/{id}"],
    ),
    "a class of the app": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a = APIRouter()
                @a.get("/a")
                def fa(): ...
                class App(FastAPI):
                    def __init__(self, *args, **kw):
                        super().__init__(*args, **kw)
                        self.setup()
                    def setup(self):
                        self.include_router(a, prefix="/v1")
                        self.add_api_route("/h", self.h)
                    def h(self): ...
                app = App(title="x")
            """,
        },
        ["GET /h", "GET /v1/a"],
    ),
    "a class that makes the app": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a = APIRouter()
                @a.get("/a")
                def fa(): ...
                class Server:
                    def __init__(self):
                        self.app = FastAPI()
                        self._routes()
                    def _routes(self):
                        self.app.include_router(a, prefix="/v1")
                        @self.app.get("/h")
                        def h(): ...
                app = Server().app
            """,
        },
        ["GET /h", "GET /v1/a"],
    ),
    "a router in a class body": (
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                class Items:
                    router = APIRouter(prefix="/items")
                    @staticmethod
                    @router.get("/s")
                    def s(): ...
                    @router.get("/a")
                    async def a(): ...
                app = FastAPI()
                app.include_router(Items.router)
            """,
        },
        ["GET /items/a", "GET /items/s"],
    ),
    "a metaclass": (
        {
            "main.py": """
                from fastapi import FastAPI
                exec("app = FastAPI()")
                class M(type):
                    def __new__(m, n, b, d):
                        return super().__new__(m, n, b, d)
                class X(FastAPI, metaclass=M): ...
                app = X()
                @app.get("/x")
                def x(): ...
            """,
        },
        ["GET /x"],
    ),
    "a class method that registers": (
        {
            "main.py": """
                from fastapi import FastAPI
                class View:
                    path = ""
                    @classmethod
                    def register(cls, app):
                        app.add_api_route(cls.path, cls.get, methods=["GET"])
                class Items(View):
                    path = "/items"
                    @staticmethod
                    def get(): ...
                class Users(View):
                    path = "/users"
                    @staticmethod
                    def get(): ...
                app = FastAPI()
                Items.register(app)
                Users.register(app)
            """,
        },
        ["GET /items", "GET /users"],
    ),
    "methods that are looked up": (
        {
            "main.py": """
                from fastapi import FastAPI, APIRouter
                class View:
                    methods = ("get", "post")
                    def __init__(self, path):
                        self.router = APIRouter()
                        for m in ("get", "post"):
                            if hasattr(self, m):
                                self.router.add_api_route(path, getattr(self, m), methods=[m.upper()])
                class Items(View):
                    def get(self): ...
                    def post(self): ...
                class Users(View):
                    def get(self): ...
                app = FastAPI()
                app.include_router(Items("/items").router)
                app.include_router(Users("/users").router, prefix="/v1")
            """,
        },
        ["GET /items", "GET /v1/users", "POST /items"],
    ),
    "a property that makes the router": (
        {
            "main.py": """
                from fastapi import FastAPI, APIRouter
                class C:
                    @property
                    def router(self):
                        r = APIRouter(prefix="/c")
                        r.add_api_route("/x", self.x)
                        return r
                    def x(self): ...
                    def build(self) -> APIRouter:
                        r = APIRouter(prefix="/d")
                        r.get("/y")(self.x)
                        return r
                app = FastAPI()
                app.include_router(C().router)
                app.include_router(C().build())
            """,
        },
        ["GET /c/x", "GET /d/y"],
    ),
    "classy-fastapi": (
        {
            "main.py": """
                from fastapi import FastAPI
                from classy_fastapi import Routable, get, delete
                class UserRoutes(Routable):
                    def __init__(self, dao) -> None:
                        super().__init__(prefix="/u")
                    @get('/user/{name}')
                    def get_user(self, name: str): ...
                    @delete('/user/{name}')
                    def del_user(self, name: str): ...
                app = FastAPI()
                routes = UserRoutes(1)
                app.include_router(routes.router)
            """,
        },
        ["DELETE /u/user/{name}", "GET /u/user/{name}"],
    ),
    "fastapi-controllers": (
        {
            "main.py": """
                from fastapi import FastAPI
                from fastapi_controllers import Controller, get
                class C(Controller):
                    prefix = "/c"
                    @get("/x")
                    def x(self): ...
                app = FastAPI()
                app.include_router(C.create_router())
            """,
        },
        ["GET /c/x"],
    ),
    "a class with methods named for those of a router": (
        {
            "main.py": """
                from fastapi import FastAPI, APIRouter
                class Api:
                    def __init__(self, prefix):
                        self._router = APIRouter(prefix=prefix)
                    def get(self, path, **kw):
                        return self._router.get(path, **kw)
                    def post(self, path, **kw):
                        return self._router.post(path, **kw)
                    def mount(self, app):
                        app.include_router(self._router)
                api = Api("/i")
                other = Api("/o")
                @api.get("/x")
                def x(): ...
                @other.post("/y")
                def y(): ...
                app = FastAPI()
                api.mount(app)
                other.mount(app)
            """,
        },
        ["GET /i/x", "POST /o/y"],
    ),
    "derived under other names": (
        {
            "main.py": """
                from fastapi import FastAPI as Framework
                from routes import Items as Group
                class Service(Framework): ...
                items = Group(prefix="/items")
                @items.get("/{id}")
                def one(id: int): ...
                app = Service()
                app.include_router(items)
            """,
            "routes.py": """
                import fastapi
                Base = fastapi.APIRouter
                class Grouped(Base): ...
                class Items(Grouped): ...
            """,
        },
        ["GET /items/{id}"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_routes_are_found(project_of: ProjectOf, name: str) -> None:
    files, expected = CASES[name]
    assert sorted(route.key for route in project_of(files).routes) == expected
