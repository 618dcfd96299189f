"""`fastreview mentor override`: the mentor's level of a dimension, beside the tool's."""

from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import Root, Verbose
from fastreview.cli.mentor.arguments import SessionName
from fastreview.cli.printing import printable


def override(
    dimension: Annotated[str, typer.Argument(metavar="DIMENSION", help="Such as async.")],
    level: Annotated[str, typer.Argument(metavar="LEVEL", help="junior, intermediate, senior or staff.")],
    path: Root = Path("."),
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What the tool does not see.")] = "",
    session: SessionName = "",
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Put your own level of a dimension beside the tool's, which stays as it is."""
    from fastreview.cli.mentor.asking import answer
    from fastreview.cli.mentor.looking import seen
    from fastreview.errors import UsageError
    from fastreview.mentor.folder import Folder
    from fastreview.mentor.records import Override
    from fastreview.review import LEVELS

    folder = Folder(path)
    chosen = folder.session(session)
    entries = {entry.name: entry for entry in seen(chosen).review.dimensions}
    entry = entries.get(dimension.strip().lower())
    if entry is None:
        raise UsageError(f'There is no dimension "{dimension}": {", ".join(entries)}.')
    wanted = next((known for known in LEVELS if known == level.strip().lower()), None)
    if wanted is None:
        raise UsageError(f'There is no level "{level}": {", ".join(LEVELS)}.')
    why = answer(reason, "What does the tool not see", "--reason TEXT")
    written = chosen.override(entry.name, Override(wanted, why))
    typer.echo(
        f"{entry.name}: {wanted} by the mentor, beside {entry.proven} as the tool proves it, "
        f"in {printable(folder.shown(written))}."
    )
