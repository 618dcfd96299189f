"""Values for settings: from the project's examples, else by type and name."""

import json
from pathlib import Path

import pytest

from fastreview.gather.answer import Need
from fastreview.gather.settings import Example, examples, for_driver, hints, plausible

from .test_app import write


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("PORT", "", "8000"),
        ("APP_PORT", "int", "8000"),
        ("POOL_SIZE", "int", "30"),
        ("TOKEN_MINUTES", "", "30"),
        ("DEBUG", "bool", "false"),
        ("RATIO", "float", "1.5"),
        ("ORIGINS", "list[pydantic.networks.AnyHttpUrl]", "[]"),
        ("LABELS", "dict[str, str]", "{}"),
        ("ADMIN", "pydantic.networks.EmailStr", "user@example.com"),
        ("SITE", "pydantic.networks.HttpUrl", "http://example.com:8000"),
        ("SITE", "typing.Optional[pydantic.networks.AnyHttpUrl]", "http://localhost:8000"),
        ("APP_PROFILE", "", "development"),
        ("APP_JWKS", "", '{"keys": []}'),
        ("SENTRY_DSN", "pydantic.networks.HttpUrl", "https://public@sentry.example.com/1"),
        ("DATABASE_URL", "str", "postgresql+asyncpg://user:password@localhost:5432/app"),
        ("REDIS_URL", "", "redis://localhost:6379/0"),
        ("MONGO_URI", "", "mongodb://localhost:27017/app"),
        ("JWT_ALGORITHM", "", "HS256"),
        ("API_V1_STR", "str", "/api/v1"),
        ("ORDERS_URL_PREFIX", "", "/api/v1"),
        ("UNHEARD_OF", "", "fastreview"),
    ],
)
def test_by_type_and_name(name: str, kind: str, expected: str) -> None:
    assert plausible(Need("variable", name, kind), {"asyncpg": "0.30", "sqlalchemy": "2"}) == expected


def test_choices_come_first() -> None:
    assert plausible(Need("variable", "MODE", "str", ("dev", "prod")), {}) == "dev"


def test_nested_model_is_one_object() -> None:
    inner = Need(
        "variable", "pool", "model", fields=(Need("variable", "size", "int"), Need("variable", "tags", "list[str]"))
    )
    need = Need("variable", "DB", "model", fields=(Need("variable", "url", "str"), inner))

    assert json.loads(plausible(need, {})) == {"url": "http://localhost:8000", "pool": {"size": "30", "tags": []}}


def test_secrets_are_long_enough() -> None:
    assert len(plausible(Need("variable", "SECRET_KEY"), {})) >= 32


@pytest.mark.parametrize(
    ("url", "kind", "packages", "expected"),
    [
        ("postgresql+asyncpg://u:p@h/db", "sync", {"psycopg2-binary": "2"}, "postgresql+psycopg2://u:p@h/db"),
        ("postgresql://u:p@h/db", "async", {"asyncpg": "1"}, "postgresql+asyncpg://u:p@h/db"),
        ("postgresql+asyncpg://u:p@h/db", "sync", {}, "sqlite:///./made-up.db"),
        ("mysql://u@h/db", "async", {}, ""),
        ("mysql://u@h/db", "async", {"aiosqlite": "1"}, "sqlite+aiosqlite:///./made-up.db"),
        ("redis://h", "sync", {}, ""),
    ],
)
def test_other_driver(url: str, kind: str, packages: dict[str, str], expected: str) -> None:
    assert for_driver(url, kind, packages) == expected


def test_examples_and_hints(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            ".env.example": "# x\nexport A='one'\nB=<your key>\nC=\nD=__REPLACE_ME__now\nE=${A}\nF=two # why\n",
            "api/.env.sample": "A=other\nG=three\n",
            "tests/conftest.py": "import os\nos.environ['H'] = 'four'\nos.environ.setdefault('I', 'five')\n",
            "docker-compose.yml": "services:\n  a:\n    environment:\n      - JOT=six\n      KAY: ${KAY:-seven}\n      L: $L\n",
            ".github/workflows/ci.yml": "env:\n  EMM: eight\n  ENN: ${{ secrets.ENN }}\n",
        },
    )

    assert examples([root, root / "api"], root) == {
        "A": Example("one", ".env.example"),
        "F": Example("two", ".env.example"),
        "G": Example("three", "api/.env.sample"),
    }
    assert hints(root) == {
        "H": Example("four", "tests/conftest.py"),
        "I": Example("five", "tests/conftest.py"),
        "JOT": Example("six", "docker-compose.yml"),
        "KAY": Example("seven", "docker-compose.yml"),
        "EMM": Example("eight", ".github/workflows/ci.yml"),
    }


def test_example_that_is_no_file(tmp_path: Path) -> None:
    (tmp_path / ".env.example").mkdir()
    (tmp_path / ".env.sample").symlink_to("/dev/zero")

    assert examples([tmp_path], tmp_path) == {}
