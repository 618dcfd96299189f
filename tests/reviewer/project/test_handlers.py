"""Exception handlers as the code registers them, and apps made in branches."""

import pytest
from tests.conftest import ProjectOf


def test_every_way_to_register(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import FastAPI, HTTPException, status
            from fastapi.exceptions import RequestValidationError
            from starlette.exceptions import HTTPException as StarletteHTTPException

            class Gone(Exception): ...

            async def on_gone(request, error): ...
            async def on_http(request, error): ...
            async def on_other(request, error): ...

            app = FastAPI(exception_handlers={RequestValidationError: on_other})
            app.add_exception_handler(handler=on_gone, exc_class_or_status_code=Gone)
            app.add_exception_handler(status.HTTP_404_NOT_FOUND, on_http)
            app.exception_handler(StarletteHTTPException)(on_http)

            @app.exception_handler(HTTPException)
            async def on_fastapi(request, error): ...

            HANDLERS = [(Exception, on_other)]
            for kind, handler in HANDLERS:
                app.add_exception_handler(kind, handler)
            """
        }
    )

    [app] = project.apps
    found = {h.handles: h.function.name for h in app.exception_handlers if h.function}

    assert found == {
        "main.Gone": "on_gone",
        "404": "on_http",
        "starlette.exceptions.HTTPException": "on_http",
        "fastapi.HTTPException": "on_fastapi",
        "builtins.Exception": "on_other",
        "fastapi.RequestValidationError": "on_other",
    }


def test_handlers_of_the_app_that_answers(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import FastAPI

            async def on_error(request, error): ...
            async def on_page(request, error): ...

            pages = FastAPI()
            pages.add_exception_handler(404, on_page)

            @pages.get("/start")
            def start(): ...

            api = FastAPI()
            api.add_exception_handler(Exception, on_error)

            @api.get("/items")
            def items(): ...

            @api.get("/orders")
            def orders(): ...

            app = FastAPI()
            app.mount("/api", api)
            app.mount("/", pages)
            """
        }
    )

    assert [h.handles for app in project.apps for h in app.main_exception_handlers] == ["builtins.Exception"]


def test_two_branches_make_one_app(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            import os
            from fastapi import FastAPI

            if os.getenv("DEBUG"):
                app = FastAPI(debug=True)
            else:
                app = FastAPI()

            @app.get("/items")
            def items(): ...
            """
        }
    )

    assert [route.key for route in project.routes] == ["GET /items"]


@pytest.mark.parametrize(
    ("first", "second", "follows"),
    [
        ("'basic' in KINDS", "'basic' not in KINDS", False),
        ("KINDS", "not KINDS", False),
        ("KINDS is None", "KINDS is not None", False),
        ("'basic' in KINDS", "'oidc' not in KINDS", True),
        ("KINDS", "KINDS", True),
    ],
)
def test_two_tests_that_ask_for_opposites(project_of: ProjectOf, first: str, second: str, follows: bool) -> None:
    source = f"""
    from fastapi import APIRouter, FastAPI
    from settings import KINDS

    one, other = APIRouter(), APIRouter()
    app = FastAPI()

    @one.post("/logout")
    def out(): ...

    @other.post("/logout")
    def leave(): ...

    if {first}:
        app.include_router(one)
    if {second}:
        app.include_router(other)
    """
    earlier, later = project_of({"main.py": source}).routes
    assert later.follows(earlier) is follows
