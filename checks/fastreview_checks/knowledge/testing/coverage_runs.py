"""Where coverage is measured, and where a threshold for it stands.

Sources: the configuration pages of coverage.py, pytest-cov, Codecov, Coveralls and diff-cover.
"""

import re
from collections.abc import Iterator

from fastreview.api import Command, Place, Project
from fastreview_checks.knowledge.pipelines import test_runs

OPTION = re.compile(r"--(?:cov-)?fail-under[= ]\s*[\"']?(?P<value>[\d.]+)")
SERVICES = re.compile(
    r"MINIMUM_(?:GREEN|ORANGE)|diff-cover\b|py-cov-action|coverage-threshold|coverage_limit", re.IGNORECASE
)
REPORTING = re.compile(r"\bcoverage\s+(?:report|xml|html|json|lcov)\b|--cov(?:[=\s-]|$)|-m\s+coverage\s+report")


def asked(project: Project) -> Iterator[Command]:
    """Commands of pipelines that name a threshold above 0, or start what fails below one."""
    for command in project.pipeline_commands:
        option = OPTION.search(command.text)
        if (option and float(option["value"].rstrip(".") or 0) > 0) or SERVICES.search(command.text):
            yield command


def by_service(project: Project) -> Iterator[Command]:
    """Uploads to Codecov where its configuration has it fail pull requests below a target."""
    configured = any(
        name.startswith("coverage.status.project") and name.endswith((".target", ".threshold")) and value
        for tool in project.tool("codecov")
        for name, value in tool.values.items()
        if tool.values.get(f"{name.rpartition('.')[0]}.informational") is not True
    )
    if configured:
        yield from (command for command in project.pipeline_commands if "codecov" in command.text.lower())


def measured(project: Project) -> Iterator[Command]:
    """Commands of pipelines after which a configured threshold is compared: coverage is reported."""
    options = [o for tool in project.tool("pytest") for o in _options(tool.values.get("addopts"))]
    always = any(REPORTING.search(option) for option in options)
    tests = {id(command) for command in test_runs(project)}
    for command in project.pipeline_commands:
        if REPORTING.search(command.text) or (always and id(command) in tests):
            yield command


def configured(project: Project) -> Place | None:
    """Where a threshold above 0 stands in configuration."""
    for tool in project.tool("coverage"):
        value = tool.values.get("report.fail_under")
        if isinstance(value, int | float | str) and float(value or 0) > 0:
            return Place(tool.path, tool.line)
    for tool in project.tool("pytest"):
        for option in _options(tool.values.get("addopts")):
            found = OPTION.search(option)
            if found and float(found["value"].rstrip(".") or 0) > 0:
                return Place(tool.path, tool.line)
    for path, line, text in project.facts.files.commands:
        found = OPTION.search(text)
        if found:
            return Place(path, line)
    return next((Place(t.path, t.line) for t in project.facts.files.targets if OPTION.search(t.run)), None)


def _options(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [" ".join(str(one) for one in value)] if isinstance(value, tuple) else []
