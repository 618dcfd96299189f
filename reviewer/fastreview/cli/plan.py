"""`fastreview plan`: what to do first, and the weeks after it."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fastreview.cli.arguments import App, Env, NoCache, NoColor, Quiet, Root, Static, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.printing import Progress
from fastreview.collector import collector_off
from fastreview.errors import UsageError

FORMATS = ("terminal", "markdown", "json")


def plan(
    path: Root = Path("."),
    *,
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help=f"What to print: {', '.join(FORMATS)}.")
    ] = "terminal",
    static: Static = False,
    app: App = [],  # noqa: B006 - Typer copies it
    env: Env = "auto",
    no_cache: NoCache = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show the next steps and the learning path, week by week, fitted to this code."""
    from fastreview.cli.output import markdown_of_plan, write_plan
    from fastreview.cli.reviewing import review_of

    if format_name not in FORMATS:
        raise UsageError(f'There is no format "{format_name}" here: {", ".join(FORMATS)}.')
    progress = Progress(quiet=quiet)
    with collector_off(), progress:
        review = review_of(path, asked(path, static=static, app=app, env=env, cache=not no_cache), progress)
    match format_name:
        case "json":
            document = {"next_steps": review.next_steps, "weeks": review.plan.weeks}
            typer.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
        case "markdown":
            typer.echo(markdown_of_plan(review))
        case _:
            write_plan(review, sys.stdout, colour=False if no_color else None)
