"""What is reviewed again is only what has changed."""

import os
from pathlib import Path

import pytest

from fastreview.cli import reviewing
from fastreview.cli.configuration import Asked
from fastreview.cli.printing import Progress
from fastreview.cli.reviewing import Reviewed, reviewed
from fastreview.gather.options import Options

STATIC = Asked(Options(static=True))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n", "utf-8")
    return folder


@pytest.fixture
def made(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The reviews that were made, one entry each, the first of them by now."""
    found: list[Path] = []
    make = reviewing.assessed

    def counted(*given: object) -> Reviewed:
        found.append(root)
        return make(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(reviewing, "assessed", counted)
    reviewed(root, STATIC, Progress(quiet=True))
    return found


def test_files_with_other_times_are_not_evaluated_again(root: Path, made: list[Path]) -> None:
    os.utime(root / "main.py", (1, 1))
    assert reviewed(root, STATIC, Progress(quiet=True)).review.project.name == "service"
    assert len(made) == 1


def test_a_change_that_is_taken_back_is_not_evaluated_again(root: Path, made: list[Path]) -> None:
    before = (root / "main.py").read_bytes()
    (root / "main.py").write_bytes(before + b"x = 1\n")
    reviewed(root, STATIC, Progress(quiet=True))
    (root / "main.py").write_bytes(before)
    reviewed(root, STATIC, Progress(quiet=True))
    assert len(made) == 2


def test_other_thresholds_are_evaluated_again(root: Path, made: list[Path]) -> None:
    os.utime(root / "main.py", (1, 1))
    other = Asked(Options(static=True), thresholds={"ARC002": {"complexity": 3}})
    reviewed(root, other, Progress(quiet=True))
    assert len(made) == 2
