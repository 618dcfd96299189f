"""Which branch of a switch for developers runs while somebody develops."""

import ast
from pathlib import Path

import pytest
from tests.checks.conftest import PACK, Evaluated

from fastreview.api import Project, syntax
from fastreview.gather.facts import gather_static
from fastreview_checks.knowledge.development import in_development, means_development


def parsed(test: str, root: Path) -> syntax.Expr:
    ast.parse(test)
    (root / "code.py").write_text(f"def run():\n    if {test}:\n        pass\n", "utf-8")
    [function] = Project(gather_static(root), PACK.limits).functions
    [stmt] = function.body
    assert isinstance(stmt, syntax.If)
    return stmt.test


@pytest.mark.parametrize(
    ("test", "body", "other"),
    [
        ("settings.debug", True, False),
        ("not settings.debug", False, True),
        ("settings.is_production", False, True),
        ("not settings.is_production", True, False),
        ('settings.environment == "local"', True, False),
        ('settings.environment != "production"', True, False),
        ('settings.environment == "production"', False, True),
        ('settings.environment in ("dev", "test")', True, False),
        ('settings.environment not in ("prod", "staging")', True, False),
        ("settings.environment in SHOWS_DOCS", True, False),
        ("settings.environment == Environment.PRODUCTION", False, True),
        ('os.getenv("DEBUG") == "1"', True, False),
        ('os.environ.get("APP_DEBUG")', True, False),
        ("settings.debug is True", True, False),
        ("settings.debug is False", False, True),
        ("settings.debug and verbose", True, False),
        ("settings.debug or verbose", False, False),
        ("settings.is_production and tls", False, False),
        ("isDevelopment()", True, False),
        ("settings.verbose", False, False),
        ("order.latest", False, False),
    ],
)
def test_of_a_switch(test: str, body: bool, other: bool, tmp_path: Path) -> None:
    expr = parsed(test, tmp_path)
    assert (means_development(expr, holds=True), means_development(expr, holds=False)) == (body, other)


def test_statements_after_the_way_out_of_all_others(tmp_path: Path) -> None:
    source = "def run():\n    if not debug:\n        return 1\n    for x in y:\n        a()\n"
    (tmp_path / "code.py").write_text(source, "utf-8")
    [function] = Project(gather_static(tmp_path), PACK.limits).functions
    known = in_development(function.body)
    assert [stmt.line for stmt in function.statements if id(stmt) in known] == [4, 5]


HANDLER = """
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.config import settings

app = FastAPI()


@app.exception_handler(Exception)
async def unexpected(request: Request, error: Exception) -> JSONResponse:
    {body}
"""
PLAIN = 'return JSONResponse({"detail": "internal error"}, 500)'
TEXT = 'return JSONResponse({"detail": str(error)}, 500)'


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"if settings.debug:\n        {TEXT}\n    {PLAIN}", False),
        (f"if settings.debug:\n        {PLAIN}\n    else:\n        {TEXT}", True),
        (f"if settings.is_production:\n        {PLAIN}\n    {TEXT}", False),
        (f"if settings.is_production:\n        {TEXT}\n    {PLAIN}", True),
        ('return JSONResponse({"detail": str(error) if settings.debug else "internal error"}, 500)', False),
        ('return JSONResponse({"detail": "internal error" if settings.debug else str(error)}, 500)', True),
    ],
)
def test_text_of_errors(body: str, found: bool, evaluated: Evaluated) -> None:
    evaluation = evaluated("SEC011", {"app/main.py": HANDLER.replace("{body}", body)})
    assert bool(evaluation.findings) is found


def test_the_text_that_others_see_is_not_that_of_the_error(evaluated: Evaluated) -> None:
    text = (
        "def public_text(error: Exception, debug: bool, otherwise: str) -> str:\n"
        "    if not debug:\n        return otherwise\n    return str(error)\n"
    )
    body = 'return JSONResponse({"detail": public_text(error, settings.debug, "internal error")}, 500)'
    assert not evaluated("SEC011", {"app/main.py": f"{HANDLER.replace('{body}', body)}\n\n{text}"}).findings


SETTINGS = """
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    encryption_secret_key: str = "fillmein"
    enable_encryption: bool = {default}


settings = Settings()


def encryptor():
    {use}
"""
GUARDED = "if settings.enable_encryption:\n        return Aes(settings.encryption_secret_key)"
LEFT = "if not settings.enable_encryption:\n        return None\n    return Aes(settings.encryption_secret_key)"


@pytest.mark.parametrize(
    ("use", "default", "confidence"),
    [
        (GUARDED, "False", "possible"),
        (LEFT, "False", "possible"),
        (
            'return settings.encryption_secret_key != "fillmein" and Aes(settings.encryption_secret_key)',
            "True",
            "possible",
        ),
        (GUARDED, "True", "likely"),
        ("return Aes(settings.encryption_secret_key)", "False", "likely"),
        (f"{GUARDED}\n    return settings.encryption_secret_key", "False", "likely"),
        ("return None", "False", "likely"),
    ],
)
def test_a_placeholder_of_a_feature_that_is_off(use: str, default: str, confidence: str, evaluated: Evaluated) -> None:
    settings, using = SETTINGS.replace("{default}", default).split("def encryptor", 1)
    code = f"from app.settings import settings\n\n\ndef encryptor{using.replace('{use}', use)}"
    [finding] = evaluated("SEC007", {"app/settings.py": settings, "app/encrypting.py": code}).findings
    assert finding.confidence.value == confidence
