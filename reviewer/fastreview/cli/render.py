"""`fastreview render`: reports from a review document that was written before."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import NoColor, Verbose
from fastreview.errors import UsageError


def render(
    document: Annotated[
        Path | None,
        typer.Argument(metavar="REVIEW.json", help="What `fastreview -o review.json` wrote.", show_default=False),
    ] = None,
    *,
    output: Annotated[
        list[str],
        typer.Option("-o", "--output", metavar="FILE", help="Write a report; its suffix says which. Repeatable."),
    ] = [],  # noqa: B006 - Typer copies it
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help="What to print: terminal (default) ...")
    ] = "",
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of review documents.")] = False,
    no_color: NoColor = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Render a review document in other formats, or print its JSON Schema."""
    from fastreview.cli.documents import load_review
    from fastreview.cli.output import targets, write
    from fastreview.review import json_schema

    if schema:
        sys.stdout.buffer.write(json_schema())
        return
    if document is None:
        raise UsageError("Name a review document: fastreview render review.json -o report.html.")
    wanted = targets(output, format_name)
    review = load_review(document)
    if len(write(review, wanted, colour=False if no_color else None)) < len(wanted):
        raise typer.Exit(2)
