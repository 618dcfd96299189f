"""History, comparison and a mentored session along the road from the junior to the senior sample."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.end_to_end.road import STOPS, build


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("stockroom"))


def fastreview(road: Path, *arguments: str | Path) -> str:
    """The standard output of a command, with a cache and a store beside the repository."""
    command = [sys.executable, "-m", "fastreview", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=road)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_history_climbs(road: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("FASTREVIEW_DATA_DIR", str(tmp_path / "data"))
    found = json.loads(fastreview(road, "history", ".", "--backfill", str(len(STOPS)), "--format", "json"))
    indexes = [point["index"] for point in found["points"]]
    assert len(indexes) == len(STOPS)
    assert indexes == sorted(indexes)
    assert indexes[0] < 20
    assert indexes[-1] > 55
    status = subprocess.run(["git", "status", "--short"], cwd=road, capture_output=True, check=True)  # noqa: S607
    assert status.stdout == b""


def test_the_ends_of_the_road_compare(road: Path) -> None:
    found = json.loads(fastreview(road, "compare", f"HEAD~{len(STOPS) - 1}", "HEAD", ".", "--format", "json"))
    assert (found["level"]["before"], found["level"]["after"]) == ("junior", "intermediate")
    kinds = [finding["kind"] for finding in found["findings"]]
    assert kinds.count("fixed") > 100
    assert "new" not in kinds
