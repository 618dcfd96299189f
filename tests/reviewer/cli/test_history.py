"""`fastreview history`: what was kept, and commits replayed."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import pytest
from tests.end_to_end.conftest import state_of
from tests.reviewer.cli.conftest import Run

APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\nasync def root() -> int:\n    return 1\n"
BLOCKING = "import time\n" + APP.replace("    return 1", "    time.sleep(1)\n    return 1")
Commit = Callable[[str, Mapping[str, str]], None]


def git(folder: Path, *words: str, at: int = 0) -> str:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main")
    when = {"GIT_COMMITTER_DATE": f"{at} +0000", "GIT_AUTHOR_DATE": f"{at} +0000"} if at else {}
    command = ["git", *identity, *words]
    return subprocess.check_output(command, cwd=folder, text=True, env={**os.environ, **when})


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


@pytest.fixture
def commit(shop: Path) -> Commit:
    made: list[str] = []

    def commit(subject: str, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            (shop / path).parent.mkdir(parents=True, exist_ok=True)
            (shop / path).write_text(text, "utf-8")
        git(shop, "add", "-A")
        git(shop, "commit", "-q", "-m", subject, at=1_700_000_000 + 86_400 * len(made))
        made.append(subject)

    return commit


def points(run: Run, folder: Path, *options: str) -> list[dict[str, object]]:
    result = run("history", folder, "--format", "json", *options)
    assert result.code == 0, result.err
    return cast("list[dict[str, object]]", json.loads(result.out)["points"])


def test_a_review_is_kept_once_and_with_no_history_not_at_all(run: Run, shop: Path) -> None:
    (shop / "main.py").write_text(APP, "utf-8")
    run(shop, "--static", "--no-history")
    assert run("history", shop).code == 3
    run(shop, "--static")
    run(shop, "--static")
    assert len(points(run, shop)) == 1
    (shop / "main.py").write_text(BLOCKING, "utf-8")
    run(shop, "--static")
    assert len(points(run, shop)) == 2


def test_a_review_that_another_command_made_is_kept_when_it_is_asked_for(run: Run, shop: Path) -> None:
    (shop / "main.py").write_text(APP, "utf-8")
    run("plan", shop, "--static")
    assert run("history", shop).code == 3
    run(shop, "--static")
    assert len(points(run, shop)) == 1


def test_a_named_store_has_it_at_once(run: Run, shop: Path, tmp_path: Path) -> None:
    (shop / "main.py").write_text(APP, "utf-8")
    run(shop, "--static")
    result = run(shop, "--static", "--store", tmp_path / "kept.db")
    assert result.code == 0
    assert (tmp_path / "kept.db").stat().st_size > 0
    assert len(points(run, shop, "--store", str(tmp_path / "kept.db"))) == 1


def test_a_history_that_cannot_be_written_costs_no_review(run: Run, shop: Path, tmp_path: Path) -> None:
    (shop / "main.py").write_text(APP, "utf-8")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "data").write_text("a file where the folder should be", "utf-8")
    result = run(shop, "--static")
    assert result.code == 0
    assert "This review was not kept in the history." in result.err
    assert "Traceback" not in result.err


def test_commits_are_replayed_once_and_the_repository_is_as_it_was(run: Run, shop: Path, commit: Commit) -> None:
    commit("nothing yet", {"README.md": "# shop\n"})
    commit("an app", {"main.py": BLOCKING})
    commit("it waits without blocking", {"main.py": APP})
    (shop / "main.py").write_text(APP + "# not committed\n", "utf-8")
    before = state_of(shop)
    result = run("history", shop, "--backfill", 50, "--format", "json")
    assert state_of(shop) == before
    found = json.loads(result.out)["points"]
    assert [point["subject"] for point in found] == ["an app", "it waits without blocking"]
    assert [point["made"] for point in found] == ["2023-11-15T22:13:20Z", "2023-11-16T22:13:20Z"]
    assert "1 of 3 commits hold no FastAPI service here" in result.err
    assert "not committed" in result.err
    change = found[1]["change"]
    assert "ASY001" in change["won"]
    assert change["code"] == pytest.approx(found[1]["index"] - found[0]["index"], abs=0.05)
    assert (change["scope"], change["ruleset"], change["evidence"]) == (0, 0, 0)
    commit("one more", {"other.py": "X = 1\n"})
    assert len(points(run, shop, "--backfill", "50")) == 3


def test_a_folder_of_a_repository_is_replayed_with_what_is_above_it(run: Run, shop: Path, commit: Commit) -> None:
    commit("all of it", {"services/shop/main.py": APP, "web/index.js": "x", ".github/workflows/ci.yml": "on: push\n"})
    commit("the web only", {"web/index.js": "y"})
    found = points(run, shop / "services" / "shop", "--backfill", "9")
    assert [point["subject"] for point in found] == ["all of it"]


def test_a_shallow_clone_says_what_is_missing(run: Run, shop: Path, commit: Commit, tmp_path: Path) -> None:
    for number in range(3):
        commit(f"step {number}", {"main.py": APP, "x.py": f"X = {number}\n"})
    git(tmp_path, "clone", "-q", "--depth", "2", shop.as_uri(), "clone")
    result = run("history", tmp_path / "clone", "--backfill", 10)
    assert "shallow clone: only 2 of the commits are here" in result.err
    assert result.out.startswith("2 reviews")


def test_since_a_day(run: Run, shop: Path, commit: Commit) -> None:
    for number in range(3):
        commit(f"step {number}", {"main.py": APP, "x.py": f"X = {number}\n"})
    assert len(points(run, shop, "--since", "2023-11-16")) == 1


@pytest.mark.parametrize("options", [("--since", "yesterday"), ("--backfill", "-1"), ("--format", "pdf")])
def test_what_makes_no_sense_is_refused(run: Run, shop: Path, options: tuple[str, ...]) -> None:
    assert run("history", shop, *options).code == 2


def test_no_repository(run: Run, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(APP, "utf-8")
    result = run("history", tmp_path, "--backfill", 5)
    assert result.code == 2
    assert "no git repository" in result.err
