"""Which installed Python a project is tried with first."""

import json
from pathlib import Path

import pytest

from fastreview.gather.environment.pythons import Python, installed, ranked, visible
from fastreview.gather.environment.uv import Uv

ALL = tuple(Python(f"/python3.{minor}", (3, minor, 4)) for minor in (13, 12, 11, 10, 9, 8))


def order(wanted: str, preferred: str = "", **pins: str) -> list[int]:
    return [python.version[1] for python in ranked(ALL, wanted, preferred, pins)[0]]


@pytest.mark.parametrize(
    ("wanted", "first"),
    [("", 13), (">=3.9", 13), ("^3.8", 13), (">=3.9,<3.12", 11), ("3.10", 10), ("==3.11.9", 11), ("~=3.10.2", 10)],
)
def test_newest_that_fits(wanted: str, first: int) -> None:
    assert order(wanted)[0] == first


def test_container_comes_first() -> None:
    assert order(">=3.9", "3.10") == [10, 13, 12, 11, 9]
    assert order(">=3.11", "3.10") == [13, 12, 11]


def test_pinned_packages_that_newer_pythons_broke() -> None:
    assert order("", pydantic="1.8.2")[:2] == [9, 8]
    assert order("", pydantic="1.10.12")[0] == 11
    assert order("", sqlalchemy="2.0.20")[0] == 12
    assert order("", pydantic="2.5.0")[0] == 13
    assert order("", pydantic="not a version")[0] == 13


def test_nothing_that_fits_is_installed() -> None:
    fitting, others = ranked(ALL, ">=3.14", "3.14", {})

    assert fitting == ()
    assert [python.version[1] for python in others][:2] == [13, 12]


def test_older_one_is_nearer() -> None:
    fitting, others = ranked(ALL, "3.11", "", {})

    assert [python.version[1] for python in (*fitting, *others)] == [11, 10, 12, 9, 13, 8]


def test_installed(tmp_path: Path) -> None:
    rows = [
        {"implementation": "cpython", "variant": "default", "version": "3.12.1", "path": "/a"},
        {"implementation": "cpython", "variant": "default", "version": "3.12.7", "path": "/b"},
        {"implementation": "cpython", "variant": "freethreaded", "version": "3.14.1", "path": "/t"},
        {"implementation": "pypy", "variant": "default", "version": "3.10.0", "path": "/p"},
        {"implementation": "cpython", "variant": "default", "version": "3.7.1", "path": "/old"},
        "nonsense",
    ]
    script = tmp_path / "uv"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(rows)}\nEND\n", "utf-8")
    script.chmod(0o755)
    pyenv = tmp_path / "pyenv/versions/3.9.18/bin"
    pyenv.mkdir(parents=True)
    (pyenv / "python").touch(0o755)
    (tmp_path / "pyenv/versions/3.8.1").mkdir()

    found = installed(Uv(str(script), tmp_path, 30), {"PYENV_ROOT": str(tmp_path / "pyenv")})

    by_minor = {python.minor: python.path for python in found}
    assert by_minor[3, 12] == "/b"
    assert by_minor[3, 9] == str(pyenv / "python")
    assert (3, 7) not in by_minor
    assert (3, 8) not in by_minor
    assert "/t" not in by_minor.values()


def test_added_interpreter_is_noticed(tmp_path: Path) -> None:
    environ = {"PATH": f"{tmp_path}:/nowhere", "PYENV_ROOT": str(tmp_path / "pyenv")}
    (tmp_path / "python3.12").touch()
    (tmp_path / "pip3.12").touch()
    before = visible(environ)
    (tmp_path / "pyenv/versions/3.13.1").mkdir(parents=True)

    assert before == ("python3.12",)
    assert visible(environ) == ("3.13.1", "python3.12")
