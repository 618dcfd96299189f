"""`fastreview config`: the values that a review of a folder uses, and where each comes from."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fastreview.cli.arguments import Root, Verbose
from fastreview.cli.configuration import configuration
from fastreview.cli.printing import printable
from fastreview.config import values


def config(
    path: Root = Path("."),
    *,
    origin: Annotated[bool, typer.Option("--origin", help="Show file and line of each value.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show the configuration that counts for a folder: [tool.fastreview] of the nearest pyproject.toml, or fastreview.toml."""
    found = configuration(path)
    rows = list(values(found))
    if as_json:
        document = {key: {"value": value, "origin": where} if origin else value for key, value, where in rows}
        typer.echo(
            msgspec.json.format(msgspec.json.encode({"file": found.file, "values": document}), indent=2).decode()
        )
        return
    typer.echo(printable(f"# {found.file or 'no configuration: these are the defaults'}"))
    width = max(len(f"{key} = {_written(value)}") for key, value, _ in rows)
    for key, value, where in rows:
        text = f"{key} = {_written(value)}"
        typer.echo(printable(f"{text:<{min(width, 48)}}  # {where}" if origin else text))


def _written(value: object) -> str:
    """As TOML has it."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_written(part)}" for key, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(_written(part) for part in value)}]"
    if isinstance(value, float):
        return f"{value:g}"
    return msgspec.json.encode(value).decode()
