"""Where code asks which environment it runs in, however long the way to the setting is."""

import pytest
from tests.checks.conftest import Evaluated

SETTINGS = """
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    environment: str = "local"

settings = Settings()
"""


@pytest.mark.parametrize(
    "test",
    [
        'settings.environment == "production"',
        'settings.environment.value == "production"',
        'settings.environment.lower() == "production"',
        "settings.environment.is_production",
    ],
)
def test_a_branch_by_environment_is_seen(evaluated: Evaluated, test: str) -> None:
    main = f"from fastapi import FastAPI\nfrom app.settings import settings\n\napp = FastAPI()\nif {test}:\n    x = 1\n"
    (found,) = evaluated("PRD002", {"app/settings.py": SETTINGS, "app/main.py": main}).findings
    assert "asks for the environment" in found.message
