"""Tables about tests, pipelines, containers and operators' routes: what they recognise and what they leave alone."""

import re

import pytest
from tests.checks.conftest import Evaluated

from fastreview_checks.knowledge import configuration, containers, correlation, health, pipelines
from fastreview_checks.knowledge.production import error_handlers
from fastreview_checks.knowledge.testing import assertions


@pytest.mark.parametrize(
    ("line", "tests", "lints"),
    [
        ("uv run pytest -q", True, False),
        ("python -m pytest", True, False),
        ('docker compose run --rm --entrypoint="pytest tests/unit" api', True, False),
        ("tox -e py312", True, False),
        ("coverage run -m unittest", True, False),
        ("poetry run ruff check .", False, True),
        ("pre-commit/action@v3", False, True),
        ("hatch env run -e lint lint", False, True),
        ("hatch run lint:all", False, True),
        ("trunk-io/trunk-action@75699af9e26881e564e9d832ef7dc3af25ec031b", False, True),
        ("pixi run pytest-core --cov-report=xml", True, False),
        ("pixi run -e dev tests", True, False),
        ("pip install pytest ruff", False, False),
        ("npm test", False, False),
        ("echo pytest", False, False),
    ],
)
def test_commands(line: str, tests: bool, lints: bool) -> None:
    def runs(runner: re.Pattern[str]) -> bool:
        match = runner.search(line)
        return bool(match) and not pipelines.NOT_RUN.search(line[: match.start() if match else 0])

    assert (runs(pipelines.TEST_RUNNERS), runs(pipelines.LINTERS)) == (tests, lints)


@pytest.mark.parametrize(
    "name", ["assert_called_once", "expect", "verify_order", "raise_for_status", "assertEqual", "check_ok"]
)
def test_asserting_calls(name: str) -> None:
    assert assertions.ASSERTING_CALL.search(name)


@pytest.mark.parametrize("name", ["get", "checkout", "called_once", "print", "create", "expectation"])
def test_other_calls(name: str) -> None:
    assert not assertions.ASSERTING_CALL.search(name)


@pytest.mark.parametrize("word", ["health", "healthz", "health-check", "livez", "ping", "__lbheartbeat__"])
def test_liveness(word: str) -> None:
    assert health.LIVENESS.fullmatch(word)


@pytest.mark.parametrize("word", ["healthcare", "orders", "live-orders", "statuses"])
def test_other_words(word: str) -> None:
    assert not health.LIVENESS.fullmatch(word)


@pytest.mark.parametrize("header", ["X-Request-ID", "x-correlation-id", "Request-Id", "traceparent"])
def test_headers(header: str) -> None:
    assert correlation.HEADER.match(header)


@pytest.mark.parametrize(
    ("image", "floating"),
    [
        ("python", True),
        ("python:latest", True),
        ("python:3-slim", True),
        ("python:3.13-slim", False),
        ("python:3.13@sha256:00", False),
        ("registry.example.com:5000/python:3.12", False),
        ("debian:bookworm", False),
        ("python:${VERSION}", False),
    ],
)
def test_images(image: str, floating: bool) -> None:
    assert containers.floating(image) is floating


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "JWT_ALGORITHM", "API_KEY", "DB_HOST"])
def test_configuration_by_name(name: str) -> None:
    assert configuration.CONSTANT.match(name)


@pytest.mark.parametrize("name", ["TITLE", "DEFAULT_PAGE", "COLOURS"])
def test_other_constants(name: str) -> None:
    assert not configuration.CONSTANT.match(name)


def test_shapes_with_one_member_more_are_one_schema() -> None:
    small, large, other = (
        frozenset({"{message, status}"}),
        frozenset({"{errors, message, status}"}),
        frozenset({"{detail}"}),
    )

    assert not error_handlers.differ(small, large)
    assert error_handlers.differ(small, other)
    assert not error_handlers.differ(small, frozenset())


def test_text_and_json_are_two_shapes() -> None:
    text, json = frozenset({error_handlers.TEXT}), frozenset({"{error}"})
    assert error_handlers.differ(text, json)
    assert not error_handlers.differ(text, text)


@pytest.mark.parametrize(("asked", "found"), [("lg.info('asked')", 0), ("store.info()", 1)])
def test_a_log_line_is_no_question(evaluated: Evaluated, asked: str, found: int) -> None:
    files = {
        "main.py": f"""
        import logging

        from fastapi import FastAPI
        from redis import Redis

        lg = logging.getLogger(__name__)
        store = Redis()
        app = FastAPI()

        @app.get("/health")
        async def health() -> dict[str, str]:
            {asked}
            return {{"message": "ok"}}
        """
    }
    findings = evaluated("PRD008", files).findings
    assert sum("is the only health route" in f.message for f in findings) == found


@pytest.mark.parametrize(("body", "found"), [("return None", 0), ("store.ping()", 1)])
def test_a_dependency_that_only_marks_the_route_looks_at_nothing(evaluated: Evaluated, body: str, found: int) -> None:
    files = {
        "main.py": f"""
        from typing import Annotated

        from fastapi import Depends, FastAPI
        from redis import Redis

        store = Redis()
        app = FastAPI()

        def allow_everybody() -> None:
            {body}

        @app.get("/health")
        async def health(_access: Annotated[None, Depends(allow_everybody)]) -> dict[str, str]:
            return {{"message": "ok"}}
        """
    }
    findings = evaluated("PRD008", files).findings
    assert sum("is the only health route" in f.message for f in findings) == found


def test_the_outermost_middleware_answers_what_nobody_expected(evaluated: Evaluated) -> None:
    main = """
        from fastapi import FastAPI, Request
        from fastapi.exceptions import RequestValidationError
        from fastapi.responses import JSONResponse
        from starlette.exceptions import HTTPException
        from starlette.middleware.errors import ServerErrorMiddleware


        def on_error(request: Request, error: Exception) -> JSONResponse:
            return JSONResponse({"detail": "no"}, 500)


        app = FastAPI()
        app.add_middleware(ServerErrorMiddleware, handler=on_error)
        app.add_exception_handler(HTTPException, on_error)
        app.add_exception_handler(RequestValidationError, on_error)


        @app.get("/items")
        def items() -> list[str]:
            return []
    """
    assert not evaluated("PRD006", {"main.py": main}).findings
    [found] = evaluated("PRD006", {"main.py": main.replace(", handler=on_error)", ")")}).findings
    assert "unexpected errors" in found.message
