"""Who stands before a route, and what runs on the loop at start-up."""

from tests.conftest import ProjectOf

from fastreview.project.project import Project


def guards(project: Project) -> dict[str, tuple[str, ...]]:
    return {route.key: route.security for route in project.routes}


def test_a_function_that_only_returns_depends(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import APIRouter, Depends, FastAPI, HTTPException

            def check() -> None:
                raise HTTPException(401)

            def Authenticated():
                return Depends(check)

            router = APIRouter(dependencies=[Authenticated()])

            @router.post("/a")
            def a() -> None: ...

            app = FastAPI()
            app.include_router(router)
            """
        }
    )
    assert guards(project)["POST /a"]


def test_dependencies_appended_to_a_list(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import APIRouter, Depends, FastAPI, HTTPException

            router = APIRouter()

            @router.post("/a")
            def a() -> None: ...

            def check() -> None:
                raise HTTPException(403)

            def make(secure: bool) -> FastAPI:
                app = FastAPI()
                dependencies = []
                if secure:
                    dependencies.append(Depends(check))
                app.include_router(router, dependencies=dependencies)
                return app
            """
        }
    )
    assert guards(project)["POST /a"]


def test_an_error_code_says_that_the_caller_is_turned_away(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import Depends, FastAPI
            from errors import AppError, Code

            def check() -> None:
                raise AppError(Code.INSUFFICIENT_PERMISSIONS, "no")

            app = FastAPI(dependencies=[Depends(check)])

            @app.post("/a")
            def a() -> None: ...
            """,
            "errors.py": """
            import enum

            class Code(enum.Enum):
                INSUFFICIENT_PERMISSIONS = 1

            class AppError(Exception): ...
            """,
        }
    )
    assert guards(project)["POST /a"]


def test_middleware_from_a_function(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import FastAPI
            from fastapi.middleware import Middleware
            from fastapi.middleware.cors import CORSMiddleware

            def stack() -> list[Middleware]:
                return [Middleware(CORSMiddleware, allow_origins=["*"])]

            app = FastAPI(middleware=stack())
            """
        }
    )
    assert [m.library for m in project.middleware] == ["fastapi.middleware.cors.CORSMiddleware"]


def test_lifespan_and_events_run_on_the_loop(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from contextlib import asynccontextmanager
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app: FastAPI):
                yield

            app = FastAPI(lifespan=lifespan)

            @app.on_event("startup")
            async def start() -> None: ...
            """
        }
    )
    assert {(f.entry.kind, f.function.name) for f in project.loop_functions} == {
        ("lifespan", "lifespan"),
        ("lifespan", "start"),
    }


def test_a_name_rebound_to_an_instance_of_itself(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "crawler.py": """
            class Crawler:
                async def fetch(self) -> str: ...
            """,
            "main.py": """
            from fastapi import FastAPI
            from crawler import Crawler

            Crawler = Crawler()
            app = FastAPI()

            @app.get("/a")
            async def a() -> str:
                return await Crawler.fetch()
            """,
        }
    )
    assert "fetch" in {f.function.name for f in project.loop_functions}


def test_an_import_root_called_scripts_holds_scripts(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "scripts/helper.py": "def help_me(): ...",
            "scripts/run.py": "import helper",
            "app/main.py": "from fastapi import FastAPI\napp = FastAPI()",
        }
    )
    assert {m.path: m.kind for m in project.modules}["scripts/helper.py"] == "script"


def test_a_file_called_tests_holds_tests(project_of: ProjectOf) -> None:
    project = project_of({"shop/tests.py": "from unittest import mock", "worker/tests.py": "from app import celery"})
    assert {m.path: m.kind for m in project.modules} == {"shop/tests.py": "test", "worker/tests.py": "service"}


def test_a_module_does_not_shadow_a_library_for_its_neighbours(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "shop/__init__.py": "",
            "shop/auth/__init__.py": "",
            "shop/auth/jwt.py": "def decode(): ...",
            "shop/auth/users.py": "import jwt",
            "shop/auth/more.py": "from shop.auth.users import x\nfrom shop.auth.jwt import decode",
        }
    )
    assert project.names.module("jwt") is None


def test_an_error_named_for_authentication_turns_away_and_one_of_oauth_does_not(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import APIRouter, Depends, FastAPI, Request

            class AuthException(Exception): ...
            class OAuthError(Exception): ...

            class PreAuth:
                async def __call__(self, request: Request) -> None:
                    if not request.headers.get("Authorization"):
                        raise AuthException("sign in first")

            def pre_auth():
                return Depends(PreAuth())

            def provider() -> None:
                raise OAuthError("the provider is down")

            router = APIRouter(dependencies=[pre_auth()])
            open_router = APIRouter(dependencies=[Depends(provider)])

            @router.post("/a")
            def a() -> None: ...

            @open_router.post("/b")
            def b() -> None: ...

            app = FastAPI()
            app.include_router(router)
            app.include_router(open_router)
            """
        }
    )
    assert guards(project)["POST /a"]
    assert not guards(project)["POST /b"]


