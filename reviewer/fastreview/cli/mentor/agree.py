"""`fastreview mentor agree`: a goal, the checks that will show it, and by when."""

from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import Root, Verbose, names
from fastreview.cli.mentor.arguments import SessionName, day
from fastreview.cli.printing import printable


def agree(
    goal: Annotated[str, typer.Argument(metavar="GOAL", help="What will be true of the code, in a sentence.")],
    path: Root = Path("."),
    *,
    checks: Annotated[
        list[str], typer.Option("--checks", metavar="CODES", help="The checks that show it. Repeatable.")
    ] = [],  # noqa: B006 - Typer copies it
    by: Annotated[str, typer.Option("--by", metavar="DATE", help="By when, as 2027-01-31.")] = "",
    session: SessionName = "",
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Agree on a goal that the next review can show."""
    from fastreview.cli.mentor.asking import answer
    from fastreview.cli.mentor.looking import seen
    from fastreview.errors import UsageError
    from fastreview.mentor.folder import Folder
    from fastreview.mentor.records import Goal
    from fastreview.mentor.telling import agreement

    folder = Folder(path)
    chosen = folder.session(session)
    outcomes = {outcome.check: outcome for outcome in seen(chosen).review.outcomes}
    by_name = {name: o.check for o in outcomes.values() for name in (o.check.lower(), o.slug)}
    given = names(checks) or names([answer("", "Which checks show it (ASY001,DAT006)", "--checks CODES")])
    unknown = [name for name in given if name.lower() not in by_name]
    if unknown:
        raise UsageError(f'There is no check "{unknown[0]}". `fastreview checks` lists them.')
    if not goal.strip():
        raise UsageError("A goal is a sentence: what will be true of the code.")
    due = day(answer(by, "By when (2027-01-31)", "--by DATE"), "--by")
    if due < chosen.about.on:
        raise UsageError(f"{due} is before the session ({chosen.about.on}).")
    codes = tuple(dict.fromkeys(by_name[name.lower()] for name in given))
    agreed = Goal(goal.strip(), codes, due)
    written = chosen.agree(agreed)
    typer.echo(f"Agreed, by {due}, in {printable(folder.shown(written))}.")
    for check in agreement(agreed, chosen.name, outcomes).checks:
        left = f", {check.left} to mend" if check.left else ""
        typer.echo(f"  {check.check} {printable(check.title)}: {check.state}{left}")
