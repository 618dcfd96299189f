"""Writes `openapi.json` from the code: `make openapi`."""

import json
import secrets

from pydantic import PostgresDsn, Secret, SecretStr

from stockroom.app import create_app
from stockroom.settings import Settings
from tests.api.test_contract import PUBLISHED

if __name__ == "__main__":
    settings = Settings(
        _env_file=None,
        database_url=Secret(PostgresDsn("postgresql://localhost/unused")),
        jwt_secret=SecretStr(secrets.token_hex(32)),
    )
    PUBLISHED.write_text(json.dumps(create_app(settings).openapi(), indent=2) + "\n")
