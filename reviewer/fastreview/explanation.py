"""What a review says about one line: what is reported there and why, what is near, or why nothing can be."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from fastreview.review import FindingEntry, Review, RouteEntry, SuppressionEntry

NEAR = 3
"""Findings of the same file that are named where the line itself has none."""


class Reported(Struct, frozen=True):
    """A finding at the line. ``role`` is "" where it stands there, else what happens there on the way to it."""

    finding: FindingEntry
    title: str
    why: str
    improve: str
    role: str = ""


class Explanation(Struct, frozen=True):
    """``silence`` says why nothing is reported, "" where something is; ``near`` are findings elsewhere in the file."""

    place: str
    reported: tuple[Reported, ...]
    near: tuple[FindingEntry, ...]
    silence: str
    route: str = ""
    """The route whose endpoint begins at this line."""
    comments: tuple[str, ...] = ()
    """What comments and acceptances near the line set aside, or why they do not."""


def explain(review: Review, path: str, line: int, files: Sequence[str]) -> Explanation:
    """``path`` is relative to the reviewed root, ``line`` counts from 1; ``files`` are the Python files that were read."""
    reported = tuple(_reported(review, path, line))
    near = sorted((f for f in review.findings if f.path == path), key=lambda f: abs(f.line - line))
    silence = "" if reported else _silence(review, path, files)
    return Explanation(
        f"{path}:{line}",
        reported,
        tuple(near[:NEAR]),
        silence,
        _route(review.routes, path, line),
        tuple(_comment(s) for s in review.suppressions if s.path == path and abs(s.line - line) <= NEAR),
    )


def _comment(entry: SuppressionEntry) -> str:
    named = ", ".join(entry.checks) or "nothing"
    if entry.state == "used":
        count = "1 finding" if entry.findings == 1 else f"{entry.findings} findings"
        about = f"sets {count} of {named} aside ({entry.kind}: {entry.reason})"
    elif entry.state == "undecided":
        about = f"for {named}"
    else:
        about = "sets nothing aside"
    what = f"The comment on line {entry.line}" if entry.origin == "comment" else f"What {entry.by} signed"
    return f"{what} {about}{f': {entry.note}' if entry.note else ''}."


def _reported(review: Review, path: str, line: int) -> Iterator[Reported]:
    for finding in review.findings:
        here = finding.path == path and finding.line <= line <= max(finding.line, finding.end_line)
        related = next((r for r in finding.related if (r.path, r.line) == (path, line)), None)
        if here or related:
            page = review.pages.get(finding.check)
            why, improve = (page.why, page.improve) if page else ("", "")
            role = related.message if related and not here else ""
            yield Reported(finding, page.title if page else finding.slug, _first(why), _first(improve), role)


def _first(text: str) -> str:
    return text.strip().partition("\n\n")[0].replace("\n", " ")


def _route(routes: Sequence[RouteEntry], path: str, line: int) -> str:
    return next((f"{r.method} {r.path}" for r in routes if (r.path_file, r.line) == (path, line)), "")


def _silence(review: Review, path: str, files: Sequence[str]) -> str:
    for left in review.scope.unparsed:
        if left.path == path:
            return f"This file could not be read: {left.reason}."
    for left in review.scope.left_out:
        if path == left.path or path.startswith(f"{left.path}/"):
            return f"This file was left out of the review: {left.reason}."
    if path.endswith(".py") and path not in files:
        return "This file is not part of the review: is the path relative to the reviewed folder?"
    if not any(outcome.state in {"met", "not-met"} for outcome in review.outcomes):
        return "No check was evaluated."
    met = sum(outcome.state == "met" for outcome in review.outcomes)
    unknown = sum(outcome.state in {"unknown", "crashed", "off"} for outcome in review.outcomes)
    undecided = f"; {unknown} checks could not be decided and say nothing" if unknown else ""
    return f"Nothing is reported here: no check found anything at this line ({met} checks are met{undecided})."
