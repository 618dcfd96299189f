"""The way of one request as a tree for the terminal: what happens, and below it where."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from fastreview.review import Trace, TraceStep
from fastreview_reports.text import one_line

_RUNS = {"loop": "on the loop", "thread": "in a thread"}


def trace_blocks(trace: Trace) -> Iterator[RenderableType]:
    yield Text(one_line(trace.route), style="bold")
    seen = (
        "the code and the running app"
        if len(trace.seen) > 1
        else "the running app"
        if trace.seen == ("runtime",)
        else "the code"
    )
    about = f"As {seen} tell{'' if len(trace.seen) > 1 else 's'}"
    yield Text(f"{about}; lines of {trace.framework}." if trace.framework else f"{about}.", style="dim")
    yield Text("")
    rows = Table.grid(padding=(0, 1))
    rows.add_column(justify="right", style="dim", no_wrap=True)
    rows.add_column()
    for number, step in enumerate(trace.steps, 1):
        rows.add_row(f"{number}", _tree(step))
    yield rows


def _tree(step: TraceStep) -> Tree:
    tree = Tree(_label(step, "bold"), guide_style="dim")
    for inner in step.steps:
        _grow(tree, inner, step.runs)
    return tree


def _grow(tree: Tree, step: TraceStep, around: str) -> None:
    """``around`` is where the step runs that it belongs to: the same is not told again."""
    branch = tree.add(_label(step, "default", around))
    for inner in step.steps:
        _grow(branch, inner, step.runs)


def _label(step: TraceStep, style: str, around: str = "") -> Text:
    text = Text(one_line(step.title), style=style)
    if step.detail:
        text.append(f"  {one_line(step.detail)}", style="not bold")
    runs = "" if step.runs == around else _RUNS.get(step.runs, "")
    where = [part for part in (_place(step), runs, one_line(step.source)) if part]
    if where:
        text.append("\n")
        text.append(" · ".join(where), style="not bold cyan" if step.path else "not bold dim")
    return text


def _place(step: TraceStep) -> str:
    if not step.path:
        return ""
    return one_line(f"{step.path}:{step.line}" if step.line else step.path)
