"""Runs of a checker: what comes of them, and that the project stays as it was."""

import stat
from pathlib import Path

import pytest

from fastreview.facts import Gathered, Side
from fastreview.facts.types import TypeCheckFacts
from fastreview.gather.discovery import discover
from fastreview.gather.facts import gather_static
from fastreview.gather.types import gather_types

APP = """from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read() -> int:
    return "none"
"""


def run(root: Path, **files: str) -> tuple[TypeCheckFacts | None, Gathered]:
    root.joinpath("main.py").write_text(APP)
    for name, text in files.items():
        root.joinpath(name.replace("__", ".")).write_text(text)
    return gather_types(discover(root), gather_static(root), (), "auto")


def names(root: Path) -> set[str]:
    return {path.name for path in root.rglob("*")}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


def test_without_a_checker_ours_looks(tmp_path: Path) -> None:
    types, side = run(tmp_path, broken__py="def (:\n")

    assert types is not None
    assert (side.state, types.checker, types.own, types.any_shares) == ("ok", "ty", False, None)
    assert ("main.py", 8) in {(error.path, error.line) for error in types.errors}
    assert names(tmp_path) == {"main.py", "broken.py"}


def test_what_it_is_told_in_the_project_is_not_followed(tmp_path: Path) -> None:
    """A configuration for ty is the project's own checker; one for something else does not change how ours looks."""
    types, _ = run(tmp_path, pyproject__toml="[tool.ruff]\nline-length = 1\n[tool.mypy\n")

    assert types is not None
    assert types.error_count == 1


def test_no_interpreter_is_to_be_used(tmp_path: Path) -> None:
    tmp_path.joinpath("main.py").write_text(APP)
    _, side = gather_types(discover(tmp_path), gather_static(tmp_path), (), "none")

    assert (side.what, side.state) == (Side.TYPES, "off")


def own(root: Path, said: str) -> None:
    """An environment of the project with FastAPI and a ty that runs a shell command."""
    packages = root / ".venv" / "lib" / "python3.12" / "site-packages"
    for name in ("fastapi", "fastapi-0.115.0.dist-info", "ty-0.0.1.dist-info"):
        (packages / name).mkdir(parents=True)
    binaries = root / ".venv" / "bin"
    binaries.mkdir()
    (root / ".venv" / "pyvenv.cfg").write_text("version = 3.12.0\n")
    for name, text in (("python", "exit 1"), ("ty", said)):
        (binaries / name).write_text(f"#!/bin/sh\n{text}\n")
        (binaries / name).chmod(stat.S_IRWXU)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("exit 2", "came to no result: it ended without a word"),
        ("echo 'error: unknown rule' >&2; exit 2", "came to no result: error: unknown rule"),
        ("kill -9 $$", "came to no result: it was stopped"),
    ],
)
def test_a_checker_that_breaks_says_so_in_one_sentence(tmp_path: Path, said: str, reason: str) -> None:
    own(tmp_path, said)
    types, side = run(tmp_path, ty__toml="")

    assert types is None
    assert side.state == "unavailable"
    assert reason in side.reason
    assert "\n" not in side.reason
    assert side.how


def test_a_checker_that_writes_into_the_project_cannot(tmp_path: Path) -> None:
    own(tmp_path, "echo x > planted; echo x > main.py; echo 'main.py:8:1: error[wrong] No'; exit 1")
    types, side = run(tmp_path, ty__toml="")

    assert types is not None, side.reason
    assert (types.own, types.version, types.error_count) == (True, "0.0.1", 1)
    assert "planted" not in names(tmp_path)
    assert tmp_path.joinpath("main.py").read_text() == APP


def test_what_it_says_of_files_elsewhere_is_left_out(tmp_path: Path) -> None:
    own(
        tmp_path,
        "echo '/etc/passwd:1:1: error[x] No'; echo '../a.py:1:1: error[x] No'; echo 'nope.py:1:1: error[x] No'; exit 1",
    )
    types, _ = run(tmp_path, ty__toml="")

    assert types is not None
    assert types.errors == ()
