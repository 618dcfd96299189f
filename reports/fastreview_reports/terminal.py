"""The report on a terminal, by rich: readable at 80 columns and below, every sign also a word, no markup from names."""

import io
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fastreview.review import History, Review, Trace
from fastreview_reports.text import one_line
from fastreview_reports.trace_tree import trace_blocks
from fastreview_reports.view import DimensionView, FindingGroup, FindingView, Report, report, shown
from fastreview_reports.view.effort import HOW
from fastreview_reports.view.steps import StepView, StrengthView

if TYPE_CHECKING:
    from fastreview.spec import Spec

WIDTH = 80
NARROWEST, WIDEST = 40, 110
PER_CHECK = 5
"""Findings shown of one check; the other formats show them all."""
_BAR = 24
Blocks = Callable[[int], Iterator[RenderableType]]
"""What is to be printed at a width in columns."""
_ASCII = str.maketrans("█▒·─…→│├└▁▂▃▄▅▆▇\u2212", "#+.-~>||`_.,-=oO-")
_STYLES = {"blocker": "bold red", "major": "yellow", "minor": "default", "info": "dim"}


def render(review: Review, *, width: int = WIDTH, colour: bool = False) -> bytes:
    """UTF-8 text of lines up to ``width`` columns (40 to 110); escape sequences only with ``colour``, and only ours."""
    view = shown(review)
    return draw(lambda given: _blocks(view, given), width, colour=colour).encode()


def write(review: Review, stream: TextIO, *, colour: bool | None = None) -> None:
    """Prints the report as suits the stream: width, encoding, colour on a terminal unless ``NO_COLOR`` is set."""
    view = shown(review)
    _print(lambda width: _blocks(view, width), stream, colour=colour)


def write_trace(trace: Trace, stream: TextIO, *, colour: bool | None = None) -> None:
    """Prints the way of one request as a tree, in the same manner."""
    _print(lambda _: trace_blocks(trace), stream, colour=colour)


def write_plan(review: Review, stream: TextIO, *, colour: bool | None = None) -> None:
    """Prints the next steps and the learning path, in the same manner."""
    from fastreview_reports.learning import blocks

    view = report(review)
    _print(lambda _: blocks(view), stream, colour=colour)


def write_history(history: History, stream: TextIO, *, colour: bool | None = None) -> None:
    """Prints the trend and what each change came from, in the same manner."""
    from fastreview_reports.history import blocks

    _print(lambda width: blocks(history, width), stream, colour=colour)


def write_spec(spec: "Spec", stream: TextIO, *, colour: bool | None = None) -> None:
    """Prints a project spec, in the same manner."""
    from fastreview_reports.project_spec import blocks

    _print(lambda _: blocks(spec), stream, colour=colour)


def _print(blocks: Blocks, stream: TextIO, *, colour: bool | None) -> None:
    is_terminal = stream.isatty()
    if colour is None:
        colour = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = os.get_terminal_size(stream.fileno()).columns if is_terminal else WIDTH
    text = draw(blocks, width or WIDTH, colour=colour)
    encoding = stream.encoding or "utf-8"
    if not encoding.lower().replace("-", "").startswith("utf8"):
        text = text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    stream.write(text)


