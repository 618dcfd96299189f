"""A small service that two people talk about, and sessions about it."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.reviewer.cli.conftest import Ran, Run, run

from fastreview.mentor.folder import Folder, SessionFolder
from fastreview.mentor.records import Estimates, Session

__all__ = ["Mentor", "Ran", "Run", "run"]

MAIN = """\
import time
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel


class Item(BaseModel):
    name: str


router = APIRouter()


@router.get("/items")
async def list_items(limit: int = 50) -> list[Item]:
    time.sleep(0.1)
    return [Item(name="a")][:limit]


@router.get("/parts")
async def list_parts(limit: Annotated[int, Query(le=100)] = 50) -> list[Item]:
    return [Item(name="b")][:limit]


app = FastAPI()
app.include_router(router)
"""
RATES = ",".join(
    f"{name}=intermediate"
    for name in ("core", "architecture", "async", "typing", "data", "security", "testing", "production")
)

Mentor = Callable[..., Ran]


@pytest.fixture
def service(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "app").mkdir(parents=True)
    (root / "app" / "__init__.py").write_text("")
    (root / "app" / "main.py").write_text(MAIN)
    return root


@pytest.fixture
def mentor(run: Run, service: Path, monkeypatch: pytest.MonkeyPatch) -> Mentor:
    """Runs a command of a session in the service's folder."""
    monkeypatch.chdir(service)

    def mentor(*arguments: str) -> Ran:
        return run("mentor", *arguments)

    return mentor


@pytest.fixture
def reviewed(mentor: Mentor) -> Mentor:
    """With a first session that has its review."""
    begun = mentor("start", "--mentor", "Ines", "--mentee", "Tom", "--on", "2026-11-01", "--rate", RATES)
    assert begun.code == 0, begun.err
    assert mentor("review", "--static").code == 0
    return mentor


def edited(service: Path, old: str, new: str) -> None:
    file = service / "app" / "main.py"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.fixture
def session(tmp_path: Path) -> SessionFolder:
    """A session without a review."""
    about = Session(datetime.date(2026, 11, 22), "Ines", "Tom", ("Free the loop",))
    return Folder(tmp_path).start(about, Estimates({"async": "unsure"}))
