"""Logs and settings."""

import json
import logging
import sys

import pytest
from pydantic import ValidationError

from stockroom.observability.logging import JsonFormatter, configure_logging
from stockroom.settings import Settings

SECRET = "s" * 32


def test_log_lines_are_json_with_extras_and_traces() -> None:
    try:
        raise RuntimeError("boom")
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "failed %s", ("twice",), sys.exc_info())
    record.order_id = 7
    line = json.loads(JsonFormatter().format(record))
    assert (line["level"], line["message"], line["order_id"]) == ("ERROR", "failed twice", 7)
    assert line["request_id"] is None
    assert "RuntimeError: boom" in line["exception"]


def test_logging_is_configured_once_for_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        configure_logging("INFO")
        logging.getLogger("uvicorn.error").info("started")
        assert json.loads(capsys.readouterr().out)["message"] == "started"
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_the_environment_wins_over_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKROOM_DATABASE_URL", "postgresql://app:hidden@db/stockroom")
    monkeypatch.setenv("STOCKROOM_JWT_SECRET", SECRET)
    monkeypatch.setenv("STOCKROOM_POOL__SIZE", "3")
    monkeypatch.setenv("STOCKROOM_HTTP__CORS_ORIGINS", '["https://shop.example.com"]')
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
        ("STOCKROOM_WORKERS__LEASE", "10"),
        ("STOCKROOM_POOL__SIZE", "0"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCKROOM_DATABASE_URL", "postgresql://db/stockroom")
    monkeypatch.setenv("STOCKROOM_JWT_SECRET", SECRET)
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError):
        Settings(_env_file=None)