def draw(blocks: Blocks, width: int, *, colour: bool) -> str:
    target = io.StringIO()
    console = Console(
        file=target,
        width=min(WIDEST, max(NARROWEST, width)),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    for block in blocks(console.width):
        console.print(block)
    return "\n".join(line.rstrip() for line in target.getvalue().split("\n"))


def _blocks(view: Report, width: int) -> Iterator[RenderableType]:
    yield Text(one_line(view.project.name), style="bold")
    yield Text("")
    if view.selection:
        yield from _selection(view, width)
        return
    yield indent(Text(view.verdict.sentence, style="bold"))
    yield indent(Text(f"{view.verdict.headline}. Index {view.verdict.index} of 100."))
    for cap in view.verdict.caps:
        yield indent(Text(f"Held below Intermediate by {one_line(cap)}.", style="bold red"))
    yield indent(Text(f"{view.counts}."))
    for notice in view.notices:
        yield indent(Text(one_line(notice).replace("`", "")))
    yield indent(Text(view.verdict.means, style="dim"))
    yield from _profile(view, _BAR if width >= WIDTH else _BAR // 2)
    yield from steps(view)
    yield from _strengths(view)
    yield from _gaps(view)
    yield from _reported(view)
    yield from _evidence(view)
    yield from _begin(view)


def _selection(view: Report, width: int) -> Iterator[RenderableType]:
    """What the selected checks say, one by one: this is how a step is proven done."""
    yield indent(Text(view.verdict.sentence, style="bold"))
    yield indent(Text(f"{view.verdict.headline}."))
    yield indent(Text(f"{view.counts}."))
    for notice in view.notices:
        yield indent(Text(one_line(notice).replace("`", "")))
    yield indent(Text(view.verdict.means, style="dim"))
    if view.core + view.extension:
        yield from _profile(view, _BAR if width >= WIDTH else _BAR // 2)
    yield title("Selected checks")
    for group in view.outcomes:
        for outcome in group.outcomes:
            detail = f": {one_line(outcome.detail)}" if outcome.detail else ""
            yield indent(
                Text.assemble(
                    (f"{group.label}  ", "green" if group.state == "met" else "yellow"),
                    (one_line(outcome.code), "bold"),
                    f" {one_line(outcome.title)}{detail}",
                )
            )
    if not view.findings:
        yield indent(Text("Nothing is reported."))
    yield from _reported(view)


def _begin(view: Report) -> Iterator[RenderableType]:
    """The first step again: on a terminal the end of a long report is what is in view."""
    step = next((step for step in view.steps if not step.proving), None)
    if step is None:
        return
    yield title("Begin here")
    where = f", {one_line(step.place)}" if step.place else ""
    yield indent(Text.assemble((one_line(step.title), "bold"), f"  {_about(step)}{where}"))
    yield indent(Text(f"fastreview explain {one_line(step.code)} shows why, and what to write instead.", style="dim"))


def _reported(view: Report) -> Iterator[RenderableType]:
    yield from _findings("Findings", view.findings)
    yield from _findings("Possible findings, for a person to look at", view.possible)
    if view.set_aside:
        yield Text("")
        aside = ", ".join(f"{one_line(group.code)} {group.count}" for group in view.set_aside)
        yield indent(Text(f"Waived or accepted: {aside}", style="dim"))
    if view.comments:
        yield title(f"Comments that set nothing aside, or less than they say ({len(view.comments)})")
        for entry in view.comments:
            yield indent(Text.assemble((f"{one_line(entry.path)}:{entry.line}", "cyan"), f"  {one_line(entry.note)}"))


def title(text: str) -> Group:
    """A rule with a heading."""
    return Group(Text(""), Rule(Text(text, style="bold"), align="left", characters="─", style="dim"))


def indent(block: RenderableType, left: int = 2) -> Padding:
    return Padding(block, (0, 0, 0, left))


def _profile(view: Report, bar: int) -> Iterator[RenderableType]:
    yield title("Profile")
    table = Table.grid(padding=(0, 1), expand=False)
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=21)
    table.add_column(no_wrap=True, width=bar + 2)
    table.add_column()
    scale = "│Junior │Interm.│Senior │" if bar == _BAR else "│Jun│Int│Sen│"
    table.add_row(Text(""), Text(scale, style="dim"), Text("█ proven  ▒ possible", style="dim"))
    for d in view.core + view.extension:
        about = d.interval if d.core else f"{d.interval} (shown only)"
        table.add_row(Text(one_line(d.label)), _bar(d, bar), Text(about))
    yield indent(table)


def _bar(dimension: DimensionView, width: int) -> Text:
    proven = int(dimension.reached / 100 * width)
    possible = max(proven, int(dimension.within_reach / 100 * width))
    bar = Text("│", style="dim")
    bar.append("█" * proven, style="green")
    bar.append("▒" * (possible - proven), style="green")
    bar.append("·" * (width - possible), style="dim")
    return bar.append("│", style="dim")


def _about(step: StepView) -> str:
    return f"{'evidence' if step.proving else one_line(step.code)}, {step.effort.lower()}"


def steps(view: Report) -> Iterator[RenderableType]:
    """The next steps, with their heading."""
    if not view.steps:
        return
    yield title("Next steps")
    for step in view.steps:
        lines = [Text.assemble((one_line(step.title), "bold"), f"  {_about(step)}")]
        if step.place:
            lines.append(Text(one_line(step.place), style="cyan"))
        lines.append(prose(step.why))
        lines.append(Text.assemble(("Unlocks: ", "dim"), one_line(step.unlocks)))
        if step.exercise:
            lines.append(Text.assemble(("Try:     ", "dim"), prose(step.exercise)))
        lines.append(Text.assemble(("Proof:   ", "dim"), prose(step.proof)))
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True, width=2)
        table.add_column()
        table.add_row(Text(f"{step.number}.", style="bold"), Group(*lines))
        yield indent(table)
        yield Text("")
    if view.effort:
        yield indent(Text.assemble(("Up to the next level: ", "bold"), f"{view.effort}."))
        yield indent(Text(HOW, style="dim"))


def _strengths(view: Report) -> Iterator[RenderableType]:
    if not view.strengths:
        return
    yield title(f"Strengths ({len(view.strengths)})")
    for strength in view.strengths[:8]:
        yield indent(Text.assemble(("+ ", "green"), prose(strength.message), (f"  {_told(strength)}", "dim")))
    if len(view.strengths) > 8:
        yield indent(Text(f"and {len(view.strengths) - 8} more", style="dim"))


def _told(strength: StrengthView) -> str:
    return ", ".join(one_line(part) for part in (strength.code, strength.partly) if part)


def _gaps(view: Report) -> Iterator[RenderableType]:
    level = next((level for level in view.gaps if level.count), None)
    if level is None:
        return
    yield title(f"Missing to hold {level.label}")
    for dimension in level.dimensions:
        yield indent(Text.assemble((one_line(dimension.label), "bold"), (f"  {dimension.summary}", "dim")))
        for gap in dimension.gaps:
            state = "" if gap.state == "not-met" else f", {gap.state_label.lower()}"
            yield indent(Text.assemble(one_line(gap.title), (f"  {one_line(gap.code)}{state}", "dim")), 4)


def _findings(heading: str, groups: tuple[FindingGroup, ...]) -> Iterator[RenderableType]:
    if not groups:
        return
    yield title(f"{heading} ({sum(group.count for group in groups)})")
    for group in groups:
        yield indent(
            Text.assemble(
                (f"{group.severity_label.upper()} ", _STYLES[group.severity]),
                (one_line(group.title), "bold"),
                (f"  {one_line(group.code)}, {group.count}", "dim"),
            )
        )
        yield indent(prose(group.in_full[0].message), 4)
        # The message stands once: told of every place it would bury them. The other formats tell it of each.
        for finding in group.in_full[:PER_CHECK]:
            yield indent(_where(finding), 4)
        if group.count > PER_CHECK:
            yield indent(Text(f"and {group.count - PER_CHECK} more", style="dim"), 4)


def _where(finding: FindingView) -> Text:
    line = Text(one_line(finding.place) or "whole project", style="cyan")
    if finding.subject:
        line.append(f"  {one_line(finding.subject)}", style="default")
    return line


def _evidence(view: Report) -> Iterator[RenderableType]:
    yield title("Evidence")
    for hint in view.more_proof:
        yield indent(Text.assemble(("To prove more: ", "bold"), prose(hint)))
    for side in view.sides:
        if not side.ok:
            yield indent(Text.assemble((f"{side.label}: {side.state.lower()}. ", "dim"), one_line(side.text)))
    scope = view.scope
    if scope.unparsed:
        yield indent(Text(f"{len(scope.unparsed)} of the files could not be read: {one_line(scope.unparsed[0].path)}"))
    states = ", ".join(f"{len(group.outcomes)} {group.label.lower()}" for group in view.outcomes if group.outcomes)
    yield indent(Text(f"Checks: {states}.", style="dim"))


def prose(text: str) -> Text:
    """A message without the ticks of its code spans."""
    return Text(one_line(text).replace("`", ""), style="default")
