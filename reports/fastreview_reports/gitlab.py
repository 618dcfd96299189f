"""GitLab's code quality report: a flat list of findings with fingerprints that survive moved lines.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
from collections import Counter

import msgspec

from fastreview.review import Review
from fastreview_reports.places import in_repository
from fastreview_reports.text import escape_acting, one_line, safe


def render(review: Review) -> bytes:
    """UTF-8 JSON. Findings that a person has to look at, and those set aside, are left out."""
    review = safe(review)
    seen: Counter[str] = Counter()
    issues = []
    for finding in review.findings:
        if finding.status != "open" or finding.confidence == "possible":
            continue
        seen[finding.fingerprint] += 1
        issues.append(
            {
                "description": one_line(finding.message),
                "check_name": f"{finding.check} {finding.slug}",
                "fingerprint": _unique(finding.fingerprint, seen[finding.fingerprint]),
                "severity": finding.severity,
                "location": {
                    "path": in_repository(review, finding.path) or ".",
                    "lines": {"begin": max(1, finding.line), "end": max(1, finding.line, finding.end_line)},
                },
            }
        )
    return escape_acting(msgspec.json.format(msgspec.json.encode(issues), indent=2).decode()).encode() + b"\n"


def _unique(fingerprint: str, nth: int) -> str:
    """GitLab drops a second entry with the same fingerprint, so the second one of a subject has its own."""
    return hashlib.sha256(f"{fingerprint}#{nth}".encode()).hexdigest()[:32]
