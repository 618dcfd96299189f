from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from fastreview.gather.facts import gather_static
from fastreview.project import Project

ProjectOf = Callable[[Mapping[str, str]], Project]


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
