"""The report of a session as Markdown in which no name and no note pings, links where it should not, or formats."""

from collections.abc import Iterator

from fastreview.mentor.document import Report
from fastreview_reports.markdown import code, plain, prose
from fastreview_reports.mentor_prose import to_markdown
from fastreview_reports.mentor_view import View, view


def markdown(report: Report) -> bytes:
    """UTF-8 CommonMark with tables."""
    return ("\n".join(_lines(view(report))).rstrip("\n") + "\n").encode()


def _lines(v: View) -> Iterator[str]:
    report = v.report
    yield from (f"# {plain(v.heading)}", "")
    yield from (f"{plain(report.mentor)} and {plain(report.mentee)}, {v.when}", "")
    yield from (f"- {plain(goal)}" for goal in report.goals)
    yield from ("", f"**{v.sentence}** {v.headline}. {plain(v.grown)}".rstrip(), "")
    yield from _growth(v)
    yield from _stands(v)
    yield from _notes(v)
    yield from _agreements(v)
    if v.steps:
        yield from ("## What to do first", "")
        for number, (title, check, place) in enumerate(v.steps, 1):
            yield f"{number}. {plain(title)} ({code(check)}{', ' + code(place) if place else ''})"
        yield ""
    if v.strengths:
        yield from ("## Strengths the tool sees", "")
        for message, place in v.strengths:
            yield f"- {prose(message)}{' ' + code(place) if place else ''}"
        yield ""
    for task in v.exercises:
        yield from (f"## Exercise {task.number}: {plain(task.title)}", "", *to_markdown(task.task))
        if task.proven:
            yield from (f"Proven on {task.proven}.", "")
        for number, hint in enumerate(task.hints, 1):
            yield from (f"### Hint {number} of {len(task.hints)}", "", *to_markdown(hint))
    if v.accepted or report.lapsed:
        yield from ("## Accepted for now", "")
        yield from (f"- {plain(sentence)}" for sentence in (*v.accepted, *report.lapsed))
        yield ""
    yield f"fastreview {plain(report.tool.version)}. It assesses code, from what that code shows, and not people."


def _growth(v: View) -> Iterator[str]:
    if not v.since:
        return
    yield from (f"## Since session {plain(v.since)}", "")
    if v.other_rules:
        yield from ("Other rules judged then: what is new may be a new question, not new code.", "")
    for group in v.growth:
        yield from (f"**{group.title} ({group.count})**: {group.about}", "")
        for check, title, where in group.lines:
            yield f"- {code(check)} {plain(title)}{': ' + plain(where) if where else ''}"
        if group.more:
            yield f"- and {group.more} more"
        yield ""
    yield from (f"{v.persisting} findings are where they were.", "")


def _stands(v: View) -> Iterator[str]:
    yield from ("## Where the code stands", "", "| Dimension | Estimate | Tool | Mentor | |", "|---|---|---|---|---|")
    for row in v.rows:
        mentor = f"{row.mentor}: {plain(row.reason)}" if row.mentor else ""
        yield f"| {plain(row.label)} | {row.estimate} | {row.tool} | {mentor} | {row.talk} |"
    yield ""


def _notes(v: View) -> Iterator[str]:
    for group in v.notes:
        yield from (f"## {group.title}", "", f"_{group.about}_", "")
        for item in group.notes:
            place = f" {code(item.place)}" if item.place and item.place != item.about else ""
            state = f" ({item.state})" if item.state else ""
            yield from (f"### {code(item.about)}{place}{state}", "")
            if item.check:
                title = item.title or item.check
                yield from (
                    f"{code(item.check)} {plain(title)}{': ' + prose(item.message) if item.message else ''}",
                    "",
                )
            for who, text in ((item.by, item.note.text), *item.replies):
                yield from (f"> {line}".rstrip() for line in (*to_markdown(text), f"({plain(who)})"))
                yield ""


def _agreements(v: View) -> Iterator[str]:
    if not v.agreements:
        return
    yield from ("## Agreed", "")
    for goal in v.agreements:
        yield f"- **{plain(goal.goal)}** {goal.by[:1].lower()}{goal.by[1:]}: {goal.state}"
        yield from (f"  - {code(check)} {plain(title)}: {state}" for check, title, state in goal.checks)
    yield ""
