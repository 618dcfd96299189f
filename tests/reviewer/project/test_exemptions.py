"""Middleware that lets some paths through: which routes it still guards."""

import pytest
from tests.conftest import ProjectOf

ROUTES = """
    @app.post("/login")
    def login(): ...

    @app.get("/health/live")
    def live(): ...

    @app.get("/items/{item_id}")
    def item(item_id: int): ...
"""

FUNCTION = """
    import re
    from fastapi import FastAPI, Request
    from starlette.responses import JSONResponse

    app = FastAPI()
    PUBLIC = ["/login", "/docs"]
    OPEN = re.compile("^/health/")

    def is_public(path):
        for prefix in PUBLIC:
            if path.startswith(prefix):
                return True
        return path.startswith("/health/")

    @app.middleware("http")
    async def guard(request: Request, call_next):
        path = request.url.path.rstrip("/")
        {condition}
        if "token" not in request.headers:
            return JSONResponse({{}}, status_code=401)
        return await call_next(request)
"""

LETS_THROUGH = "\n            return await call_next(request)"

CONDITIONS = {
    'if path in PUBLIC or path.startswith("/health"):': {"GET /items/{item_id}"},
    'if path == "/login" or any(path.startswith(p) for p in ("/health",)):': {"GET /items/{item_id}"},
    "if is_public(path):": {"GET /items/{item_id}"},
    'if request.method == "POST":': {"GET /health/live", "GET /items/{item_id}"},
    'if not path.startswith("/items/"):': {"GET /items/{item_id}"},
    'if path not in PUBLIC and "/items" not in path:': {"POST /login", "GET /items/{item_id}"},
    'if re.match(r"^/(?:login|docs)$", path):': {"GET /health/live", "GET /items/{item_id}"},
    "if OPEN.search(path):": {"POST /login", "GET /items/{item_id}"},
    # A parameter may be anything, and a pattern that might take for ever is not tried.
    r'if re.search(r"^/items/\d+$", path):': {"POST /login", "GET /health/live", "GET /items/{item_id}"},
    'if re.match(r"^(/+)+login", path):': {"POST /login", "GET /health/live", "GET /items/{item_id}"},
    # What cannot be told guards everything.
    "if path in request.app.state.public:": {"POST /login", "GET /health/live", "GET /items/{item_id}"},
    "if request.client is None:": {"POST /login", "GET /health/live", "GET /items/{item_id}"},
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_on_the_path(project_of: ProjectOf, condition: str) -> None:
    project = project_of({"main.py": FUNCTION.format(condition=condition + LETS_THROUGH) + ROUTES})
    assert {route.key for route in project.routes if route.security} == CONDITIONS[condition]


def test_paths_that_the_middleware_is_given(project_of: ProjectOf) -> None:
    source = """
    from fastapi import FastAPI, HTTPException

    class Guard:
        def __init__(self, app, exclude=()):
            self.app = app
            self.exclude = exclude

        async def __call__(self, scope, receive, send):
            for prefix in self.exclude:
                if scope["path"].startswith(prefix):
                    return await self.app(scope, receive, send)
            try:
                self.check(scope)
            except KeyError:
                raise HTTPException(401)

        def check(self, scope):
            raise HTTPException(403)

    app = FastAPI()
    app.add_middleware(Guard, exclude=["/login", "/health"])
    """
    project = project_of({"main.py": source + ROUTES})
    assert {route.key for route in project.routes if route.security} == {"GET /items/{item_id}"}
