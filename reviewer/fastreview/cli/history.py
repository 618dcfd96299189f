"""`fastreview history`: how the level came about, and the commits that nobody reviewed replayed."""

import datetime
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fastreview.cli.arguments import NoColor, Quiet, Root, StoreAt, Verbose
from fastreview.cli.configuration import Asked, asked
from fastreview.cli.printing import Progress, complain
from fastreview.collector import collector_off
from fastreview.errors import HistoryUnavailable, NothingToReview, UsageError
from fastreview.review import History, Review

FORMATS = ("terminal", "json")


def history(
    path: Root = Path("."),
    *,
    backfill: Annotated[
        int,
        typer.Option(
            metavar="N", help="Review the last N commits too, statically; those known already are not repeated."
        ),
    ] = 0,
    since: Annotated[
        str, typer.Option(metavar="DATE", help="Review the commits since then, as 2026-01-31.", show_default=False)
    ] = "",
    format_name: Annotated[
        str, typer.Option("--format", metavar="NAME", help=f"What to print: {', '.join(FORMATS)}.")
    ] = "terminal",
    output: Annotated[
        list[str],
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write the last kept review with its history as a report. Repeatable.",
        ),
    ] = [],  # noqa: B006 - Typer copies it
    store: StoreAt = "",
    quiet: Quiet = False,
    no_color: NoColor = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Show how the level of a project came about, and what each change of the index came from."""
    from fastreview.cli.output import targets, write, write_history
    from fastreview.gather.discovery import discover

    if format_name not in FORMATS:
        raise UsageError(f'There is no format "{format_name}" here: {", ".join(FORMATS)}.')
    wanted = targets(output, "json")[: len(output)] if output else ()
    first = _date(since)
    _refuse_negative(backfill)
    discover(path)
    wish = asked(path, static=True)
    progress = Progress(quiet=quiet)
    with collector_off(), progress:
        if backfill or first:
            _replay(path, wish, store, progress, backfill, first)
        found, last = _read(path, wish, store, progress, with_review=bool(wanted))
    if not found.points:
        raise NothingToReview(
            f"No review of {path} was kept yet. Review it with `fastreview {path}`, or replay its commits with "
            "`fastreview history --backfill 100`."
        )
    if last is not None:
        document = msgspec.structs.replace(last, history=found)
        written = write(document, wanted, colour=False if no_color else None)
        if written and not quiet and format_name == "terminal":
            typer.echo(f"Wrote {', '.join(str(target.file) for target in written)}.")
        if len(written) < len(wanted):
            raise typer.Exit(2)
    elif wanted:
        raise HistoryUnavailable(
            "The last review cannot be read any more: review the project again, then ask for reports."
        )
    if format_name == "json":
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    elif not wanted:
        write_history(found, sys.stdout, colour=False if no_color else None)


def _read(
    path: Path, wish: Asked, store: str, progress: Progress, *, with_review: bool
) -> tuple[History, Review | None]:
    from fastreview.history.trend import history as trend
    from fastreview.pipeline import tool_of
    from fastreview.store import place, ruler
    from fastreview.store.keeping import Store
    from fastreview.store.keys import project_keys
    from fastreview.store.trend import replace
    from fastreview.store.waiting import waiting

    to = place(store)
    if to is None:
        raise HistoryUnavailable("Nothing is kept without a home folder. Name a file with --store.")
    if to.file is not None and not to.file.exists() and not waiting(to.waiting):
        return History(), None
    progress.step("Opening the history")
    opened = Store(to, complain, create=False)
    try:
        keys = project_keys(path)
        choice = wish.choice()
        rules = ruler(tool_of(choice), wish.selected, wish.ignored, wish.layers)

        def tell(done: int, total: int) -> None:
            progress.step(f"Judging earlier reviews by today's rules, {done} of {total}")

        found = trend(opened, keys, choice, rules, tell)
        replace(to, keys, found.points)
        reviews = opened.reviews(keys) if with_review else ()
        return found, opened.review(reviews[-1].id) if reviews else None
    finally:
        opened.close()


def _replay(path: Path, wish: Asked, store: str, progress: Progress, limit: int, since: datetime.date | None) -> None:
    """Says what cannot be replayed; what is there already is left as it is."""
    from fastreview.history.backfill import MAX_COMMITS, Job, backfill, missing
    from fastreview.history.commits import commits, source
    from fastreview.pipeline import tool_of
    from fastreview.store import place, ruler
    from fastreview.store.keeping import Store
    from fastreview.store.keys import project_keys

    to = place(store)
    if to is None:
        raise HistoryUnavailable("Nothing is kept without a home folder. Name a file with --store.")
    of = source(path)
    listed = commits(of, min(limit or MAX_COMMITS, MAX_COMMITS), since)
    if of.shallow and (since or len(listed) < limit):
        complain(
            f"This is a shallow clone: only {len(listed)} of the commits are here. `git fetch --unshallow` brings the rest."
        )
    if of.dirty:
        complain(f"What is not committed belongs to no commit: `fastreview {path}` reviews it as it is.")
    keys, choice = project_keys(path), wish.choice()
    opened = Store(to, complain)
    known = {review.commit for review in opened.reviews(keys)}
    opened.close()
    todo = missing(listed, known)
    if not todo:
        return
    progress.step(f"Replaying {len(todo)} commits")
    rules = ruler(tool_of(choice), wish.selected, wish.ignored, wish.layers)
    job = Job(of, choice, wish.options.exclude, keys, rules, to.waiting)
    done = backfill(job, todo, lambda at, total: progress.step(f"Replaying commits, {at} of {total}"))
    if done.empty:
        complain(f"{done.empty} of {len(todo)} commits hold no FastAPI service here.")
    for commit, reason in list(done.failed.items())[:3]:
        complain(f"Commit {commit[:10]} could not be replayed: {reason}")
    if len(done.failed) > 3:
        complain(f"{len(done.failed) - 3} more commits could not be replayed.")


def _date(given: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(given) if given else None
    except ValueError:
        raise UsageError(f'"{given[:40]}" is no date: write it as 2026-01-31.') from None


def _refuse_negative(number: int) -> None:
    if number < 0:
        raise UsageError("--backfill wants a number of commits.")
