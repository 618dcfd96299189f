"""Coverage files that are there: real ones, written by coverage.py; fresh ones count, stale and broken ones are named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastreview.facts import Side
from fastreview.gather.facts import gather_static
from fastreview.project import Project

CODE = '''"""Prices."""

import json


def price(amount: int) -> int:
    """Of the amount."""
    if amount > 10:
        return (
            amount * 2
        )
    return amount


def unused() -> str:
    return json.dumps({})


if __name__ == "__main__":  # pragma: no cover
    unused()
'''
FORMATS = {"coverage.json": "json", "coverage.xml": "xml", "lcov.info": "lcov", ".coverage": ""}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("measured")
    (root / "app").mkdir()
    (root / "app" / "prices.py").write_text(CODE, "utf-8")
    (root / "run.py").write_text("from app.prices import price\nprice(11)\n", "utf-8")
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "run", "--branch", "--source=app", "run.py"], cwd=root, check=True)
    for name, kind in FORMATS.items():
        if kind:
            subprocess.run([*coverage, kind, "-q", "-o", name], cwd=root, check=True)
    return root


def only(measured: Path, root: Path, name: str) -> Path:
    """The project with one of the files."""
    (root / "app").mkdir()
    for path in ("app/prices.py", "run.py", name):
        (root / path).write_bytes((measured / path).read_bytes())
    return root


@pytest.mark.parametrize("name", FORMATS)
def test_fresh_data_is_read_and_its_origin_stated(measured: Path, tmp_path: Path, name: str) -> None:
    root = only(measured, tmp_path, name)
    facts = gather_static(root)
    run = Project(facts, {}).test_run
    [module] = [m for m in Project(facts, {}).service_modules if m.path == "app/prices.py"]
    found = run.coverage_of(module)

    assert not run
    assert run.coverage_origin == name
    assert name in facts.side(Side.TESTS).reason
    assert found is not None
    assert {6, 8, 9} <= set(found.executed)
    assert found.missing == (12, 16)
    assert (run.facts.coverage is not None and run.facts.coverage.branch) == (name != ".coverage")


def test_all_formats_say_the_same(measured: Path, tmp_path: Path) -> None:
    said = set()
    for name in FORMATS:
        (tmp_path / name).mkdir()
        run = Project(gather_static(only(measured, tmp_path / name, name)), {}).test_run
        [file] = [f for f in run.facts.coverage.files if f.path == "app/prices.py"] if run.facts.coverage else []
        said.add((file.executed, file.missing))

    assert len(said) == 1


def test_stale_data_is_named_and_not_used(measured: Path, tmp_path: Path) -> None:
    root = only(measured, tmp_path, "coverage.json")
    os.utime(root / "coverage.json", (1, 1))
    run = Project(gather_static(root), {}).test_run

    assert run.coverage_origin == ""
    assert run.facts.stale == ("coverage.json is older than app/prices.py",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("coverage.json", "{broken"),
        ("coverage.json", '{"files": {"../../etc/passwd": {"executed_lines": [1]}}}'),
        ("coverage.xml", '<!DOCTYPE x [<!ENTITY a "b">]><coverage>&a;</coverage>'),
        ("coverage.xml", '<class filename="app/prices.py"><line number="x" hits="many"/></class>'),
        ("lcov.info", "SF:app/prices.py\nDA:one,two\nend_of_record\n"),
        (".coverage", "SQLite format 3\0 and no more"),
    ],
)
def test_broken_and_hostile_data_is_named_and_not_used(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "prices.py").write_text(CODE, "utf-8")
    (tmp_path / name).write_text(text, "utf-8")
    run = Project(gather_static(tmp_path), {}).test_run

    assert run.coverage_origin == ""
    assert [reason.startswith(name) for reason in run.facts.stale] == [True]


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = 1\n", "utf-8")
    (tmp_path / "coverage.json").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "coverage.xml")
    run = Project(gather_static(tmp_path), {}).test_run

    assert [reason.split(" ")[0] for reason in run.facts.stale] == ["coverage.json", "coverage.xml"]
