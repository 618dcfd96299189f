"""What in a pipeline runs tests and linters.

Sources: the command-line references of the tools, and the pages of their actions.
"""

import re
from collections.abc import Iterator

from fastreview.api import Command, Project

TEST_RUNNERS = re.compile(
    r"(?:^|[\s/\"'(=])(?:pytest|py\.test|nose2|nosetests|stestr|trial|behave|robot|nox|tox|pytest-[\w-]*action[\w@/.-]*)(?=[\s\"');@]|$)"
    r"|-m\s+(?:pytest|unittest)\b|\bmanage\.py\s+test\b|\bhatch\s+(?:run\s+)?(?:[\w.-]+:)?(?:test|cov)\b|\bcoverage\s+run\b"
    r"|\b(?:make|just|task|poe|pdm|rye|pipenv|invoke|inv|pixi)\s+(?:run\s+)?(?:(?:-e|--environment)\s+\S+\s+)?(?:\S*[:_-])?(?:py)?tests?\b|(?:^|/|\s)\w*(?:^|[/_\s-])tests?(?:[-_]\w+)*\.sh\b"
)
LINTERS = re.compile(
    r"(?:^|[\s/\"'(])(?:ruff(?:-action)?|flake8|pylint|pycodestyle|pyflakes|black|isort|autopep8|prek|wemake-python-styleguide"
    r"|pre-commit|prek-action|prospector|pylama|yapf|blue|bandit|super-linter|megalinter|pre-commit/action|ufmt|fixit|darker"
    r"|fawltydeps|trunk-action)(?=[\s\"');@:/]|$)|\btrunk\s+(?:check|fmt)\b"
    r"|\bhatch\s+(?:fmt|(?:env\s+)?run\s+(?:(?:-e|--env)[ =]\S+\s+)?(?:--\s+)?(?:[\w.-]+:)?(?:lint|style|check)[\w.-]*)"
    r"|\b(?:make|just|task|poe|pdm|rye|pipenv|pixi|npm run)\s+(?:run\s+)?(?:(?:-e|--environment)\s+\S+\s+)?(?:\S*[:_-])?(?:lint\w*|check-format|format-check)\b|/lint\S*\.sh\b"
)
NOT_RUN = re.compile(
    r"(?<![-\w.])(?:install|add|sync|echo|printf|export|cat|cp|rm|mkdir|which|cache|upload|download|checkout)\b(?![-.])"
    r"|^\s*\w+\s*[:=]\s*\S+$|^(?:actions|docker)/"
)
REMOTE_WORKFLOW = re.compile(
    r"^[\w.-]+/[\w.-]+/\.github/workflows/[\w.-]*(?:test|check|ci|python|lint)[\w.-]*\.ya?ml@", re.IGNORECASE
)
"""A reusable workflow of another repository: what it runs is not to be seen from here."""


def test_runs(project: Project) -> Iterator[Command]:
    return _matching(project, TEST_RUNNERS)


def lint_runs(project: Project) -> Iterator[Command]:
    return _matching(project, LINTERS)


def elsewhere(project: Project) -> str:
    """Why what the pipelines run is not to be seen, or "": it stands in another repository, or in files of a system that is
    not read."""
    for command in project.pipeline_commands:
        if REMOTE_WORKFLOW.search(command.text):
            return f"what {command.text.partition('@')[0]} runs stands in another repository"
    unread = {one.facts.system for one in project.workflows if one.facts.system[:1].isupper()}
    if unread and len(unread) == len({one.facts.system for one in project.workflows}):
        return f"pipelines of {min(unread)} are not read"
    return ""


def _matching(project: Project, runner: re.Pattern[str]) -> Iterator[Command]:
    for command in project.pipeline_commands:
        match = runner.search(command.text)
        if match and not NOT_RUN.search(command.text[: match.start()]) and not NOT_RUN.match(command.text):
            yield command
