"""Questions, asked only where a person sits at a terminal; everywhere else every answer is an option."""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import typer

from fastreview.cli.mentor.arguments import estimate
from fastreview.errors import UsageError
from fastreview.mentor.records import Estimate

MAX_TEXT = 100_000
_ABOUT = {
    "core": "core (FastAPI and Pydantic)",
    "architecture": "architecture (layers and modules)",
    "async": "async (event loop and tasks)",
    "data": "data (sessions, queries, migrations)",
    "production": "production (settings, logs, health, delivery)",
}
"""Dimensions whose names need explaining."""


def someone_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def answer(given: str, question: str, option: str) -> str:
    """What was given, else what is answered.

    Raises:
        UsageError: when nobody can be asked.
    """
    if given.strip():
        return given.strip()
    if not someone_there():
        raise UsageError(f"{question}? Say it with {option}.")
    return str(typer.prompt(question, err=True)).strip()


def answers(given: list[str], question: str) -> list[str]:
    """One after the other until an empty one."""
    if given or not someone_there():
        return [text.strip() for text in given if text.strip()]
    return list(_asked_for(question))


def estimates(given: dict[str, Estimate], dimensions: tuple[str, ...]) -> dict[str, Estimate]:
    """Of every dimension, where somebody can be asked; the order is that of the profile."""
    missing = [name for name in dimensions if name not in given]
    if missing and someone_there():
        typer.echo(
            "At what level is this code, in your estimate? junior, intermediate, senior, staff or unsure.", err=True
        )
        given = given | {name: _estimate(name) for name in missing}
    return {name: given[name] for name in dimensions if name in given}


def long_text(text: str, file: Path | None, question: str) -> str:
    """Text of an option, a file, standard input ("-"), or what is written in the person's editor.

    Raises:
        UsageError: when there is none, or it is too long.
    """
    if text == "-":
        found = sys.stdin.read(MAX_TEXT + 1)
    elif text.strip():
        found = text
    elif file is not None:
        found = _of_file(file)
    elif someone_there():
        found = _edited(question)
    else:
        raise UsageError(f"{question} Say it with --text, --file, or --text - and standard input.")
    if not found.strip():
        raise UsageError("Nothing was said, so nothing was kept.")
    if len(found) > MAX_TEXT:
        raise UsageError(f"That is longer than {MAX_TEXT:,} characters.")
    return found.strip()


def _edited(question: str) -> str:
    """What the person writes in their editor (``VISUAL``, ``EDITOR``), or on the terminal up to an end of file."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        typer.echo(f"{question} Markdown; end with Ctrl-D on a line of its own.", err=True)
        return sys.stdin.read(MAX_TEXT + 1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "note.md"
        file.write_text("", encoding="utf-8")
        typer.echo(question, err=True)
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)  # noqa: S603 - the person's own editor
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise UsageError(f"The editor ({editor}) failed: {error}. Say it with --text or --file.") from error
        return _of_file(file)


def _of_file(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            return stream.read(MAX_TEXT + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def _asked_for(question: str) -> Iterator[str]:
    while said := str(
        typer.prompt(f"{question} (empty: that is all)", default="", show_default=False, err=True)
    ).strip():
        yield said


def _estimate(name: str) -> Estimate:
    while True:
        try:
            return estimate(str(typer.prompt(f"  {_ABOUT.get(name, name)}", err=True)))
        except UsageError as error:
            typer.echo(f"  {error}", err=True)
