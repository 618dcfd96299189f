"""SARIF 2.1.0 for code scanning: rules with their pages, findings with chains and stable partial fingerprints.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from fastreview.review import FindingEntry, OutcomeEntry, Page, Review, Severity
from fastreview_reports import words
from fastreview_reports.places import in_repository, uri
from fastreview_reports.selection import headline
from fastreview_reports.text import escape_acting, safe

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

FINGERPRINT = "fastreview/v1"
ROOT = "SRCROOT"

_LEVELS: dict[Severity, str] = {"blocker": "error", "major": "warning", "minor": "note", "info": "note"}
_PRECISION = {"certain": "very-high", "likely": "high", "possible": "medium"}


def render(review: Review) -> bytes:
    """UTF-8 JSON. What is waived or accepted is there, suppressed; what a person has to look at is of kind "review"."""
    return sarif_of(safe(review))


def sarif_of(review: Review) -> bytes:
    document: dict[str, Json] = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [_run(review)],
    }
    return escape_acting(msgspec.json.format(msgspec.json.encode(document), indent=2).decode()).encode() + b"\n"


def _run(review: Review) -> Json:
    rules = [outcome for outcome in review.outcomes if outcome.check in _reported(review)]
    index = {outcome.check: number for number, outcome in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": "fastreview",
                "semanticVersion": _semantic(review.tool.version),
                "rules": [_rule(outcome, review.pages.get(outcome.check)) for outcome in rules],
                "properties": {"ruleset": review.tool.ruleset, "model": review.tool.model},
            }
        },
        "automationDetails": {"id": f"fastreview/{review.project.name or 'project'}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": list(_notifications(review)),
            }
        ],
        "results": [_result(review, finding, index) for finding in review.findings],
        "properties": {
            "headline": headline(review),
            "proven": review.level.proven,
            "possible": review.level.possible,
            "evidence": review.level.evidence,
            "index": review.level.index,
        },
    }


def _semantic(version: str) -> str:
    """``0.1.0.dev0`` as SARIF wants versions."""
    numbers, _, rest = version.partition(".dev")
    return f"{numbers}-dev.{rest}" if rest else numbers


def _reported(review: Review) -> set[str]:
    return {finding.check for finding in review.findings}


def _rule(outcome: OutcomeEntry, page: Page | None) -> Json:
    rule: dict[str, Json] = {
        "id": outcome.check,
        "name": outcome.slug,
        "shortDescription": {"text": outcome.title},
        "properties": {
            "tags": [outcome.dimension, outcome.level],
            "kind": outcome.kind,
            "weight": outcome.weight,
            "effort": outcome.effort,
        },
    }
    if page:
        rule["fullDescription"] = {"text": page.why.partition("\n\n")[0].replace("\n", " ") or outcome.title}
        rule["help"] = {"text": _plain(page), "markdown": _markdown(page)}
        if page.links:
            rule["helpUri"] = page.links[0].url
    return rule


def _plain(page: Page) -> str:
    return "\n\n".join(part for part in (page.why, page.improve, page.exceptions) if part) or page.title


def _markdown(page: Page) -> str:
    sections = (("Why", page.why), ("How to improve", page.improve), ("When it does not apply", page.exceptions))
    parts = [f"**{title}**\n\n{text}" for title, text in sections if text]
    parts += [f"**{title}**\n\n{_fenced(code)}" for title, code in (("Before", page.bad), ("After", page.good)) if code]
    parts += ["\n".join(f"- <{link.url}> {link.title}" for link in page.links)] if page.links else []
    return "\n\n".join(parts) or page.title


def _fenced(code: str) -> str:
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{code}\n{fence}"


def _notifications(review: Review) -> Iterator[Json]:
    for side in review.gathered:
        if side.state == "unavailable":
            label = words.SIDES.get(side.what, side.what)
            yield {"level": "warning", "message": {"text": f"{label}: {side.reason}"}}
    for left in review.scope.unparsed:
        text = f"{left.path} could not be read: {left.reason}"
        yield {"level": "warning", "message": {"text": text}}


def _result(review: Review, finding: FindingEntry, index: dict[str, int]) -> Json:
    doubtful = finding.confidence == "possible"
    result: dict[str, Json] = {
        "ruleId": finding.check,
        "kind": "review" if doubtful else "fail",
        "level": "none" if doubtful else _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "precision": _PRECISION[finding.confidence],
            "subject": finding.subject,
        },
    }
    if finding.age:
        result["baselineState"] = "new" if finding.age == "new" else "unchanged"
    if finding.check in index:
        result["ruleIndex"] = index[finding.check]
    if finding.path:
        result["locations"] = [_location(review, finding.path, finding.line, finding.end_line)]
    if finding.related:
        related = [_location(review, r.path, r.line, r.line, r.message) for r in finding.related if r.path]
        result["relatedLocations"] = [{"id": number, **place} for number, place in enumerate(related, 1)]
    if finding.status != "open":
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": finding.status}]
    return result


def _location(review: Review, path: str, line: int, end_line: int, message: str = "") -> dict[str, Json]:
    physical: dict[str, Json] = {"artifactLocation": _artifact(in_repository(review, path))}
    if line > 0:
        physical["region"] = {"startLine": line, "endLine": max(line, end_line)}
    location: dict[str, Json] = {"physicalLocation": physical}
    if message:
        location["message"] = {"text": message}
    return location


def _artifact(path: str) -> Json:
    """Within the repository against its root; what lies outside has no base."""
    return {"uri": uri(path)} if path.startswith("../") else {"uri": uri(path), "uriBaseId": ROOT}
