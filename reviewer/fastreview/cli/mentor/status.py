"""`fastreview mentor status`: where things stand between two people: goals, notes, exercises, acceptances."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from fastreview.cli.arguments import Root, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.mentor.arguments import SessionName, Today, day
from fastreview.cli.printing import printable
from fastreview.errors import UsageError

if TYPE_CHECKING:
    import datetime

    from fastreview.mentor.document import Report

FORMATS = ("terminal", "json")


def status(
    path: Root = Path("."),
    *,
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help=f"What to print: {', '.join(FORMATS)}.")
    ] = "terminal",
    session: SessionName = "",
    on: Today = "",
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show sessions, goals, notes, exercises and acceptances, and what is next."""
    from fastreview.cli.mentor.looking import sources
    from fastreview.mentor.folder import Folder
    from fastreview.mentor.snapshot import load
    from fastreview.mentor.telling import tell

    if format_name not in FORMATS:
        raise UsageError(f'There is no format "{format_name}" here: {", ".join(FORMATS)}.')
    folder = Folder(path)
    chosen = folder.session(session)
    found = load(chosen)
    sessions = folder.sessions()
    told = tell(chosen, found, sessions, sources(path), asked(path).signed) if found else None
    if format_name == "json":
        document = {"sessions": [other.name for other in sessions], "session": chosen.name, "report": told}
        typer.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
        return
    for other in sessions:
        mark = ">" if other.name == chosen.name else " "
        kinds = (("note", other.notes()), ("goal", other.goals()), ("exercise", other.exercises()))
        counts = ", ".join(f"{len(found)} {name}{'' if len(found) == 1 else 's'}" for name, found in kinds)
        typer.echo(
            f"{mark} {other.name}  {printable(other.about.mentor)} and {printable(other.about.mentee)}  {counts}"
        )
    if told is None:
        typer.echo("\nNext: fastreview mentor review")
        return
    for line in _lines(told, day(on, "--on")):
        typer.echo(line)


def _lines(told: "Report", today: "datetime.date") -> Iterator[str]:
    from fastreview.cli.mentor.speaking import wrapped

    if told.agreements:
        yield "\nGoals"
    for goal in told.agreements:
        left = sum(check.left for check in goal.checks)
        open_checks = [check.check for check in goal.checks if check.state != "met"]
        state = "met" if goal.met else f"open: {', '.join(open_checks)}, {left} to mend"
        late = ", overdue" if not goal.met and goal.by < today else ""
        yield wrapped(f"{goal.goal} (by {goal.by}{late}): {state}", 4, "  - ")
    if told.exercises:
        yield "\nExercises"
    for task in told.exercises:
        proven = f"proven on {task.proven}" if task.proven else "open"
        yield wrapped(f"{task.check} {task.title}, {task.subject}: {proven}", 4, "  - ")
    lost = [note for note in told.notes if note.state != "here"]
    if told.notes:
        yield f"\nNotes ({len(told.notes)})"
    words = {"changed": "the code was changed since", "moved": "moved", "gone": "is not there any more"}
    for note in lost:
        where = f" to {note.path}:{note.line}" if note.state == "moved" and note.line else ""
        yield wrapped(f"{note.type}, {note.check} {note.about}: {words[note.state]}{where}", 4, "  - ")
    if told.accepted or told.lapsed:
        yield "\nAccepted"
    for one in told.accepted:
        days = (one.until - today).days
        yield wrapped(f"{one.check} at {one.subject} by {one.reviewer}, {days} days left: {one.reason}", 4, "  - ")
    for sentence in told.lapsed:
        yield wrapped(f"{sentence}.", 4, "  ! ")
    if told.pending:
        yield "\nStill to do"
        yield from (wrapped(sentence, 4, "  - ") for sentence in told.pending)
