from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from fastreview import engine, packs
from fastreview.gather.facts import gather_static
from fastreview.outcome import Evaluation
from fastreview.project import Project

Evaluated = Callable[[str, Mapping[str, str]], Evaluation]

PACK = packs.load(("fastreview_checks",))


@pytest.fixture
def evaluated(tmp_path: Path) -> Evaluated:
    """What one check says of a project made of these files."""

    def run(code: str, files: Mapping[str, str]) -> Evaluation:
        for path, text in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(dedent(text).lstrip(), "utf-8")
        project = Project(gather_static(tmp_path), PACK.limits)
        [evaluation] = engine.evaluate(project, packs.select(PACK.checks, [code], []))
        return evaluation

    return run
