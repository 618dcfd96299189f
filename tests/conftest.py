import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from fastreview.gather.facts import gather_static
from fastreview.project import Project

ROOT = Path(__file__).parents[1]
ProjectOf = Callable[[Mapping[str, str]], Project]


@pytest.fixture(autouse=True, scope="session")
def _no_history_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Reviews that tests make are not kept among one's own."""
    os.environ["FASTREVIEW_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
    os.environ.pop("FASTREVIEW_STORE", None)


@pytest.fixture
def project_of(tmp_path: Path) -> ProjectOf:
    """A project from its files: path to (indented) text."""

    def build(files: Mapping[str, str]) -> Project:
        for path, text in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(dedent(text), "utf-8")
        return Project(gather_static(tmp_path), {})

    return build


@pytest.fixture(scope="session")
def npm_packages() -> Path:
    """A folder with the npm packages that tests need, one folder each. CI installs npm; elsewhere it may be missing."""
    folder = Path(sys.prefix, "npm")
    made = subprocess.run([ROOT / ".ci" / "npm", folder], capture_output=True, text=True, check=False)
    if made.returncode and not os.environ.get("CI"):
        pytest.skip(made.stderr.strip() or "npm packages could not be unpacked")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium. CI installs one; elsewhere it may be missing."""
    found = subprocess.run([ROOT / ".ci" / "chromium"], capture_output=True, text=True, check=False)
    if found.returncode and not os.environ.get("CI"):
        pytest.skip(found.stderr.strip())
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()
