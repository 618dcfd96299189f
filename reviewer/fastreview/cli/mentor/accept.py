"""`fastreview mentor accept`: a reviewer takes responsibility for a finding, until a day."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fastreview.cli.arguments import App, Env, NoCache, Quiet, Root, Static, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.mentor.arguments import Today, day
from fastreview.cli.printing import Progress, printable

if TYPE_CHECKING:
    from fastreview.mentor.folder import Folder


def accept(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="The number of a finding, or a check.")],
    path: Root = Path("."),
    *,
    reviewer: Annotated[str, typer.Option(metavar="NAME", help="Who accepts it.")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it may stay.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day, as 2027-01-31; within a year.")] = "",
    on: Today = "",
    static: Static = False,
    app: App = [],  # noqa: B006 - Typer copies it
    env: Env = "auto",
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Sign that a finding may stay until a day; it then leaves its check's count, within limits."""
    from fastreview.cli.mentor.asking import answer
    from fastreview.cli.reviewing import review_of
    from fastreview.collector import collector_off
    from fastreview.mentor.acceptance import signed
    from fastreview.mentor.anchors import finding_named
    from fastreview.mentor.folder import Folder

    folder = Folder(path)
    progress = Progress(quiet=quiet)
    with collector_off(), progress:
        review = review_of(path, asked(path, static=static, app=app, env=env, cache=not no_cache), progress)
    found = finding_named(_in_full(folder, finding), review)
    outcome = next(outcome for outcome in review.outcomes if outcome.check == found.check)
    acceptance = signed(
        found,
        outcome,
        answer(reviewer, "Who accepts it", "--reviewer NAME"),
        answer(reason, "Why may it stay", "--reason TEXT"),
        day(on, "--on"),
        day(answer(until, "Until when (2027-01-31)", "--until DATE"), "--until"),
    )
    written = folder.accept(acceptance)
    typer.echo(
        f"{found.check} at {printable(found.subject)} is accepted by {printable(acceptance.reviewer)} until "
        f"{acceptance.until}, in {printable(folder.shown(written))}. Commit the file: that is what proves who signed."
    )


def _in_full(folder: "Folder", finding: str) -> str:
    """A short number is that of the latest session, if it has a review."""
    from fastreview.mentor.numbers import in_full
    from fastreview.mentor.snapshot import load

    sessions = folder.sessions()
    seen = load(sessions[-1]) if sessions else None
    return in_full(finding, seen.review if seen else None)
