"""The short numbers of a session: where each finding stands in the list that its review printed.

They come from what the session saw, so they stay until it sees the code anew; the longer number beside each is that of
every review and session.
"""

import re
from collections.abc import Sequence

from fastreview.review import FindingEntry, Review, Severity

_SEVERITY: dict[Severity, int] = {"blocker": 0, "major": 1, "minor": 2, "info": 3}
_SHORT = re.compile(r"[1-9][0-9]{0,4}")


def listed(review: Review) -> tuple[FindingEntry, ...]:
    """What a session talks about, in the order of its list: the gravest first, each check together."""
    shown = [f for f in review.findings if f.status == "open" and f.confidence != "possible"]
    ordered = sorted(shown, key=lambda f: (_SEVERITY[f.severity], f.check, f.path, f.line))
    by_check: dict[str, list[FindingEntry]] = {}
    for finding in ordered:
        by_check.setdefault(finding.check, []).append(finding)
    return tuple(finding for found in by_check.values() for finding in found)


def by_number(words: str, findings: Sequence[FindingEntry]) -> FindingEntry | None:
    """The finding with that short number; None where ``words`` are none of the list."""
    text = words.strip()
    if not _SHORT.fullmatch(text) or int(text) > len(findings):
        return None
    return findings[int(text) - 1]


def in_full(words: str, seen: Review | None) -> str:
    """A short number of what the session ``seen`` as the long one, anything else as it is."""
    found = by_number(words, listed(seen)) if seen is not None else None
    return found.fingerprint if found else words
