"""Linters and formatters: where they are configured, and what runs them before code is merged.

Sources: the configuration and command-line references of the tools, and the lists of their pre-commit hooks.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Place, Project
from fastreview_checks.knowledge.pipelines import NOT_RUN, lint_runs

_LINTERS = ("ruff", "flake8", "pylint", "wemake-python-styleguide", "pylama", "prospector")
_FORMATTERS = ("black", "yapf", "autopep8", "blue")
# A hook of the repository's own is called after what it is for, too: backend-black.
_LINT_HOOKS = re.compile(
    r"^(?:(?:\w+[-_])*(?:ruff(?:-check|-lint)?|flake8|pylint|pylama|prospector)|wemake.*|lint.*|.*-lint)$"
)
_FORMAT_HOOKS = re.compile(
    r"^(?:(?:\w+[-_])*(?:ruff-format|black(?:-jupyter|en-docs)?|yapf|autopep8|ufmt|darker|blue)|(?:ruff[-_])?fmt"
    r"|.*format(?:ter|ting)?)$"
)
_LINT_RUN = re.compile(
    r"(?:^|[\s/\"'(])(?:ruff\s+(?!format|clean|help|version)|ruff-action|flake8|pylint|pylama|prospector|hatch\s+fmt)(?=[\s\"');@:]|\S|$)"
)
_FORMAT_RUN = re.compile(
    r"(?:^|[\s/\"'(])(?:ruff\s+format|black|yapf|autopep8|ufmt\s+(?:format|check)|darker|hatch\s+fmt)(?=[\s\"');@:]|$)"
)
_HOOK_RUNS = re.compile(r"(?:^|[\s/\"'(])(?:pre-commit|prek)(?:\s+run|/action|-action)|pre-commit-ci|autofix-ci")


class Style(NamedTuple):
    """Where a linter and a formatter are configured or run, and where one of them runs on changes or on commits."""

    linter: Place | None
    formatter: Place | None
    enforced: Place | None
    in_pipeline: bool


def style_of(project: Project) -> Style:
    linter = next((Place(s.path, s.line) for s in project.tool(*_LINTERS)), None)
    formatter = next((Place(s.path, s.line) for s in project.tool(*_FORMATTERS)), None)
    formatter = formatter or next(
        (Place(s.path, s.line) for s in project.tool("ruff") if any(k.startswith("format.") for k in s.values)), None
    )
    hooks = Place(".pre-commit-config.yaml")
    hooked = [hook for _, hook in project.facts.files.hooks]
    lint_hook = any(map(_LINT_HOOKS.search, hooked))
    format_hook = any(map(_FORMAT_HOOKS.search, hooked))
    lint_run, format_run = _run(project, _LINT_RUN), _run(project, _FORMAT_RUN)
    hook_run = _run(project, _HOOK_RUNS) if lint_hook or format_hook else None
    pipeline = lint_run or format_run or hook_run or next((r.place for r in lint_runs(project) if r.on_changes), None)
    own = dict(_own_commands(project))
    return Style(
        linter or (hooks if lint_hook else None) or lint_run or own.get("linter"),
        formatter or (hooks if format_hook else None) or format_run or own.get("formatter"),
        pipeline or (hooks if lint_hook or format_hook else None),
        pipeline is not None,
    )


def _run(project: Project, tool: re.Pattern[str]) -> Place | None:
    for command in project.pipeline_commands:
        match = tool.search(command.text)
        if match and command.on_changes and not NOT_RUN.search(command.text[: match.start()]):
            return command.place
    return None


def _own_commands(project: Project) -> Iterator[tuple[str, Place]]:
    """What scripts and task runners call: a configuration by arguments. The first place of each wins."""
    for path, line, text in reversed(project.facts.files.commands):
        for word, tool in (("linter", _LINT_RUN), ("formatter", _FORMAT_RUN)):
            match = tool.search(text)
            if match and not NOT_RUN.search(text[: match.start()]):
                yield word, Place(path, line)
