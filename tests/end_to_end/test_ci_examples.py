"""The examples for CI do what they say: their own commands, run on a repository with a pull request."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SERVICE = """
from fastapi import FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/products")
def products() -> list[str]:
    return []
"""
PEEK = """

@app.get("/products/peek")
def peek(name: str, db: Session) -> list[str]:
    return db.execute(f"select * from products where name = '{name}'").fetchall()
"""
GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$GH_CALLS"
case "$*" in *--jq*) cat "$GH_KNOWN" ;; *PATCH*|*POST*) exit "$GH_EXIT" ;; esac
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S607
    return done.stdout.strip()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository whose branch adds a route with a grave fault."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "main.py").write_text(SERVICE, "utf-8")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    git(root, "checkout", "-q", "-b", "feature")
    with (root / "main.py").open("a", encoding="utf-8") as file:
        file.write(PEEK)
    return root


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A runner's: fastreview where the install step puts it and on the path, and a `gh` that writes down its calls."""
    runner = tmp_path / "runner"
    tools = runner / "fastreview" / "bin"
    tools.mkdir(parents=True)
    for name, text in (("fastreview", f'#!/bin/sh\nexec "{sys.executable}" -m fastreview "$@"\n'), ("gh", GH)):
        (tools / name).write_text(text, "utf-8")
        (tools / name).chmod(0o755)
    (tmp_path / "known").write_text("", "utf-8")
    return {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "FASTREVIEW_CACHE_DIR": str(tmp_path / "cache"),
        "RUNNER_TEMP": str(runner),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GH_CALLS": str(tmp_path / "calls"),
        "GH_KNOWN": str(tmp_path / "known"),
        "GH_EXIT": "0",
    }


def loaded(name: str) -> dict[str, object]:
    return cast("dict[str, object]", yaml.safe_load((ROOT / name).read_text("utf-8")))


def step(name: str) -> str:
    runs = cast("dict[str, list[dict[str, str]]]", loaded("action.yml")["runs"])
    return next(one["run"] for one in runs["steps"] if one["name"] == name)


def bash(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", "--noprofile", "--norc", "-e", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_action_comments_and_closes_the_gate(shop: Path, environment: dict[str, str], tmp_path: Path) -> None:
    given = {"FOLDER": ".", "ARGUMENTS": "--static", "FAIL_ON": "new,level", "BASE": git(shop, "rev-parse", "main")}
    done = bash(step("Review"), shop, environment | given)
    assert done.returncode == 1, done.stderr
    assert "Gate new: " in done.stderr
    summary = (tmp_path / "summary").read_text("utf-8")
    assert summary.startswith("<!-- fastreview:comment -->")
    assert "/peek" in summary
    assert (tmp_path / "runner" / "fastreview.html").stat().st_size > 10_000
    asked = environment | {"REPOSITORY": "a/b", "NUMBER": "7"}
    assert bash(step("Comment"), shop, asked).returncode == 0
    assert "--method POST repos/a/b/issues/7/comments" in (tmp_path / "calls").read_text("utf-8")
    (tmp_path / "known").write_text("41\n42\n", "utf-8")
    assert bash(step("Comment"), shop, asked).returncode == 0
    assert (
        (tmp_path / "calls")
        .read_text("utf-8")
        .splitlines()[-1]
        .startswith("api --silent --method PATCH repos/a/b/issues/comments/41")
    )
    refused = bash(step("Comment"), shop, asked | {"GH_EXIT": "1"})
    assert (refused.returncode, refused.stdout.startswith("::warning ")) == (0, True)


def test_the_action_on_a_push_annotates_and_has_no_gate(shop: Path, environment: dict[str, str]) -> None:
    given = {"FOLDER": ".", "ARGUMENTS": "--static", "FAIL_ON": "new,level", "BASE": ""}
    done = bash(step("Review"), shop, environment | given)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("::notice ")


def test_the_action_in_a_shallow_clone(shop: Path, environment: dict[str, str], tmp_path: Path) -> None:
    base = git(shop, "rev-parse", "main")
    git(shop, "commit", "-qam", "peek")
    git(shop, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "feature", f"file://{shop}", "clone")
    given = {"FOLDER": ".", "ARGUMENTS": "--static", "FAIL_ON": "new", "BASE": base}
    done = bash(step("Review"), tmp_path / "clone", environment | given)
    assert done.returncode == 1, done.stderr
    assert "DAT010" in done.stderr


def test_no_expression_stands_in_a_script() -> None:
    for name in ("Install", "Review", "Comment"):
        assert "${{" not in step(name)
    assert '--constraint "$GITHUB_ACTION_PATH/constraints.txt" "$GITHUB_ACTION_PATH"' in step("Install")


def test_the_gitlab_template(shop: Path, environment: dict[str, str]) -> None:
    job = cast("dict[str, dict[str, str]]", loaded(".ci/examples/gitlab.yml")["fastreview"])
    install, review = cast("list[str]", job["script"])
    assert "pip install" in install
    given = {k: str(v) for k, v in job["variables"].items()} | {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "main"}
    done = bash(review, shop, environment | given)
    assert done.returncode == 1, done.stderr
    assert "Gate new: " in done.stderr
    issues = json.loads((shop / "fastreview.gitlab.json").read_text("utf-8"))
    assert {issue["location"]["path"] for issue in issues} >= {"main.py"}
    assert job["artifacts"]["reports"] == {"codequality": "fastreview.gitlab.json"}  # type: ignore[comparison-overlap]


def test_the_pre_commit_hook(shop: Path, environment: dict[str, str]) -> None:
    [hook] = cast("list[dict[str, object]]", loaded(".pre-commit-hooks.yaml"))
    command = " ".join([cast("str", hook["entry"]), *cast("list[str]", hook["args"])])
    done = bash(command, shop, environment)
    assert done.returncode == 1, done.stderr
    assert "DAT010" in done.stderr
    git(shop, "checkout", "-q", "--", ".")
    assert bash(command, shop, environment).returncode == 0
    examples = loaded(".ci/examples/pre-commit.yaml")
    [repository] = cast("list[dict[str, list[dict[str, str]]]]", examples["repos"])
    assert repository["hooks"] == [{"id": hook["id"]}]


def test_the_workflow_uses_what_the_action_takes() -> None:
    jobs = cast("dict[str, dict[str, list[dict[str, dict[str, str]]]]]", loaded(".ci/examples/github.yml")["jobs"])
    given = jobs["fastreview"]["steps"][-1]["with"]
    assert given.keys() <= cast("dict[str, object]", loaded("action.yml")["inputs"]).keys()
