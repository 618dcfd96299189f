"""`fastreview spec`: a project to build that asks for what this code does not prove."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import App, Env, NoCache, NoColor, Quiet, Root, Static, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.printing import Progress, complain
from fastreview.collector import collector_off
from fastreview.errors import UsageError
from fastreview.spec import Spec, encode, names, project_spec, skeleton

FORMATS = ("terminal", "markdown", "json")
SUFFIXES = {".md": "markdown", ".pdf": "pdf", ".json": "json"}
SECONDS_TO_LOCK = 120.0


def spec(
    path: Root = Path("."),
    *,
    domain: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"What it is about: {', '.join(names())}.",
            show_default="one that this code is not about",
        ),
    ] = "",
    seed: Annotated[int, typer.Option(metavar="N", help="Another number, another project.")] = 1,
    output: Annotated[
        list[Path], typer.Option("-o", "--output", metavar="FILE", help="Write it to a .md, .pdf or .json. Repeatable.")
    ] = [],  # noqa: B006 - Typer copies it
    scaffold: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Begin it there, in a new or empty folder: factory, settings, router, test."),
    ] = None,
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help=f"What to print: {', '.join(FORMATS)}.")
    ] = "terminal",
    static: Static = False,
    app: App = [],  # noqa: B006
    env: Env = "auto",
    no_cache: NoCache = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Propose a serious project, in another field, that asks for what this code does not prove yet."""
    from fastreview.cli.output import refuse_folder, render_spec, replace, write_spec
    from fastreview.cli.reviewing import review_of

    if format_name not in FORMATS:
        raise UsageError(f'There is no format "{format_name}" here: {", ".join(FORMATS)}.')
    if domain and domain not in names():
        raise UsageError(f'There is no domain "{domain}": {", ".join(names())}.')
    for file in output:
        refuse_folder(file)
        if file.suffix.lower() not in SUFFIXES:
            raise UsageError(f'"{file}" does not end like a spec: {", ".join(SUFFIXES)}.')
    if scaffold:
        _refuse_taken(scaffold)
    progress = Progress(quiet=quiet)
    with collector_off(), progress:
        review = review_of(path, asked(path, static=static, app=app, env=env, cache=not no_cache), progress)
        proposed = project_spec(review, domain, seed)
        progress.step("Writing the spec")
        for file in output:
            kind = SUFFIXES[file.suffix.lower()]
            _written(file, encode(proposed) if kind == "json" else render_spec(proposed, kind), replace)
        locked = _scaffolded(proposed, scaffold, render_spec(proposed, "markdown")) if scaffold else ""
    if output or scaffold:
        if not quiet:
            where = [*(str(file) for file in output), *([f"{scaffold}/"] if scaffold else [])]
            typer.echo(f"{proposed.title}: wrote {', '.join(where)}.")
        if locked:
            complain(locked)
        return
    match format_name:
        case "json":
            typer.echo(encode(proposed).decode(), nl=False)
        case "markdown":
            typer.echo(render_spec(proposed, "markdown").decode(), nl=False)
        case _:
            write_spec(proposed, sys.stdout, colour=False if no_color else None)


def _written(file: Path, data: bytes, replace: Callable[[Path, bytes], None]) -> None:
    try:
        replace(file, data)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}.") from error


def _refuse_taken(folder: Path) -> None:
    """Raises UsageError when ``folder`` is a file, holds anything, or cannot be looked at."""
    if not folder.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {folder.parent} to make {folder.name} in.")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is not a folder. Name a new or an empty one.")
    try:
        taken = folder.is_dir() and any(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror or error}.") from error
    if taken:
        raise UsageError(f"{folder} is not empty, and nothing in it is written over. Name a new or an empty folder.")


def _scaffolded(proposed: Spec, folder: Path, text: bytes) -> str:
    """Writes the project; what could not be done, as a sentence, or ""."""
    try:
        for name, content in {**skeleton(proposed), "SPEC.md": text.decode()}.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(content)
        lock = _lock((folder / "pyproject.toml").read_bytes())
        if isinstance(lock, bytes):
            (folder / "uv.lock").write_bytes(lock)
            return ""
    except OSError as error:
        raise UsageError(f"{error.filename or folder} cannot be written: {error.strerror or error}.") from error
    return f"The dependencies are not locked ({lock}). Run `uv lock` in {folder} when the package index can be reached."


def _lock(pyproject: bytes) -> bytes | str:
    """The lock file of a project, or why there is none."""
    from fastreview.gather.environment.uv import Uv, find_uv

    uv = find_uv()
    if not uv:
        return "uv is not installed"
    with tempfile.TemporaryDirectory(prefix="fastreview-") as temporary:
        folder = Path(temporary)
        (folder / "pyproject.toml").write_bytes(pyproject)
        done = Uv(uv, folder, SECONDS_TO_LOCK).run("lock", "--quiet", seconds=SECONDS_TO_LOCK)
        if done.ok:
            return (folder / "uv.lock").read_bytes()
    return done.stopped or next(reversed(done.errors.strip().splitlines()), "uv failed").strip()
