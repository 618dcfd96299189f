"""Tools that check which module may import which, their contracts and how pipelines run them.

Sources: the documentation of Import Linter, Tach, Deply, pytest-archon, PyTestArch, ruff and flake8-tidy-imports.
"""

import re
from collections.abc import Iterator

from fastreview.api import Command, Place, Project
from fastreview_checks.knowledge.pipelines import NOT_RUN, test_runs

CONTRACT_TOOLS = ("importlinter", "tach", "deply", "modguard")
TEST_LIBRARIES = frozenset({"pytest_archon", "pytestarch", "importlinter", "grimp"})
_RUN = re.compile(
    r"(?:^|[\s/\"'(=])(?:lint-imports|import-linter|tach\s+(?:check|test)|deply\s+analy[sz]e|modguard\s+check)(?=[\s\"');@]|$)"
)
_HOOK = re.compile(r"^(?:lint-imports|import-?linter|tach(?:-check)?|deply)$")
_HOOKS_RUN = re.compile(r"(?:^|[\s/\"'(=])(?:pre-commit\s+run|prek\s+run|pre-commit/action)(?=[\s\"');@]|$)")


def contracts(project: Project) -> Iterator[Place]:
    """Where contracts between modules are written: a tool's configuration, or tests that ask a library."""
    for settings in project.tool(*CONTRACT_TOOLS):
        yield Place(settings.path, settings.line)
    for module in project.modules:
        if module.kind == "test" and any(i.module.partition(".")[0] in TEST_LIBRARIES for i in module.facts.imports):
            yield module.place


def contract_runs(project: Project) -> Iterator[Command]:
    """Commands of pipelines that check them: the tool itself, a hook, or the tests that ask."""
    hooked = any(_HOOK.search(hook) for _, hook in project.facts.files.hooks)
    for command in project.pipeline_commands:
        match = _RUN.search(command.text) or (_HOOKS_RUN.search(command.text) if hooked else None)
        if match and not NOT_RUN.search(command.text[: match.start()]):
            yield command
    if not project.tool(*CONTRACT_TOOLS):
        yield from test_runs(project)
