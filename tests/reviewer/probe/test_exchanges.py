"""Requests to the imported app: what they show, and that nothing of the project's endpoints runs for them."""

import os
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from fastreview.facts.app import ProbeFacts
from fastreview.facts.http import Exchange, HttpFacts
from fastreview.gather.app import Candidate, Limits, gather_app
from fastreview.gather.environment import Interpreter

OURS = Interpreter(sys.executable, "fastreview's own", "")


def http(root: Path, text: str) -> HttpFacts:
    (root / "main.py").write_text(dedent(text), "utf-8")
    facts = gather_app(root, (".",), (Candidate("main:app"),), OURS, Limits(seconds=20.0, total_seconds=20.0))
    assert isinstance(facts, ProbeFacts), facts
    (app,) = facts.apps
    assert app.http is not None
    if app.http.reason.startswith("the system cannot"):
        pytest.skip("no namespaces here")
    return app.http


def of(facts: HttpFacts, kind: str) -> list[Exchange]:
    return [exchange for exchange in facts.exchanges if exchange.kind == kind]


def only(facts: HttpFacts, kind: str) -> Exchange:
    (exchange,) = of(facts, kind)
    return exchange


def test_who_is_turned_away(tmp_path: Path) -> None:
    facts = http(
        tmp_path,
        """
        import functools
        from enum import Enum
        from uuid import UUID
        from fastapi import Depends, FastAPI, HTTPException
        from fastapi.security import HTTPBearer
        from pydantic import BaseModel
        app = FastAPI()
        class Item(BaseModel):
            name: str
        class Kind(Enum):
            A = "a"
        def broken():
            raise OSError("no database")
        def login(function):
            @functools.wraps(function)
            def inner(**arguments):
                raise HTTPException(401)
            return inner
        def ran():
            open("ran", "w")
            raise SystemExit("an endpoint ran")
        @app.post("/open")
        def open_(): ran()
        @app.delete("/items/{key}/{kind}/{number}")
        async def remove(key: UUID, kind: Kind, number: int): ran()
        @app.post("/items")
        def create(item: Item): ran()
        @app.post("/guarded", dependencies=[Depends(HTTPBearer())])
        def guarded(item: Item): ran()
        @app.get("/needs-database", dependencies=[Depends(broken)])
        def needs_database(): ran()
        @app.put("/decorated")
        @login
        def decorated(): ran()
        @app.get("/first/{any}")
        def first(any: str): ran()
        @app.get("/first/second")
        def second(): ran()
        @app.get("/stream")
        def stream():
            ran()
            yield b""
        """,
    )
    found = {e.path: (e.status, e.reached) for e in of(facts, "without-credentials")}

    assert found.pop("/guarded")[0] in (401, 403)
    assert found == {
        "/open": (204, "endpoint"),
        "/items/{key}/{kind}/{number}": (204, "endpoint"),
        "/items": (422, ""),
        "/needs-database": (500, ""),
        "/decorated": (204, "wrapper"),
        "/first/{any}": (204, "endpoint"),
        "/first/second": (204, "other"),
    }
    failed = next(e for e in facts.exchanges if e.path == "/needs-database")
    assert (failed.error, failed.error_path) == ("OSError: no database", "main.py")
    assert failed.error_line
    assert os.listdir(tmp_path) == ["main.py"]


def test_errors_of_one_shape_and_ids(tmp_path: Path) -> None:
    facts = http(
        tmp_path,
        """
        from fastapi import FastAPI, Request
        from fastapi.exceptions import RequestValidationError
        from fastapi.responses import JSONResponse
        from starlette.exceptions import HTTPException
        app = FastAPI()
        @app.middleware("http")
        async def ids(request: Request, call_next):
            response = await call_next(request)
            response.headers["X-Request-ID"] = request.headers["X-Request-ID"]
            response.headers["X-Trace-ID"] = "1"
            return response
        def problem(status, request):
            body = {"error": {"status": status, "path": [request.url.path]}, "id": request.headers["X-Request-ID"]}
            return JSONResponse(body, status, media_type="application/problem+json")
        app.add_exception_handler(HTTPException, lambda request, error: problem(error.status_code, request))
        app.add_exception_handler(RequestValidationError, lambda request, error: problem(422, request))
        app.add_exception_handler(Exception, lambda request, error: problem(500, request))
        @app.get("/a")
        def a(): ...
        """,
    )
    errors = {
        kind: only(facts, kind) for kind in ("unknown-path", "wrong-method", "raised", "invalid-query", "unhandled")
    }

    assert [e.status for e in errors.values()] == [404, 405, 409, 422, 500]
    assert {e.shape for e in errors.values()} == {("error.path[]: string", "error.status: number", "id: string")}
    assert {e.media_type for e in errors.values()} == {"application/problem+json"}
    assert errors["unknown-path"].echoes == ("body", "x-request-id")
    assert errors["unknown-path"].issues == ("x-trace-id",)
    assert not any(e.leaks for e in facts.exchanges)
    assert only(facts, "unhandled").error.startswith("RuntimeError: ")


