"""What a mounted app brings with it: middleware and handlers, for its own routes."""

from tests.conftest import ProjectOf

MAIN = """
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request

app = FastAPI()
api = FastAPI()


@app.middleware("http")
async def headers(request: Request, call_next):
    return await call_next(request)


@api.middleware("http")
async def guard(request: Request, call_next):
    if "authorization" not in request.headers:
        raise HTTPException(HTTPStatus.FORBIDDEN.value)
    return await call_next(request)


@api.exception_handler(KeyError)
async def missing(request: Request, error: KeyError): ...


@api.post("/orders")
def place_order() -> None: ...


@app.post("/feedback")
def give_feedback() -> None: ...


app.mount("/api", api)
"""


def test_middleware_and_handlers_of_a_mounted_app(project_of: ProjectOf) -> None:
    project = project_of({"main.py": MAIN})
    [app] = project.apps

    assert [m.name for m in project.middleware] == ["headers", "guard"]
    assert [m.router is app.router for m in project.middleware] == [True, False]
    assert [h.handles for h in app.exception_handlers] == ["builtins.KeyError"]
    assert {f.entry.kind for f in project.loop_functions} == {"middleware", "handler"}


def test_they_stand_before_its_own_routes_only(project_of: ProjectOf) -> None:
    project = project_of({"main.py": MAIN})

    assert {r.key: r.security for r in project.routes} == {"POST /api/orders": ("guard",), "POST /feedback": ()}


def test_apps_that_mount_each_other(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import FastAPI

            app = FastAPI()
            one = FastAPI()
            two = FastAPI()
            one.mount("/two", two)
            two.mount("/one", one)
            app.mount("/one", one)
            """
        }
    )

    assert [len(app.routers) for app in project.apps] == [3]
