"""`fastreview checks`: the catalogue."""

import sys
from itertools import groupby
from typing import Annotated

import typer

from fastreview.cli.arguments import Verbose


def checks(
    *,
    json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """List all checks by dimension and level."""
    import msgspec

    from fastreview import pages
    from fastreview.packs import load
    from fastreview.review import LEVELS

    ruleset = load()
    if json:
        entries = [
            {
                "code": check.code,
                "slug": check.slug,
                "title": pages.read(check).title,
                "dimension": check.dimension,
                "level": LEVELS[check.level],
                "kind": check.kind.value,
                "weight": check.weight,
                "each": check.each.unit,
                "needs": [side.value for side in check.needs],
                "tolerance": check.tolerance,
                "cap": check.cap,
                "effort": check.effort,
                "severity": check.severity.value,
            }
            for check in ruleset.checks
        ]
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(entries), indent=2).decode() + "\n")
        return
    for dimension, found in groupby(ruleset.checks, key=lambda check: check.dimension):
        typer.echo(f"\n{dimension}")
        for check in found:
            kind = check.kind.word if not check.weight else f"credit {check.weight}"
            typer.echo(f"  {check.code}  {LEVELS[check.level]:<12}  {kind:<11}  {pages.read(check).title}")
    typer.echo("\n`fastreview explain CODE` shows the page of a check.")