@pytest.mark.parametrize(
    ("handler", "leaks"),
    [
        ("JSONResponse({'detail': str(error)}, 500)", ("message",)),
        ("PlainTextResponse(''.join(traceback.format_exception(error)), 500)", ("message", "traceback", "path")),
        ("JSONResponse({'detail': 'sorry', 'at': request.url.path}, 500)", ()),
    ],
)
def test_what_an_unhandled_error_gives_away(tmp_path: Path, handler: str, leaks: tuple[str, ...]) -> None:
    facts = http(
        tmp_path,
        f"""
        import traceback
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse, PlainTextResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        def failed(request, error):
            return {handler}
        """,
    )
    assert only(facts, "unhandled").leaks == leaks


def test_health_with_and_without_lifespan(tmp_path: Path) -> None:
    facts = http(
        tmp_path,
        """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI, Response
        @asynccontextmanager
        async def lifespan(app):
            app.state.ready = True
            yield
            app.state.ready = False
        app = FastAPI(lifespan=lifespan)
        @app.get("/health/ready")
        def ready(response: Response):
            response.status_code = 200 if getattr(app.state, "ready", False) else 503
            return {"status": "up"}
        @app.get("/healthy-food")
        def food():
            raise SystemExit
        """,
    )
    assert [(e.path, e.with_lifespan, e.status, e.reached) for e in of(facts, "health")] == [
        ("/health/ready", False, 503, "endpoint"),
        ("/health/ready", True, 200, "endpoint"),
    ]
    assert (facts.startup.state, facts.shutdown.state) == ("ok", "ok")


def test_lifespan_that_fails_and_what_it_tried(tmp_path: Path) -> None:
    facts = http(
        tmp_path,
        """
        import socket
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        @asynccontextmanager
        async def lifespan(app):
            socket.create_connection(("192.0.2.1", 5432))
            yield
        app = FastAPI(lifespan=lifespan)
        @app.get("/a")
        def a(): ...
        """,
    )
    assert (facts.startup.state, facts.startup.path, facts.startup.line) == ("failed", "main.py", 7)
    assert facts.startup.error.startswith("ConnectionRefusedError")
    assert facts.attempts == ("connect ('192.0.2.1', 5432)",)
    assert [(e.with_lifespan, e.status) for e in of(facts, "without-credentials")] == [(False, 204)]


def test_what_requests_do_is_no_side_effect_of_the_import(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "import socket\nfrom fastapi import Depends, FastAPI\napp = FastAPI()\n"
        "def d():\n    socket.create_connection(('192.0.2.1', 1))\n"
        "@app.get('/a')\ndef a(x=Depends(d)): ...\n"
    )
    facts = gather_app(tmp_path, (".",), (Candidate("main:app"),), OURS)

    assert isinstance(facts, ProbeFacts)
    assert facts.side_effects == ()


def test_application_that_hangs_is_left_alone(tmp_path: Path) -> None:
    facts = http(
        tmp_path,
        """
        import time
        from fastapi import Depends, FastAPI
        app = FastAPI()
        async def blocks(): time.sleep(99)
        def waits(): time.sleep(99)
        for number in range(20):
            app.add_api_route(f"/{number}", lambda: 1, dependencies=[Depends(waits if number % 2 else blocks)])
        """,
    )
    asked = of(facts, "without-credentials")

    assert [(e.status, e.error) for e in asked] == [(0, "it did not answer in time")] * 3
    assert facts.left_out == 17
    assert facts.seconds < 12


def test_mean_applications_cost_only_themselves(tmp_path: Path) -> None:
    facts = http(
        tmp_path,
        """
        import json, os, signal
        from fastapi import Depends, FastAPI
        app = FastAPI()
        def leave(): os._exit(3)
        def kill(): raise KeyboardInterrupt
        def ignore(): signal.signal(signal.SIGALRM, signal.SIG_IGN)
        def patch(): json.dumps = json.loads = json.JSONDecoder.decode = None
        for name, dependency in (("a", leave), ("b", kill), ("c", patch), ("d", ignore)):
            app.add_api_route("/" + name, lambda: 1, dependencies=[Depends(dependency)])
        app.add_api_route("/last", lambda: 1)
        """,
    )
    assert {e.path: e.reached for e in of(facts, "without-credentials")}["/last"] == "endpoint"


def test_cors_and_the_host_that_is_let_pass(tmp_path: Path) -> None:
    facts = http(
        tmp_path,
        """
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.middleware.trustedhost import TrustedHostMiddleware
        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["*.shop.example"])
        @app.get("/a")
        def a(): ...
        """,
    )
    headers = only(facts, "preflight").headers

    assert headers["access-control-allow-credentials"] == "true"
    assert headers["access-control-allow-origin"].startswith("https://fastreview-")
    assert only(facts, "unknown-path").status == 404


def test_what_holds_the_loop_before_the_endpoint_is_told(tmp_path: Path) -> None:
    facts = http(
        tmp_path,
        """
        import time
        from fastapi import Depends, FastAPI
        app = FastAPI()
        async def user() -> str:
            time.sleep(0.3)
            return "ann"
        @app.get("/orders", dependencies=[Depends(user)])
        async def orders() -> list[str]:
            return []
        @app.get("/health")
        async def health() -> str:
            return "ok"
        """,
    )
    [stall] = facts.stalls

    assert facts.monitored
    assert (stall.method, stall.route, stall.call, stall.steady) == ("GET", "/orders", "time.sleep", True)
    assert stall.stack[-1] == ("main.py", 6, "user")
    assert 250 < stall.milliseconds < 1500
