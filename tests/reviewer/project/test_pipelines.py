"""What pipelines run, followed through task runners and scripts."""

import pytest
from tests.conftest import ProjectOf

from fastreview.project.pipelines import commands_of

WORKFLOW = """
on: [push]
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - run: {run}
"""


def texts(project_of: ProjectOf, run: str, files: dict[str, str] | None = None) -> list[str]:
    project = project_of({".github/workflows/ci.yml": WORKFLOW.format(run=run), "main.py": "", **(files or {})})
    return [command.text for command in project.pipeline_commands]


def test_makefile_targets_with_what_they_need(project_of: ProjectOf) -> None:
    makefile = "check: lint test\nlint:\n\truff check .\ntest:\n\tpytest\nother:\n\tmypy\n"

    found = texts(project_of, "make check", {"Makefile": makefile})

    assert found == ["make check", "ruff check .", "pytest"]


def test_scripts_called_from_scripts(project_of: ProjectOf) -> None:
    scripts = {"scripts/all.sh": "set -e\nbash ./scripts/test.sh\n", "scripts/test.sh": "coverage run -m pytest\n"}

    assert "coverage run -m pytest" in texts(project_of, "docker compose exec api bash scripts/all.sh", scripts)


COMPOSE = (
    "services:\n  lint:\n    image: python\n    command: sh -c 'ruff check . && mypy'\n  db:\n    image: postgres\n"
)


@pytest.mark.parametrize(
    ("run", "linted"),
    [
        ("docker compose --profile dev run --rm lint", True),
        ("docker-compose up -d lint", True),
        ("docker compose up db", False),
    ],
)
def test_the_command_of_a_service_that_is_started(project_of: ProjectOf, run: str, linted: bool) -> None:
    assert ("mypy" in " ".join(texts(project_of, run, {"compose.yaml": COMPOSE})[1:])) is linted


def test_targets_that_call_each_other_end(project_of: ProjectOf) -> None:
    assert texts(project_of, "make a", {"Makefile": "a:\n\tmake b\nb:\n\tmake a\n"}).count("make b") == 1


@pytest.mark.parametrize(
    ("run", "may_fail"),
    [("pytest", False), ("pytest || true", True), ("pytest && echo done", False), ("pytest || exit 1", False)],
)
def test_ignored_failures(project_of: ProjectOf, run: str, may_fail: bool) -> None:
    project = project_of({".github/workflows/ci.yml": WORKFLOW.format(run=run), "main.py": ""})

    assert project.pipeline_commands[0].may_fail is may_fail


def test_release_jobs_do_not_run_on_changes(project_of: ProjectOf) -> None:
    text = WORKFLOW.format(run="pytest").replace(
        "    runs-on", "    if: startsWith(github.ref, 'refs/tags/')\n    runs-on"
    )
    project = project_of({".github/workflows/ci.yml": text, "main.py": ""})

    assert [command.on_changes for command in project.pipeline_commands] == [False]


@pytest.mark.parametrize(("folder", "found"), [("backend", 1), ("backend/api", 1), ("frontend", 0), ("", 1)])
def test_path_filters_name_the_service(project_of: ProjectOf, folder: str, found: int) -> None:
    text = WORKFLOW.format(run="pytest").replace("on: [push]", "on:\n  push:\n    paths: ['backend/**']")
    project = project_of({".github/workflows/ci.yml": text, "main.py": ""})

    assert len(commands_of(project.facts.files, folder)) == found


def test_scripts_of_one_name_are_told_apart_by_their_folders(project_of: ProjectOf) -> None:
    scripts = {"api/scripts/test.sh": "pytest\n", "web/scripts/test.sh": "npm test\n"}

    assert texts(project_of, "bash api/scripts/test.sh", scripts) == ["bash api/scripts/test.sh", "pytest"]
    assert texts(project_of, "bash test.sh", scripts)[1:] == ["pytest"]
    assert texts(project_of, "bash other.sh", scripts) == ["bash other.sh"]


def test_a_failure_that_a_later_step_tells(project_of: ProjectOf) -> None:
    later = "      - if: steps.lint.outcome == 'failure'\n        run: exit 1\n"
    tolerated = WORKFLOW.format(run="ruff check") + "        id: lint\n        continue-on-error: true\n"
    told, ignored = (
        project_of({".github/workflows/ci.yml": text, "main.py": ""}).pipeline_commands[0].may_fail
        for text in (tolerated + later, tolerated)
    )

    assert (told, ignored) == (False, True)


@pytest.mark.parametrize("itself", ["$(MAKE)", "${MAKE}", "@$(MAKE)"])
def test_makefiles_start_themselves(project_of: ProjectOf, itself: str) -> None:
    makefile = f"all:\n\t{itself} inner\ninner:\n\tpytest\n"

    assert texts(project_of, "make all", {"Makefile": makefile})[-1] == "pytest"


def test_what_many_targets_start_is_followed_once_in_a_step(project_of: ProjectOf) -> None:
    makefile = (
        "all:\n\t$(MAKE) venv\n\t$(MAKE) lint\nlint:\n\t$(MAKE) venv\n\truff check\nvenv:\n\tpython -m venv .venv\n"
    )

    commands = texts(project_of, "make all", {"Makefile": makefile})

    assert commands.count("python -m venv .venv") == 1
    assert commands[-1] == "ruff check"
