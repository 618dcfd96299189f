"""Arguments that several commands take, worded once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

Root = Annotated[
    Path, typer.Argument(metavar="PATH", help="The folder of the project.", show_default="the current folder")
]
Static = Annotated[bool, typer.Option("--static", help="Never import or run anything of the project.")]
App = Annotated[
    list[str], typer.Option(metavar="MODULE:ATTR", help="Which app to import. Repeatable; default: discovered.")
]
Env = Annotated[
    str,
    typer.Option(
        metavar="WHICH",
        help="Whose Python imports it: auto (the project's, else one made from what it declares), project, none, or an "
        "interpreter.",
    ),
]
TypeCheck = Annotated[
    bool, typer.Option("--type-check", help="Run the project's type checker; where it has none, ty as it comes.")
]
Select = Annotated[
    list[str], typer.Option(metavar="CODES", help="Only these checks: codes, slugs, dimensions or prefixes.")
]
Ignore = Annotated[list[str], typer.Option(metavar="CODES", help="All checks but these.")]
RunTests = Annotated[
    bool, typer.Option("--run-tests", help="Run the project's tests, confined, under coverage and a loop monitor.")
]
Thorough = Annotated[
    bool,
    typer.Option(
        "--thorough",
        help="Run them again in another order, and with guards taken out in a scratch copy. Implies --run-tests.",
    ),
]
StoreAt = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        help="Where reviews are kept: a SQLite file or a postgresql:// address. Default: a file in your own data folder.",
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Read every file anew, and keep nothing.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour; the variable NO_COLOR does the same.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, and no summary beside -o.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Show where an error comes from.")]


def names(given: Sequence[str]) -> tuple[str, ...]:
    """Repeated options and comma-separated lists alike."""
    return tuple(name for text in given for part in text.split(",") if (name := part.strip()))
