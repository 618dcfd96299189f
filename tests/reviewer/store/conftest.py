"""A store in a SQLite file and one in a real PostgreSQL: what holds for one must hold for the other."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from fastreview.gather.facts import gather_static
from fastreview.pipeline import assess
from fastreview.store import Place, Record, place, record, ruler

APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef root() -> int:\n    return {n}\n"
KEYS = ("remote:example.org/team/shop#", "root:abc#")


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of a server of which databases can be made. CI has one; elsewhere it may be missing."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if not given:
        assert not os.environ.get("CI"), "CI tests on PostgreSQL"
        pytest.skip("TEST_DATABASE_URL names no PostgreSQL")
    return given.replace("+asyncpg", "")


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """The address of an empty database of its own."""
    name = f"store_{uuid4().hex[:12]}"
    engine = create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield f"{postgres.rpartition('/')[0]}/{name}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def at(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty store."""
    monkeypatch.setenv("FASTREVIEW_DATA_DIR", str(tmp_path / "data"))
    given = str(tmp_path / "kept.db") if request.param == "sqlite" else request.getfixturevalue("database")
    found = place(given)
    assert found is not None
    return found


@pytest.fixture
def service(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "main.py").write_text(APP.format(n=1), "utf-8")
    (folder / "other.py").write_text("X = 1\n", "utf-8")
    return folder


def reviewed(folder: Path, n: int = 1, keys: tuple[str, ...] = KEYS) -> Record:
    """A review of the service with its endpoint returning ``n``."""
    (folder / "main.py").write_text(APP.format(n=n), "utf-8")
    facts = gather_static(folder)
    review = assess(facts, folder).review
    return record(review, facts, keys, ruler(review.tool))
