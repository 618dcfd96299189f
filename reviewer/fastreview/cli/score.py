"""`fastreview score`: the level, and the arithmetic behind it line by line."""

from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import App, Env, NoCache, Quiet, Root, Static, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.printing import Progress, printable
from fastreview.collector import collector_off
from fastreview.errors import NothingToReview


def score(
    path: Root = Path("."),
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Show every line of the arithmetic.")] = False,
    static: Static = False,
    app: App = [],  # noqa: B006 - Typer copies it
    env: Env = "auto",
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show the level of a project, and how it comes about."""
    from fastreview.cli.review import headline
    from fastreview.gather.facts import gather
    from fastreview.pipeline import assess, nothing_to_assess

    wish = asked(path, static=static, app=app, env=env, cache=not no_cache)
    progress = Progress(quiet=quiet)
    with collector_off(), progress:
        facts = gather(path, wish.options, progress.files)
        progress.step("Evaluating the checks")
        review = assess(facts, None, wish.choice()).review
    reason = nothing_to_assess(facts, str(path))
    if reason:
        raise NothingToReview(reason)
    typer.echo(headline(review))
    for line in review.arithmetic if explain else ():
        typer.echo(printable(line))
