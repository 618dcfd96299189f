"""The next steps and the learning path on their own: for a terminal, and as Markdown to keep in a repository."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from fastreview.review import RelatedPlace, Review, Week
from fastreview_reports.markdown import code, plain, prose, step_lines
from fastreview_reports.terminal import indent, steps, title
from fastreview_reports.terminal import prose as words
from fastreview_reports.text import one_line
from fastreview_reports.view import Report, report
from fastreview_reports.words import number

NOTHING_LEFT = "Everything that the path asks for is proven. `fastreview spec` proposes a project that asks for more."


def markdown(review: Review) -> str:
    """CommonMark with task lists; without the last line end."""
    return "\n".join(_lines(report(review)))


def blocks(view: Report) -> Iterator[RenderableType]:
    """For a terminal."""
    yield Text(one_line(view.project.name), style="bold")
    yield Text("")
    yield indent(Text(f"{view.verdict.headline}."))
    yield from steps(view)
    weeks = [week for week in view.plan.weeks if not week.done]
    done = [week for week in view.plan.weeks if week.done]
    yield title(f"Learning path, {number(len(weeks), 'week')}" if weeks else "Learning path")
    if not weeks:
        yield indent(words(NOTHING_LEFT))
    for week in weeks:
        yield from _week_blocks(week)
    for week in done:
        yield indent(Text.assemble(("✓ ", "green"), one_line(week.title), (f"  proven: {week.evidence}", "dim")))


def _week_blocks(week: Week) -> Iterator[RenderableType]:
    yield indent(Text.assemble((f"Week {week.number}  ", "bold cyan"), (one_line(week.title), "bold")))
    yield indent(Text(one_line(week.goal)), 4)
    yield indent(Text(week.evidence, style="dim"), 4)
    for gap in week.gaps:
        yield indent(Text.assemble("· ", words(gap.message)), 4)
        if gap.path:
            yield indent(Text(_place(gap), style="cyan"), 6)
    yield indent(Text.assemble(("Exercise  ", "dim"), words(week.exercise)), 4)
    for source in week.sources:
        yield indent(Text.assemble(("Source    ", "dim"), one_line(source)), 4)
    for link in week.readings:
        yield indent(Text.assemble(("Read      ", "dim"), one_line(link.title), (f"  {link.url}", "dim")), 4)
    yield indent(Text.assemble(("Done when ", "dim"), words(week.proof)), 4)
    yield Text("")


def _lines(view: Report) -> Iterator[str]:
    yield from (f"# Learning path for {code(view.project.name) or 'this project'}", "")
    yield from (f"{view.verdict.headline}.", "")
    yield from step_lines(view)
    for week in view.plan.weeks:
        if not week.done:
            yield from _week_lines(week)
    done = [week for week in view.plan.weeks if week.done]
    if len(done) == len(view.plan.weeks):
        yield from (NOTHING_LEFT, "")
    if done:
        yield from ("## Proven already", "")
        yield from (f"- [x] {plain(week.title)}: {plain(week.evidence)}" for week in done)


def _week_lines(week: Week) -> Iterator[str]:
    yield from (
        f"## Week {week.number}: {plain(week.title)}",
        "",
        prose(week.goal),
        "",
        f"_{plain(week.evidence)}_",
        "",
    )
    for gap in week.gaps:
        place = f" {code(_place(gap))}" if gap.path else ""
        yield f"- [ ] {prose(gap.message)}{place}"
    yield from ("", f"**Exercise.** {prose(week.exercise)}", "")
    reading = [f"[{plain(link.title)}]({link.url})" for link in week.readings]
    reading += [f"{code(source)} of the installed framework" for source in week.sources]
    yield from ("**Read.**", "", *(f"- {line}" for line in reading), "")
    yield from (f"**Done when** {prose(week.proof)}.", "")


def _place(gap: RelatedPlace) -> str:
    return f"{gap.path}:{gap.line}" if gap.line else gap.path
