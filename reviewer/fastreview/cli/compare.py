"""`fastreview compare`: what is new, fixed, still there or elsewhere between two reviews, and what that did to the levels."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import Quiet, StoreAt, Verbose
from fastreview.cli.printing import Progress, leave_closed_output
from fastreview.collector import collector_off
from fastreview.errors import UsageError

FORMATS = ("terminal", "json", "markdown", "html")


def compare(
    before: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="What was: a review.json, a folder, a commit, branch or tag, or last, last~1 ... as kept.",
            show_default=False,
        ),
    ],
    after: Annotated[
        str, typer.Argument(metavar="B", help="What is, named alike.", show_default="the current folder")
    ] = ".",
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="The folder whose commits are meant.", show_default="the current folder"),
    ] = Path("."),
    *,
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help=f"What to print: {', '.join(FORMATS)}.")
    ] = "terminal",
    store: StoreAt = "",
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Compare two reviews, folders or commits: findings, levels, strengths and the routes' contract."""
    from fastreview.cli.output import render_comparison
    from fastreview.cli.reviewed_at import review_at
    from fastreview.compare import compare as compared
    from fastreview.compare import encode

    if format_name not in FORMATS:
        raise UsageError(f'There is no format "{format_name}" here: {", ".join(FORMATS)}.')
    progress = Progress(quiet=quiet)
    with collector_off(), progress:
        found = compared(review_at(before, path, progress, store), review_at(after, path, progress, store))
    data = encode(found) if format_name == "json" else render_comparison(found, format_name)
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        leave_closed_output()
