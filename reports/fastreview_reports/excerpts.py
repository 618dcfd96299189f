"""What is shown of the source around a finding."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from fastreview.review import Excerpt, FindingEntry

SECRET = "hard-coded-secret"  # noqa: S105
"""The slug of the check whose excerpts hold secrets."""

LONGEST = 100
"""Lines of one secret that are looked at."""

_QUOTED = re.compile(r"""([\"'])(?:(?!\1).){4,}\1""")
_ASSIGNED = re.compile(r"^(\s*(?:-\s+|export\s+|ENV\s+|ARG\s+)?[\w.-]+\s*[=:]\s*)\S{4,}.*$")
_SECRET_NAME = re.compile(r"(?i)(?:secret|passw|token|api_?key|credential)\w*\s*[=:]")


def secret_lines(findings: Iterable[FindingEntry]) -> frozenset[tuple[str, int]]:
    """Paths and lines at which a secret was found."""
    return frozenset(
        (f.path, at)
        for f in findings
        if f.slug == SECRET
        for at in range(f.line, min(max(f.line, f.end_line), f.line + LONGEST) + 1)
    )


def shown(finding: FindingEntry, secrets: frozenset[tuple[str, int]]) -> Excerpt | None:
    """The excerpt without blank lines at either end and without secrets, as a report is passed on."""
    excerpt = finding.excerpt
    filled = [index for index, line in enumerate(excerpt.lines) if line.strip()] if excerpt else []
    if excerpt is None or not filled:
        return excerpt
    first = excerpt.first + filled[0]
    lines = tuple(
        _veiled(line, excerpt.language, at_secret=finding.slug == SECRET or (finding.path, at) in secrets)
        for at, line in enumerate(excerpt.lines[filled[0] : filled[-1] + 1], first)
    )
    return replace(excerpt, first=first, lines=lines)


def _veiled(line: str, language: str, *, at_secret: bool) -> str:
    """The line without its values, when a secret was found there or, outside of Python, when its name says so."""
    if language == "python":
        return _QUOTED.sub(r"\1…\1", line) if at_secret else line
    return _ASSIGNED.sub(r"\1…", line) if at_secret or _SECRET_NAME.search(line) else line
