"""`fastreview each`: every service of a repository has its own review, and a table shows them side by side."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import Env, NoCache, Quiet, Root, Static, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.printing import Progress, complain, printable
from fastreview.collector import collector_off
from fastreview.errors import FastreviewError, NothingToReview, UsageError
from fastreview.review import Review
from fastreview.rollup import Rollup, ServiceEntry, encode, rollup

FORMATS = ("terminal", "json", "markdown")
WIDTH = 78


def each(
    path: Root = Path("."),
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FOLDER", help="Write an HTML and a JSON report of each service into it."
        ),
    ] = None,
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help=f"What to print: {', '.join(FORMATS)}.")
    ] = "terminal",
    static: Static = False,
    env: Env = "auto",
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Review every service of a repository on its own, and show them side by side."""
    from fastreview.gather.discovery import discover
    from fastreview.gather.services import services
    from fastreview.gather.source import gather_source

    if format_name not in FORMATS:
        raise UsageError(f'There is no format "{format_name}" here: {", ".join(FORMATS)}.')
    if output is not None and not output.is_dir():
        raise UsageError(f"There is no folder {output} to write reports into.")
    progress = Progress(quiet=quiet)
    reviews: dict[str, Review | str] = {}
    gates: dict[str, tuple[str, ...]] = {}
    with collector_off(), progress:
        progress.step("Looking for services")
        found = discover(path)
        folders = services(found, gather_source(found.root, found.python, cache=not no_cache))
        if not folders:
            raise NothingToReview(f"No FastAPI application is created in {path}, so there is no service to review.")
        for folder in folders:
            reviews[folder], gates[folder] = _review(
                path / folder, progress, static=static, env=env, cache=not no_cache
            )
    found_rollup = rollup(reviews)
    if output is not None:
        _write(reviews, output)
    _show(found_rollup, format_name)
    failed = list(_failed(reviews, gates))
    for text in failed:
        complain(text)
    if failed:
        raise typer.Exit(1)


def _review(
    folder: Path, progress: Progress, *, static: bool, env: str, cache: bool
) -> tuple[Review | str, tuple[str, ...]]:
    """One service, and the gates of its configuration. One that cannot be reviewed does not keep the others from it."""
    from fastreview.cli.reviewing import review_of

    try:
        wanted = asked(folder, static=static, env=env, cache=cache)
        return review_of(folder, wanted, progress), wanted.fail_on
    except FastreviewError as error:
        return str(error), ()


def _failed(reviews: dict[str, Review | str], gates: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """What each service's own configuration asks for; gates that compare have nothing to compare with here."""
    from fastreview.gate import ABSOLUTE, absolute

    for folder, found in reviews.items():
        if isinstance(found, Review):
            verdicts = (absolute(gate, found) for gate in gates[folder] if gate in ABSOLUTE)
            yield from (f"{folder}: {verdict.sentence}" for verdict in verdicts if not verdict.passed)


def _write(reviews: dict[str, Review | str], folder: Path) -> None:
    from fastreview.cli.output import targets, write

    for path, found in reviews.items():
        if isinstance(found, Review):
            stem = folder / (path.replace("/", "-") if path != "." else "service")
            write(found, targets((f"{stem}.html", f"{stem}.json"), ""), colour=False)


def _show(found: Rollup, format_name: str) -> None:
    if format_name == "json":
        sys.stdout.write(encode(found).decode())
    elif format_name == "markdown":
        typer.echo("| service | level | evidence | index | routes | first step |\n|---|---|---|---|---|---|")
        for entry in found.services:
            typer.echo(f"| {_cell(entry.path)} | {' | '.join(_cell(part) for part in _columns(entry))} |")
    else:
        for entry in found.services:
            level, evidence, index, routes, step = _columns(entry)
            typer.echo(printable(entry.path[:WIDTH]))
            figures = [f"index {index}", f"evidence {evidence}", f"{routes} routes"] if not entry.error else []
            typer.echo(printable(f"  {', '.join([level, *figures])}"))
            if step:
                typer.echo(printable(f"  next: {step}"[: WIDTH + 2]))
    if format_name != "json" and found.lowest:
        typer.echo(f"\nEvery assessed service proves at least {found.lowest.capitalize()}.")


def _columns(entry: ServiceEntry) -> tuple[str, str, str, str, str]:
    """Level, evidence, index, routes, first step."""
    if entry.error:
        return (entry.error, "", "", "", "")
    upto = f", up to {entry.possible.capitalize()}" if entry.possible != entry.proven else ""
    level = f"{entry.proven.capitalize()}{upto}" if entry.assessed else "Not assessed"
    step = f"{entry.first_step} {entry.why}" if entry.first_step else ""
    return level, f"{int(entry.evidence * 100)} %", f"{entry.index:.1f}", f"{entry.routes}", step


def _cell(text: str) -> str:
    """Text that neither ends a cell nor formats: names and paths of the project."""
    plain = printable(text)[:160].replace("\\", "\\\\")
    return "".join(f"\\{character}" if character in "|`*_[]<>#@" else character for character in plain)
