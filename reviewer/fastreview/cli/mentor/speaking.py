"""What a session prints: plain lines of up to 80 columns or so, nothing in them that could steer the terminal."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

import typer

from fastreview.cli.printing import printable
from fastreview.mentor.document import Report, Stand
from fastreview.mentor.growth import Change, Growth
from fastreview.mentor.numbers import listed
from fastreview.review import LEVELS, FindingEntry, Review

WIDTH = 79
SHOWN = 6
SHOWN_SUBJECTS = 3
CHECKS = 20


def speak(report: Report, review: Review, kept: Review, *, every: bool) -> None:
    """Prints the result beside the estimate, what grew, and the findings with the numbers that notes name them by: the short
    ones are those of what the session ``kept``."""
    numbers = {finding.fingerprint: number for number, finding in enumerate(listed(kept), 1)}
    for line in _lines(report, review, numbers, every=every):
        typer.echo(line)


def wrapped(text: str, left: int = 2, first: str = "") -> str:
    """A paragraph below an indent; ``first`` begins its first line."""
    start = first or " " * left
    return textwrap.fill(printable(text), WIDTH, initial_indent=start, subsequent_indent=" " * left)


def _lines(report: Report, review: Review, numbers: Mapping[str, int], *, every: bool) -> Iterator[str]:
    yield f"{printable(report.project)}, session {report.session}"
    yield ""
    yield f"  {'This code':<16}{'estimate':<15}{'proven':<15}possible"
    for stand in report.stands:
        if stand.core or stand.estimate:
            yield f"  {printable(stand.dimension):<16}{stand.estimate or '-':<15}{stand.proven:<15}{_possible(stand)}"
    yield ""
    yield from _estimates(report.stands)
    if report.growth:
        yield from growth_lines(report.growth)
    yield ""
    yield f"Findings ({report.findings}); a note names one by either of its numbers"
    yield from _findings(listed(review), numbers, every=every)
    yield ""
    yield "Next: fastreview mentor note NUMBER --type celebratory|essential|actionable|informative"


def _possible(stand: Stand) -> str:
    if not stand.assessed:
        return f"{stand.possible} (not assessed)"
    return "" if stand.possible == stand.proven else stand.possible


def _estimates(stands: Sequence[Stand]) -> Iterator[str]:
    """Where estimate and result differ: what a session talks about."""
    more = [s.dimension for s in stands if s.assessed and _difference(s) > 0]
    less = [s.dimension for s in stands if s.assessed and _difference(s) < 0]
    if more:
        yield wrapped(f"The code proves more than was estimated: {', '.join(more)}.")
    if less:
        yield wrapped(f"It proves less than was estimated: {', '.join(less)}.")


def _difference(stand: Stand) -> int:
    """Levels that the code proves above the estimate, 0 where the estimate lies between proven and possible."""
    if stand.estimate not in LEVELS:
        return 0
    said = LEVELS.index(stand.estimate)
    if said < LEVELS.index(stand.proven):
        return LEVELS.index(stand.proven) - said
    return min(0, LEVELS.index(stand.possible) - said)


def growth_lines(growth: Growth) -> Iterator[str]:
    yield ""
    yield f"Since session {growth.since}"
    if not growth.same_rules:
        yield wrapped("Other rules judged then: what is new may be a new question, not new code.")
    if growth.unprompted:
        yield f"  + avoided in new code, unprompted: {len(growth.unprompted)}"
    for found in growth.unprompted:
        left = len(found.subjects) - SHOWN_SUBJECTS + found.more
        names = ", ".join(found.subjects[:SHOWN_SUBJECTS]) + (f" and {left} more" if left > 0 else "")
        yield wrapped(f"{found.check} {found.title}, not in {names}", 8, "      ")
    for title, changes, sign in (
        ("fixed", growth.fixed, "+"),
        ("stayed fixed", growth.stayed, "+"),
        ("moved", growth.moved, "="),
        ("gone with its code", growth.gone, "="),
        ("cannot be decided this time", growth.undecided, "?"),
        ("back again", growth.returned, "-"),
        ("new", growth.new, "-"),
    ):
        if changes:
            yield f"  {sign} {title}: {len(changes)}"
            yield from (_change(change) for change in changes[:SHOWN])
            if len(changes) > SHOWN:
                yield f"      and {len(changes) - SHOWN} more"
    yield f"  = unchanged: {growth.persisting}"


def _change(change: Change) -> str:
    where = f" ({change.path}:{change.line})" if change.line else ""
    return wrapped(f"{change.check} {change.title}, {change.subject}{where}", 8, "      ")


def _findings(findings: Sequence[FindingEntry], numbers: Mapping[str, int], *, every: bool) -> Iterator[str]:
    by_check: dict[str, list[FindingEntry]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    for found in by_check.values() if every else list(by_check.values())[:CHECKS]:
        for finding in found if every else found[:1]:
            where = f"{finding.path}:{finding.line}" if finding.line else finding.path or "whole project"
            more = f" and {len(found) - 1} more" if len(found) > 1 and not every else ""
            number = numbers.get(finding.fingerprint, "-")
            head = f"  {number:>3}  {finding.fingerprint[:8]}  {finding.check} {finding.severity:<8}"
            yield f"{head}{printable(finding.slug)}  {printable(where)}{more}"
    if len(by_check) > CHECKS and not every:
        yield f"  and {len(by_check) - CHECKS} more checks: --all"
