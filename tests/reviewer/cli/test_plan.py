"""`fastreview plan` in its three formats."""

import json
from pathlib import Path

from tests.reviewer.cli.conftest import Run

JUNIOR = Path(__file__).parents[3] / "samples" / "junior"


def test_the_terminal_shows_steps_and_weeks(run: Run) -> None:
    result = run("plan", JUNIOR, "--static")
    assert result.code == 0
    assert "Next steps" in result.out
    assert "Week 1  Internals" in result.out
    assert all(len(line) <= 80 for line in result.out.splitlines() if "https://" not in line)


def test_markdown_is_a_task_list(run: Run) -> None:
    out = run("plan", JUNIOR, "--static", "--format", "markdown").out
    assert out.startswith("# Learning path for `stockroom`")
    assert "- [ ] TYP003 No type checker" in out
    assert "**Done when**" in out


def test_json_holds_the_same(run: Run) -> None:
    found = json.loads(run("plan", JUNIOR, "--static", "--format", "json").out)
    assert len(found["next_steps"]) >= 3
    assert found["weeks"][0]["number"] == 1


def test_a_folder_without_a_service_and_an_unknown_format(run: Run, tmp_path: Path) -> None:
    assert run("plan", tmp_path).code == 3
    assert run("plan", JUNIOR, "--format", "pdf").code == 2