def test_a_token_against_forged_requests_authenticates_nobody(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import Depends, FastAPI, HTTPException, Request
            from starlette.middleware.base import BaseHTTPMiddleware
            class CSRFMiddleware(BaseHTTPMiddleware):
                async def dispatch(self, request, call_next):
                    if request.headers.get("x-csrftoken") != request.cookies.get("csrftoken"):
                        raise HTTPException(403)
                    return await call_next(request)
            def verify_csrf(request: Request):
                if "x-csrftoken" not in request.headers:
                    raise HTTPException(403)
            app = FastAPI()
            app.add_middleware(CSRFMiddleware)
            @app.post("/orders", dependencies=[Depends(verify_csrf)])
            def order(): ...
            """
        }
    )
    assert project.routes[0].security == ()


def test_an_interface_authenticates_as_its_implementations_do(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "auth.py": """
            from abc import ABC, abstractmethod
            from fastapi import HTTPException, Request
            class Authentication(ABC):
                @abstractmethod
                async def __call__(self, request: Request) -> str:
                    \"\"\"Who calls.\"\"\"
            class Nobody(Authentication):
                async def __call__(self, request: Request) -> str:
                    return "nobody"
            class Tokens(Authentication):
                async def __call__(self, request: Request) -> str:
                    if "authorization" not in request.headers:
                        raise HTTPException(401)
                    return request.headers["authorization"]
            def configured(name: str) -> Authentication:
                return Tokens() if name == "tokens" else Nobody()
            """,
            "main.py": """
            from typing import Annotated
            from fastapi import Depends, FastAPI
            from auth import configured
            from settings import settings
            app = FastAPI()
            authentication = configured(settings.module)
            @app.post("/orders")
            def order(caller: Annotated[str, Depends(authentication)]): ...
            """,
        }
    )
    assert project.routes[0].security != ()


def test_an_author_authenticates_nobody(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import Depends, FastAPI
            from library import Authenticated, Provide, new_author, AuthorReader
            app = FastAPI()
            @app.post("/authors")
            def add(make=Depends(Provide[new_author])): ...
            @app.post("/readers")
            def read(reader=Depends(AuthorReader)): ...
            @app.post("/books")
            def order(caller=Depends(Authenticated)): ...
            """
        }
    )
    assert {key: bool(names) for key, names in guards(project).items()} == {
        "POST /authors": False,
        "POST /readers": False,
        "POST /books": True,
    }


def test_an_answer_that_middleware_makes_and_calls(project_of: ProjectOf) -> None:
    source = """
    from fastapi import FastAPI
    from starlette.responses import JSONResponse

    class Guard:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            if b"authorization" not in dict(scope["headers"]):
                response = JSONResponse(ANSWER)
                await response(scope, receive, send)
                return
            await self.app(scope, receive, send)

    app = FastAPI()
    app.add_middleware(Guard)

    @app.post("/a")
    def a() -> None: ...
    """
    answers = {
        '{"detail": "no"}, status_code=401': ("Guard",),
        'content={"code": 401, "message": "no"}, status_code=200': ("Guard",),
        "content=failure(code=403), status_code=200": ("Guard",),
        '{"detail": "no"}, status_code=400': (),
        'content={"code": 404}': (),
    }
    for answer, guarded in answers.items():
        assert guards(project_of({"main.py": source.replace("ANSWER", answer)})) == {"POST /a": guarded}, answer


def test_a_check_that_is_handed_to_a_thread(project_of: ProjectOf) -> None:
    source = """
    from anyio import to_thread
    from fastapi import Depends, FastAPI, HTTPException, Request
    from starlette.concurrency import run_in_threadpool

    app = FastAPI()

    def check(headers):
        raise HTTPException(401)

    def store(headers): ...

    @app.post("/a")
    async def a(request: Request) -> None:
        def work(headers):
            check(headers)
        await to_thread.run_sync(work, request.headers)

    @app.post("/b")
    async def b(request: Request) -> None:
        await run_in_threadpool(store, request.headers)

    def access(request: Request) -> None:
        request.app.state.access.authenticate_or_raise(request.headers)

    @app.post("/c", dependencies=[Depends(access)])
    async def c() -> None: ...
    """
    found = guards(project_of({"main.py": source}))
    assert found["POST /a"] == ("work",)
    assert found["POST /b"] == ()
    assert found["POST /c"] == ("access",)


def test_a_marker_that_is_kept_in_a_variable(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app/guards.py": """
            from fastapi import Depends, HTTPException

            def check(*roles):
                def inner() -> str:
                    raise HTTPException(403)
                return inner

            moderator = Depends(check("moderator"))
            """,
            "app/main.py": """
            from fastapi import FastAPI
            from app.guards import moderator

            app = FastAPI()

            @app.post("/a")
            def a(staff: str = moderator) -> None: ...
            """,
        }
    )
    assert guards(project) == {"POST /a": ('check("moderator")'.replace('"', "'"),)}
    [route] = project.routes
    assert not route.inputs
