"""Which checker a project has, and with what words its pipeline calls it."""

from pathlib import Path

import pytest

from fastreview.gather.discovery import discover
from fastreview.gather.files import gather_files
from fastreview.gather.types.chosen import Chosen, chosen

WORKFLOW = """on: [push]
jobs:
  types:
    runs-on: ubuntu-latest
    steps:
      - run: {run}
"""


def of(root: Path, **files: str) -> Chosen | str | None:
    for name, text in files.items():
        path = root / {"pyproject": "pyproject.toml", "ci": ".github/workflows/ci.yml", "ini": "mypy.ini"}.get(
            name, name
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(WORKFLOW.format(run=text) if name == "ci" else text)
    (root / "app").mkdir(exist_ok=True)
    (root / "app" / "main.py").write_text("")
    found = discover(root)
    return chosen(found.root, found.repository, gather_files(found.root, found.repository, found.listing), "")


def test_none(tmp_path: Path) -> None:
    assert of(tmp_path, pyproject='[dependency-groups]\ndev = ["mypy"]\n') is None


def test_the_words_of_the_pipeline(tmp_path: Path) -> None:
    one = of(
        tmp_path, ci="uv run mypy --strict --html-report out app nowhere", pyproject="[tool.mypy]\npretty = true\n"
    )
    assert isinstance(one, Chosen)
    assert (one.tool, one.arguments) == ("mypy", ("--strict", str((tmp_path / "app").resolve())))
    assert one.configuration == (tmp_path / "pyproject.toml").resolve()


def test_its_own_file_comes_first(tmp_path: Path) -> None:
    one = of(tmp_path, pyproject="[tool.mypy]\nstrict = true\n", ini="[mypy]\nplugins = pydantic.mypy\n")
    assert isinstance(one, Chosen)
    assert one.configuration is not None
    assert one.configuration.name == "mypy.ini"


def test_what_runs_comes_before_what_is_only_configured(tmp_path: Path) -> None:
    one = of(tmp_path, ci="pyrefly check", pyproject="[tool.mypy]\nstrict = true\n[tool.pyrefly]\npreset = 'strict'\n")
    assert isinstance(one, Chosen)
    assert one.tool == "pyrefly"


def test_settings_for_an_editor_do_not_count(tmp_path: Path) -> None:
    assert of(tmp_path, pyproject='[tool.pyright]\ntypeCheckingMode = "off"\n') is None


@pytest.mark.parametrize("text", ["pip install mypy", "echo ty", "ty pe"])
def test_words_that_run_nothing(tmp_path: Path, text: str) -> None:
    assert of(tmp_path, ci=text) is None


def test_paths_outside_of_the_repository_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "project" / ".git").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    one = of(tmp_path / "project", ci="mypy ../outside /etc --config-file ../outside/mypy.ini app")
    assert isinstance(one, Chosen)
    assert [Path(word).name for word in one.arguments] == ["app"]
    assert one.configuration is None


def test_one_that_is_not_run_here(tmp_path: Path) -> None:
    assert of(tmp_path, ci="pytype app") == "the project is checked with pytype, which is not run here"
