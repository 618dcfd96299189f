"""`fastreview mentor note`: what somebody says about a finding, a strength, a route, a file or a function."""

from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import Root, Verbose
from fastreview.cli.mentor.arguments import File, SessionName, Text
from fastreview.cli.printing import printable


def note(
    about: Annotated[
        str,
        typer.Argument(
            metavar="ABOUT",
            help='The number of a finding, a check, "GET /items", a file, FILE:LINE or module.function.',
        ),
    ],
    path: Root = Path("."),
    *,
    type_name: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="essential, actionable, informative or celebratory.")
    ] = "",
    text: Text = "",
    file: File = None,
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="mentor or mentee.")] = "mentor",
    session: SessionName = "",
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Say something about a place in the code; the note follows it through edits."""
    from fastreview.cli.mentor.asking import answer, long_text
    from fastreview.cli.mentor.looking import seen, sources
    from fastreview.errors import UsageError
    from fastreview.mentor.anchors import anchor, standing
    from fastreview.mentor.folder import Folder
    from fastreview.mentor.records import NOTE_TYPES, Note
    from fastreview.mentor.telling import name_of

    folder = Folder(path)
    chosen = folder.session(session)
    review = seen(chosen).review
    code = sources(path)
    found = anchor(about, review, code)
    wanted = answer(type_name, f"Of which type is the note ({', '.join(NOTE_TYPES)})", "--type TYPE").lower()
    kind = next((known for known in NOTE_TYPES if known == wanted), None)
    if kind is None:
        raise UsageError(f'There is no note of type "{wanted}": {", ".join(NOTE_TYPES)}.')
    if by not in ("mentor", "mentee"):
        raise UsageError(f'A note is by the mentor or the mentee, not by "{by}".')
    said = long_text(text, file, f"What is to be said about {name_of(found)}?")
    written = chosen.note(Note(type=kind, about=found, by="mentee" if by == "mentee" else "mentor", text=said))
    now = standing(found, review, code)
    where = f" ({now.path}:{now.line})" if now.line else ""
    typer.echo(f"Noted about {printable(name_of(found))}{printable(where)}, in {printable(folder.shown(written))}.")
