"""What looks for known vulnerabilities in dependencies, and what proposes their updates.

Sources: the command-line references of the tools, the pages of their actions, Dependabot's and Renovate's documentation.
"""

import re
from collections.abc import Iterator

from fastreview.api import Command, Place, Project, file_facts
from fastreview_checks.knowledge.pipelines import NOT_RUN

AUDITS = re.compile(
    r"(?:^|[\s/\"'(])(?:pip-audit|gh-action-pip-audit|pip_audit|osv-scanner(?:-action)?|grype|dependency-review-action|dependency-check"
    r"|safety-action|snyk/actions[\w./-]*|trivy-action|anchore/scan-action|fossa-action|ossaudit|jake|sca-scan)(?=[\s\"');@:/]|$)"
    r"|\bsafety\s+(?:--\S+\s+)*(?:check|scan)\b|\bsnyk\s+(?:test|monitor)\b|\btrivy\s+(?:\S+\s+)*?(?:fs|filesystem|image|repo|sbom)\b"
    r"|\bosv-scanner\s"
    # `uv audit`, and tools of one's own that are called so; not those of other languages.
    r"|(?:^|\s)(?!(?:npm|yarn|pnpm|bun|cargo|bundle|composer|deno)\b)[\w-]+\s+audit\b(?!-|\s+(?:log|trail))"
)
AUDIT_HOOKS = re.compile(r"pip-audit|safety|osv-scanner")
HOOK_RUNNERS = re.compile(r"\b(?:pre-commit|prek)\b(?:\s+run|/action)|prek-action")
TASK_NAMED_AUDIT = re.compile(
    r"(?:^|\s)(?:make|just|task|poe|nox|tox|hatch|pdm|rye)\s+(?:run\s+)?\S*(?:pip-audit|dep\w*-audit)"
)

_PYTHON_ECOSYSTEMS = frozenset({"pip", "uv", "poetry", "pipenv", "conda"})
BOTS = ("renovate", "pyup")


def audit_runs(project: Project) -> Iterator[Command]:
    """Commands of the pipelines that audit dependencies."""
    hooked = any(AUDIT_HOOKS.search(hook) for _, hook in project.facts.files.hooks)
    for command in project.pipeline_commands:
        match = AUDITS.search(command.text)
        if (
            (match and not NOT_RUN.search(command.text[: match.start()]))
            or (hooked and HOOK_RUNNERS.search(command.text))
            or TASK_NAMED_AUDIT.search(command.text)
        ):
            yield command


def update_bot(project: Project) -> Place | None:
    """Where a bot is told to update Python packages."""
    for settings in project.tool("dependabot", *BOTS):
        if settings.tool in BOTS or _updates_python(settings):
            return Place(settings.path, settings.line)
    bot = next((c for c in project.pipeline_commands if "renovatebot/" in c.text), None)
    return bot.place if bot is not None else None


def partial_bot(project: Project) -> Place | None:
    """A configuration of Dependabot that leaves Python packages out."""
    return next((Place(s.path, s.line) for s in project.tool("dependabot")), None)


def _updates_python(settings: file_facts.Settings) -> bool:
    return any(
        key.endswith("package-ecosystem") and isinstance(value, str) and value in _PYTHON_ECOSYSTEMS
        for key, value in settings.values.items()
    )
