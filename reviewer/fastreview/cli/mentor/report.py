"""`fastreview mentor report`: the session as HTML, PDF or Markdown, with both voices."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import Root, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.mentor.arguments import SessionName
from fastreview.cli.printing import printable


def report(
    path: Root = Path("."),
    *,
    output: Annotated[
        list[str],
        typer.Option("-o", "--output", metavar="FILE", help="Write .html, .pdf, .md or .json. Repeatable."),
    ] = [],  # noqa: B006 - Typer copies it
    session: SessionName = "",
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Write what was said and seen; without -o as Markdown on standard output."""
    from fastreview.cli.mentor.looking import seen, sources
    from fastreview.cli.output import mentor_format, refuse_folder, replace
    from fastreview.errors import UsageError
    from fastreview.mentor.folder import Folder
    from fastreview.mentor.telling import tell

    wanted = [(Path(name), mentor_format(Path(name).suffix.lower(), name)) for name in output]
    for file, _ in wanted:
        refuse_folder(file)
    folder = Folder(path)
    chosen = folder.session(session)
    told = tell(chosen, seen(chosen), folder.sessions(), sources(path), asked(path).signed)
    if not wanted:
        sys.stdout.buffer.write(mentor_format(".md", "-")(told))
        sys.stdout.buffer.flush()
    for file, render in wanted:
        try:
            replace(file, render(told))
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror or error}.") from error
        typer.echo(f"{printable(str(file))} is written.", err=True)
