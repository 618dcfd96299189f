"""`fastreview baseline`: writes down what is known, so that reviews show what is new."""

from pathlib import Path
from typing import Annotated

import typer

from fastreview.cli.arguments import App, Env, NoCache, Quiet, Root, RunTests, Static, TypeCheck, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.printing import Progress
from fastreview.collector import collector_off
from fastreview.errors import UsageError


def baseline(
    path: Root = Path("."),
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Default: the configured one, else in PATH."),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Drop what is fixed; take nothing in.")] = False,
    renew: Annotated[bool, typer.Option("--renew", help="Write it anew, with everything that is open now.")] = False,
    static: Static = False,
    app: App = [],  # noqa: B006 - Typer copies it
    env: Env = "auto",
    type_check: TypeCheck = False,
    run_tests: RunTests = False,
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Write the open findings into a baseline; with --update, drop from it what is fixed."""
    from fastreview import baseline as known
    from fastreview.cli.output import replace
    from fastreview.cli.reviewing import review_of

    wish = asked(
        path,
        static=static,
        app=app,
        env=env,
        cache=not no_cache,
        type_check=type_check,
        run_tests=run_tests,
    )
    file = output or (Path(wish.baseline) if wish.baseline else path / known.NAME)
    if update and renew:
        raise UsageError("--update drops what is fixed, --renew takes everything: choose one.")
    if file.exists() and not (update or renew):
        raise UsageError(f"There is {file} already. --update drops from it what is fixed, --renew writes it anew.")
    old = known.read(file) if update else ()
    progress = Progress(quiet=quiet)
    with collector_off(), progress:
        review = review_of(path, wish, progress)
    if update:
        found = known.against(review, old)
        entries = (*found.still, *found.undecided)
        told = f"{len(found.fixed)} of {len(old)} findings are fixed and dropped, {len(entries)} are left."
        if found.undecided:
            told += f" Of these {len(found.undecided)} were not decided in this review and stay."
        if new := len(found.new(review.findings)):
            told += f" {new} {'is' if new == 1 else 'are'} new and not taken in: mend them, or --renew."
    else:
        entries = known.of(review)
        told = f"{len(entries)} open findings are written down."
    try:
        replace(file, known.written(entries))
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}.") from error
    if not quiet:
        typer.echo(f"{file}: {told}")
