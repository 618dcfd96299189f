"""`fastreview mentor start`: who talks, what for, and the mentee's estimate before anybody has seen the result."""

from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import Root, Verbose
from fastreview.cli.mentor.arguments import Rate, SessionName, Today, day, rated
from fastreview.cli.printing import printable


def start(
    path: Root = Path("."),
    *,
    mentor: Annotated[str, typer.Option(metavar="NAME", help="Who mentors.")] = "",
    mentee: Annotated[str, typer.Option(metavar="NAME", help="Whose code it is.")] = "",
    goal: Annotated[list[str], typer.Option(metavar="TEXT", help="What the session is to achieve. Repeatable.")] = [],  # noqa: B006 - Typer copies it
    rate: Rate = [],  # noqa: B006
    session: SessionName = "",
    on: Today = "",
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Begin a session: goals, and the mentee's estimate of each dimension."""
    from fastreview.cli.mentor.asking import answer, answers, estimates
    from fastreview.errors import UsageError
    from fastreview.mentor.folder import Folder
    from fastreview.mentor.records import Estimates, Session
    from fastreview.scoring.rules import CORE, PROFILE_ONLY

    if not path.is_dir():
        raise UsageError(f"There is no folder {path}. Name the folder of the project.")
    folder = Folder(path)
    given = rated(rate, (*CORE, *PROFILE_ONLY))
    about = Session(
        on=day(on, "--on"),
        mentor=answer(mentor, "Who mentors", "--mentor NAME"),
        mentee=answer(mentee, "Whose code is it", "--mentee NAME"),
        goals=tuple(answers(goal, "What is the session to achieve")),
    )
    said = given | estimates(given, CORE)
    made = folder.start(about, Estimates(said), session)
    typer.echo(f"Session {made.name} begins, in {printable(folder.shown(made.path))}.")
    missing = [name for name in CORE if name not in said]
    if missing:
        typer.echo(f"Still to be estimated, before the review shows the result: {', '.join(missing)}.")
    typer.echo(f"Next: fastreview mentor review{''.join(f' --rate {name}=LEVEL' for name in missing)}")
