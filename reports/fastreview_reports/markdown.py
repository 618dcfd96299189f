"""Markdown for a pull request or a wiki: short enough for a comment, and no name in it pings, links or formats."""

import re
from collections.abc import Iterator

from fastreview.review import Review
from fastreview_reports.prose import is_web_address
from fastreview_reports.text import one_line
from fastreview_reports.view import FindingGroup, Report, shown
from fastreview_reports.view.effort import HOW

PER_CHECK = 5
CHECKS = 60
ROUTES = 100
SIZE = 60_000
"""Characters; GitHub refuses a comment of more than 65,536."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>#!|~$^&]|[{+=-](?=[{%+=-])|:(?=[\w+-]+:)|%(?=\d|\"))")
_AT_START = re.compile(r"^(?:(\d{1,9})(?=[.)])|(?=[-+=]))")
_ACTIVE = re.compile(r"(?i)(@|#(?=\d)|(?<=http)(?=s?:)|(?<=ww)(?=w\.))")


def render(review: Review) -> bytes:
    """UTF-8 Markdown (CommonMark with tables), at most about ``SIZE`` characters."""
    lines: list[str] = []
    size = 0
    for line in _lines(shown(review)):
        size += len(line) + 1
        if size > SIZE:
            lines += ["", "_Cut here to fit a comment; the HTML and JSON reports hold everything._"]
            break
        lines.append(line)
    return ("\n".join(lines).rstrip("\n") + "\n").encode()


def plain(text: str) -> str:
    """Text of the project as Markdown that shows just that text: no markup, no mention, no reference, no link."""
    return _escaped(one_line(text))


def _escaped(text: str) -> str:
    quiet = _ACTIVE.sub(lambda match: f"{match.group()}\u2060", text)
    return _AT_START.sub(r"\1\\", _SPECIAL.sub(r"\\\1", quiet), count=1)


def code(text: str) -> str:
    """Text as a code span that its content cannot end, usable in a table cell."""
    text = one_line(text)
    if not text:
        return ""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    body = text.replace("|", "\\|")
    return f"{fence}{pad}{body}{pad}{fence}"


def prose(text: str) -> str:
    """A message, of which only code spans are kept."""
    parts = re.split(r"(?<!`)`([^`]+)`(?!`)", one_line(text))
    return "".join(code(part) if index % 2 else _escaped(part) for index, part in enumerate(parts))


def _lines(view: Report) -> Iterator[str]:
    yield from (f"# Code review of {code(view.project.name) or 'a project'}", "")
    yield from (f"**{view.verdict.sentence}**", "")
    index = "" if view.selection else f" Index {view.verdict.index} of 100."
    yield from (f"{view.verdict.headline}.{index}", "")
    yield from (f"{view.counts}.", "", f"_{view.verdict.means}_", "")
    yield from (f"- {prose(notice)}" for notice in view.notices)
    if view.notices:
        yield ""
    for cap in view.verdict.caps:
        yield from (f"Held below Intermediate by {plain(cap)}. Such a never-event caps the level.", "")
    if view.core + view.extension:
        yield from _profile(view)
    if view.selection:
        yield from _selected(view)
    yield from step_lines(view)
    yield from _strengths(view)
    yield from _gaps(view)
    yield from _findings("Findings", view.findings)
    yield from _findings("Possible findings, for a person to look at", view.possible)
    yield from _findings("Waived or accepted", view.set_aside)
    if view.comments:
        yield from ("## Comments that set nothing aside, or less than they say", "")
        yield from (f"- {code(f'{entry.path}:{entry.line}')} {plain(entry.note)}" for entry in view.comments)
        yield ""
    if view.more_proof:
        yield from ("## To prove more", "")
        yield from (f"- {prose(hint)}" for hint in view.more_proof)
        yield ""
    yield from _evidence(view)
    yield from _routes(view)
    yield f"fastreview {plain(view.tool.version)}, ruleset {code(view.tool.ruleset)}. It assesses code, not people."


def step_lines(view: Report) -> Iterator[str]:
    """The next steps, with their heading."""
    if not view.steps:
        return
    yield from ("## Next steps", "")
    for step in view.steps:
        place = f", {code(step.place)}" if step.place else ""
        name = "evidence" if step.proving else code(step.code)
        yield f"{step.number}. **{plain(step.title)}** ({name}, {step.effort.lower()}{place})  "
        yield f"   {prose(step.why)}  "
        if step.exercise:
            yield f"   Try: {prose(step.exercise)}  "
        yield f"   Unlocks: {prose(step.unlocks)}. Proof of done: {prose(step.proof)}"
    yield ""
    if view.effort:
        yield from (f"Up to the next level: **{view.effort}**. {HOW}", "")


def _profile(view: Report) -> Iterator[str]:
    yield from (
        "## Profile",
        "",
        "| Dimension | Level | Index | Passed | Not met | Undecided |",
        "|---|---|--:|--:|--:|--:|",
    )
    for d in view.core + view.extension:
        name = plain(d.label) + ("" if d.core else " (shown only)")
        yield f"| {name} | {d.interval} | {d.index} | {d.met} | {d.not_met} | {d.undecided} |"
    yield ""


def _selected(view: Report) -> Iterator[str]:
    yield from ("## Selected checks", "", "| Outcome | Check | |", "|---|---|---|")
    for group in view.outcomes:
        for outcome in group.outcomes:
            yield f"| {group.label} | {code(outcome.code)} {plain(outcome.title)} | {prose(outcome.detail)} |"
    yield ""


def _strengths(view: Report) -> Iterator[str]:
    if not view.strengths:
        return
    yield from ("## Strengths", "")
    for strength in view.strengths[:CHECKS]:
        places = ", ".join(code(place) for place in strength.places)
        more = f" and {strength.more} more" if strength.more else ""
        partly = f"; {prose(strength.partly)}" if strength.partly else ""
        yield f"- {prose(strength.message)} {code(strength.code)}{': ' + places if places else ''}{more}{partly}"
    yield ""


def _gaps(view: Report) -> Iterator[str]:
    for level in view.gaps:
        if level.count:
            yield from (f"## To hold {level.label}", "")
            for dimension in level.dimensions:
                yield f"- **{plain(dimension.label)}**: {dimension.summary}"
                for gap in dimension.gaps:
                    detail = f": {plain(gap.detail)}" if gap.detail else ""
                    yield f"  - {gap.state_label}: {plain(gap.title)} ({code(gap.code)}, {gap.kind}){detail}"
            yield ""


def _findings(title: str, groups: tuple[FindingGroup, ...]) -> Iterator[str]:
    if not groups:
        return
    yield from (f"## {title} ({sum(group.count for group in groups)})", "")
    for group in groups[:CHECKS]:
        yield from (f"### {group.severity_label}: {plain(group.title)} ({code(group.code)}, {group.count})", "")
        for index, finding in enumerate((*group.in_full, *group.rows)[:PER_CHECK]):
            subject = f" {code(finding.subject)}" if finding.subject else ""
            status = "" if finding.status == "open" else f" ({finding.status})"
            message = f"{finding.brief} {finding.names}".strip() if index else finding.message
            yield f"- {code(finding.place)}{subject}{status}{': ' if message else ''}{prose(message)}"
            for place, message in finding.related:
                yield f"  - {code(place)} {prose(message)}"
        if group.count > PER_CHECK:
            yield f"- and {group.count - PER_CHECK} more"
        links = [link for link in group.page.links if is_web_address(link.url)] if group.page else []
        if links:
            yield from ("", "Read more: " + ", ".join(f"[{plain(link.title)}](<{link.url}>)" for link in links))
        yield ""
    if len(groups) > CHECKS:
        yield from (f"and {len(groups) - CHECKS} more checks", "")


def _evidence(view: Report) -> Iterator[str]:
    yield from ("## What was looked at", "", "| Side | State | |", "|---|---|---|")
    for side in view.sides:
        yield f"| {side.label} | {side.state} | {prose(side.text)} |"
    yield ""
    for group in () if view.selection else view.outcomes:
        if group.outcomes:
            codes = ", ".join(code(outcome.code) for outcome in group.outcomes)
            yield f"- {group.label} ({len(group.outcomes)}): {codes}"
    yield ""


def _routes(view: Report) -> Iterator[str]:
    if not view.routes:
        return
    yield from (
        "## Routes",
        "",
        "| Method | Path | Authentication | Response model | Findings |",
        "|---|---|---|---|--:|",
    )
    for route in view.routes[:ROUTES]:
        entry = route.entry
        model = code(entry.response_model) or "none"
        yield f"| {plain(entry.method)} | {code(entry.path)} | {plain(route.security)} | {model} | {route.findings} |"
    if len(view.routes) > ROUTES:
        yield f"| | and {len(view.routes) - ROUTES} more | | | |"
    yield ""
