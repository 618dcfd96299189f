"""The project spec: as Markdown to begin a repository with, as a PDF to read, and for the terminal."""

from collections.abc import Callable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fastreview.review import RelatedPlace
from fastreview.spec.document import Milestone, Spec, Subject
from fastreview_reports import words
from fastreview_reports.markdown import code, plain
from fastreview_reports.markdown import prose as escaped
from fastreview_reports.page import environment, resource
from fastreview_reports.pdf import printed
from fastreview_reports.terminal import indent, prose, title
from fastreview_reports.text import one_line, safe_document, short_words_of

SHOWN = 4
"""Gaps of one part of the scope that are named; more are counted."""


def markdown(spec: Spec) -> bytes:
    """UTF-8 Markdown (CommonMark with tables and task lists)."""
    return ("\n".join(_lines(safe_document(spec))).rstrip("\n") + "\n").encode()


def pdf(spec: Spec) -> bytes:
    """A tagged PDF.

    Raises:
        MissingLibraries: when Pango or one of its companions cannot be loaded.
    """
    spec = short_words_of(safe_document(spec))
    style = resource("assets", "print.css") + "\n" + resource("assets", "spec.css")
    return printed(
        environment().get_template("spec.html.j2").render(spec=spec, style=style, weeks=weeks, gaps=gaps, shows=shows)
    )


RENDER: dict[str, Callable[[Spec], bytes]] = {"markdown": markdown, "pdf": pdf}


def weeks(milestone: Milestone) -> str:
    return f"{'weeks' if '-' in milestone.weeks else 'week'} {milestone.weeks}"


def shows(subject: Subject) -> str:
    """How far the reviewed code proves it."""
    if not subject.asked:
        return ""
    return "proven" if not subject.gaps else f"{subject.met} of {subject.asked} proven"


def gaps(subject: Subject) -> Sequence[RelatedPlace]:
    """The first of them, and the count of the rest as the last one."""
    more = len(subject.gaps) - SHOWN
    return (*subject.gaps[:SHOWN], *([RelatedPlace("", 0, f"and {more} more")] if more > 0 else []))


def blocks(spec: Spec) -> Iterator[RenderableType]:
    """For a terminal."""
    spec = safe_document(spec)
    yield Text(f"{spec.title}: a project for the developer of {one_line(spec.project)}", style="bold")
    yield Text("")
    for sentence in spec.why:
        yield indent(prose(sentence))
    yield title("What it is")
    yield indent(prose(spec.story))
    yield indent(Text.assemble(("Roles  ", "dim"), ", ".join(spec.roles)))
    yield title("Rules")
    yield from (_item(rule) for rule in spec.rules)
    yield title("Data model")
    for entity in spec.entities:
        yield indent(Text.assemble((entity.name, "bold"), f"  {entity.fields}"))
        if entity.note:
            yield indent(Text(entity.note, style="dim"), 4)
    yield title("Endpoints")
    for endpoint in spec.endpoints:
        yield indent(Text(endpoint.call, style="cyan"))
        yield indent(prose(f"{endpoint.does}."), 4)
        yield indent(Text(f"{endpoint.who}  {endpoint.answers}", style="dim"), 4)
    yield title("Constraints")
    yield from (_item(constraint) for constraint in spec.constraints)
    yield title("Milestones")
    for milestone in spec.milestones:
        yield from _milestone_blocks(milestone)
    yield title("Changes that come late")
    yield from (_item(twist) for twist in spec.twists)
    yield title("Accepted when")
    yield indent(prose(f"Each milestone is, and {spec.acceptance[-1]} exits with 0."))
    yield Text("")
    told = f"Domain {spec.domain}, seed {spec.seed}. Keep it with -o SPEC.md or SPEC.pdf, begin it with --scaffold DIR."
    yield indent(Text(told, style="dim"))


def _milestone_blocks(milestone: Milestone) -> Iterator[RenderableType]:
    yield Text("")
    heading = f"{milestone.number}. {milestone.title}"
    yield indent(Text.assemble((heading, "bold"), (f"  {weeks(milestone)}", "dim")))
    for subject in milestone.subjects:
        told = f"  {shows(subject)}" if subject.asked else ""
        yield indent(Text.assemble((subject.title, "bold cyan"), (told, "dim")), 4)
        yield indent(prose(subject.text), 4)
        for gap in gaps(subject):
            yield indent(
                Text.assemble(f"· {one_line(gap.message)}", (f"  {_place(gap)}" if gap.path else "", "cyan")), 6
            )
    if milestone.command:
        yield indent(Text.assemble(("Done when ", "dim"), prose(milestone.command), " exits with 0."), 4)
    yield indent(Text.assemble(("And       ", "dim"), prose(milestone.also)), 4)


def _item(text: str) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=3, justify="right")
    table.add_column(ratio=1)
    table.add_row("·", prose(text))
    return table


def _lines(spec: Spec) -> Iterator[str]:
    yield from (f"# {plain(spec.title)}", "")
    yield from (
        f"A project for the developer of {code(spec.project) or 'this code'}. {escaped(' '.join(spec.why))}",
        "",
    )
    yield from ("## What it is", "", escaped(spec.story), "", f"Roles: {', '.join(spec.roles)}.", "")
    yield from ("## Rules", "", *(f"{n}. {escaped(rule)}" for n, rule in enumerate(spec.rules, 1)), "")
    yield from ("## Data model", "", "| Entity | Fields | Note |", "|---|---|---|")
    yield from (f"| {e.name} | {escaped(e.fields)} | {escaped(e.note)} |" for e in spec.entities)
    yield from ("", "## Endpoints", "", "| Call | What | Who | Answers |", "|---|---|---|---|")
    yield from (f"| {code(e.call)} | {escaped(e.does)} | {e.who} | {e.answers} |" for e in spec.endpoints)
    yield from ("", "Besides: sign in, refresh, sign out, liveness and readiness.", "")
    yield from ("## Constraints", "", *(f"- {escaped(constraint)}" for constraint in spec.constraints), "")
    yield from ("## Milestones", "")
    for milestone in spec.milestones:
        yield from _milestone_lines(milestone)
    yield from ("## Changes that come late", "", "Do these last, on the finished service.", "")
    yield from (f"- {escaped(twist)}" for twist in spec.twists)
    yield from ("", "## Accepted when", "", "All of these exit with 0:", "", "```sh", *spec.acceptance, "```", "")
    yield f"_Domain {code(spec.domain)}, seed {spec.seed}, aimed at {words.label(spec.aim)}._"


def _milestone_lines(milestone: Milestone) -> Iterator[str]:
    yield from (f"### {milestone.number}. {milestone.title} ({weeks(milestone)})", "")
    for subject in milestone.subjects:
        told = f" ({shows(subject)} by the reviewed code)" if subject.asked else ""
        yield from (f"- [ ] **{plain(subject.title)}**{told}. {escaped(subject.text)}",)
        for gap in gaps(subject):
            yield f"  - {escaped(gap.message)}{f': {code(_place(gap))}' if gap.path else ''}"
    yield from ("", f"Done when {escaped(milestone.also[:1].lower() + milestone.also[1:])}")
    if milestone.command:
        yield from ("And when this exits with 0:", "", "```sh", milestone.command, "```")
    yield ""


def _place(gap: RelatedPlace) -> str:
    return words.place(gap.path, gap.line)
