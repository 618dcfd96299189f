"""Annotations for GitHub Actions: workflow commands on standard output, the worst findings first.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterator

from fastreview.review import FindingEntry, Review, Severity
from fastreview_reports import words
from fastreview_reports.places import in_repository
from fastreview_reports.selection import headline, selection
from fastreview_reports.text import one_line, safe

PER_KIND = 10
"""GitHub shows ten errors, ten warnings and ten notices of a step."""

_COMMANDS: dict[Severity, str] = {"blocker": "error", "major": "warning", "minor": "notice", "info": "notice"}
_RANK = {"error": 0, "warning": 1, "notice": 2}
_CONFIDENCE = {"certain": 0, "likely": 1}


def render(review: Review) -> bytes:
    """UTF-8 lines. The first is the verdict; findings that a person has to look at, and those set aside, are left out."""
    review = safe(review)
    shown = sorted(
        (f for f in review.findings if f.status == "open" and f.confidence in _CONFIDENCE),
        key=lambda f: (_RANK[_COMMANDS[f.severity]], _CONFIDENCE[f.confidence], f.check, f.path, f.line),
    )
    return ("\n".join(_lines(review, shown)) + "\n").encode()


def _lines(review: Review, shown: list[FindingEntry]) -> Iterator[str]:
    index = "" if selection(review) else f" Index {review.level.index:.1f} of 100."
    verdict = f"{headline(review)}.{index} {counts(shown)}."
    yield _command("notice", verdict, title="fastreview", file="", line=0, end_line=0)
    used = {"notice": 1}
    for finding in shown:
        command = _COMMANDS[finding.severity]
        used[command] = used.get(command, 0) + 1
        if used[command] <= PER_KIND:
            title = f"{finding.check} {finding.slug}"
            path = in_repository(review, finding.path)
            yield _command(command, finding.message, title, path, finding.line, finding.end_line)


def counts(findings: list[FindingEntry]) -> str:
    """ "3 blockers, 12 major, 40 minor findings"."""
    by_severity = {severity: sum(f.severity == severity for f in findings) for severity in words.SEVERITIES}
    parts = [f"{number:,} {severity}" for severity, number in by_severity.items() if number]
    return f"{', '.join(parts)} {'finding' if len(findings) == 1 else 'findings'}" if parts else "No findings"


def _command(command: str, message: str, title: str, file: str, line: int, end_line: int) -> str:
    properties = {"title": title, "file": file}
    if file and line > 0:
        properties |= {"line": str(line), "endLine": str(max(line, end_line))}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{command} {given}::{_data(one_line(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
