"""Logs and settings."""

import json
import logging
import secrets
import sys
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from stockroom.main import app
from stockroom.observability.logging import JsonFormatter
from stockroom.settings import Settings

SECRET = secrets.token_hex(32)


def test_log_lines_are_json_with_extras_and_traces() -> None:
    try:
        raise RuntimeError("boom")
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "failed %s", ("twice",), sys.exc_info())
    record.order_id = 7
    line = json.loads(JsonFormatter("test").format(record))
    assert (line["level"], line["message"], line["order_id"]) == ("ERROR", "failed twice", 7)
    assert (line["request_id"], line["environment"]) == (None, "test")
    assert "RuntimeError: boom" in line["exception"]


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("STOCKROOM_DATABASE_URL", "postgresql://app:hidden@db/stockroom")
    monkeypatch.setenv("STOCKROOM_JWT_SECRET", SECRET)
    return monkeypatch


def test_the_entry_point_configures_logging_for_everybody(
    root_logger: logging.Logger, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app().title == "Stockroom"
    logging.getLogger("uvicorn.error").info("started")
    assert json.loads(capsys.readouterr().out)["message"] == "started"
    assert len(root_logger.handlers) == 1


def test_the_environment_wins_over_the_defaults(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STOCKROOM_POOL__SIZE", "3")
    environment.setenv("STOCKROOM_HTTP__CORS_ORIGINS", '["https://shop.example.com"]')
    settings = Settings(_env_file=None)
    assert settings.pool.size == 3
    assert settings.http.cors_origins == ("https://shop.example.com",)
    assert "hidden" not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STOCKROOM_JWT_SECRET", "change-me"),
        ("STOCKROOM_DATABASE_URL", "mysql://db/stockroom"),
        ("STOCKROOM_WORKERS__LEASE", "PT10S"),
        ("STOCKROOM_POOL__SIZE", "0"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(
    variable: str, value: str, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv(variable, value)
    with pytest.raises(ValidationError):
        Settings(_env_file=None)
