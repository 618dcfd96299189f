"""Entry point of the server process: `uvicorn --factory stockroom.main:app`."""

from fastapi import FastAPI

from stockroom.app import create_app
from stockroom.observability.logging import configure_logging
from stockroom.settings import Settings


def app() -> FastAPI:
    settings = Settings()
    configure_logging(settings.log_level, settings.environment)
    return create_app(settings)
