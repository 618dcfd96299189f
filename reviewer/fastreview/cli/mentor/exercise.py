"""`fastreview mentor exercise`: a task from the own code, its hints one by one, and its proof."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import structs

from fastreview.cli.arguments import App, Env, NoCache, Quiet, Root, RunTests, Static, TypeCheck, Verbose
from fastreview.cli.configuration import Asked, asked
from fastreview.cli.mentor.arguments import SessionName, Today, day
from fastreview.cli.printing import Progress, printable
from fastreview.errors import UsageError

if TYPE_CHECKING:
    from fastreview.mentor.folder import SessionFolder
    from fastreview.mentor.records import Exercise


def exercise(
    path: Root = Path("."),
    *,
    finding: Annotated[
        str,
        typer.Option(metavar="FINDING", help="Which finding, by number or check; default: one that fits the goals."),
    ] = "",
    hint: Annotated[str, typer.Option(metavar="1|2|3", help="Show a hint; the last one nearly solves it.")] = "",
    prove: Annotated[bool, typer.Option("--prove", help="Review again, and say whether the task is done.")] = False,
    session: SessionName = "",
    on: Today = "",
    static: Static = False,
    app: App = [],  # noqa: B006 - Typer copies it
    env: Env = "auto",
    type_check: TypeCheck = False,
    run_tests: RunTests = False,
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Set a task from this code, show its hints, or prove it by a review. Exit 1: not done yet."""
    from fastreview.mentor.folder import Folder

    folder = Folder(path)
    chosen = folder.session(session)
    within = (chosen,) if session else tuple(reversed(folder.sessions()))
    if hint:
        _show_hint(_task(within, finding)[1], hint)
        return
    wish = asked(path, static=static, app=app, env=env, cache=not no_cache, type_check=type_check, run_tests=run_tests)
    if prove:
        _prove(path, *_task(within, finding), wish, quiet=quiet, on=on)
    else:
        _set(path, chosen, finding, wish, quiet=quiet)


def _set(path: Path, session: "SessionFolder", finding: str, wish: Asked, *, quiet: bool) -> None:
    from fastreview.cli.mentor.looking import look, sources
    from fastreview.mentor.anchors import finding_named
    from fastreview.mentor.exercise import aim, choose, exercise
    from fastreview.mentor.numbers import in_full
    from fastreview.mentor.snapshot import load

    goals = frozenset(code for goal in session.goals().values() for code in goal.checks)
    kept = load(session) if finding else None
    named = in_full(finding, kept.review if kept else None)
    looked = look(path, wish, Progress(quiet=quiet))
    if _is_number(named):
        found = finding_named(named, looked.review)
    else:
        said = (*session.about.goals, *(goal.goal for goal in session.goals().values()))
        found = choose(looked.review, goals, finding, aim(looked.review, said, goals))
    around = sources(path).around(found.path, found.line)
    page = looked.review.pages.get(found.check)
    task = exercise(found, looked.review, page, looked.judged, around.excerpt if around else "")
    written = session.exercise(task)
    _print(f"## {task.title}\n\n{task.task}")
    typer.echo(
        f"\nIt is kept in {printable(session.folder.shown(written))}. Stuck? fastreview mentor exercise --hint 1"
    )


def _is_number(finding: str) -> bool:
    """Not a check, of which any finding will do."""
    return bool(finding) and re.fullmatch(r"[0-9a-f]{4,16}", finding.strip()) is not None


def _task(within: "Sequence[SessionFolder]", finding: str) -> "tuple[SessionFolder, Exercise]":
    """The one that is meant, with its session: by number or check, else the first that is not proven."""
    tasks = [(session, task) for session in within for task in session.exercises().values()]
    if finding:
        wanted = _in_full(within, finding).strip().lower()
        tasks = [(s, task) for s, task in tasks if task.fingerprint.startswith(wanted) or task.check.lower() == wanted]
    if not tasks:
        raise UsageError("There is no such exercise. Set one: fastreview mentor exercise.")
    return next(((session, task) for session, task in tasks if task.proven is None), tasks[0])


def _in_full(within: "Sequence[SessionFolder]", finding: str) -> str:
    """A short number is that of the first of the sessions that has a review."""
    from fastreview.mentor.numbers import in_full
    from fastreview.mentor.snapshot import load

    kept = next((seen for session in within if (seen := load(session)) is not None), None)
    return in_full(finding, kept.review if kept else None)


def _show_hint(task: "Exercise", hint: str) -> None:
    if hint not in ("1", "2", "3") or int(hint) > len(task.hints):
        raise UsageError(f'There is no hint "{printable(hint)}": --hint 1, 2 or 3.')
    _print(f"## {task.title}, hint {hint} of {len(task.hints)}\n\n{task.hints[int(hint) - 1]}")


def _prove(path: Path, session: "SessionFolder", task: "Exercise", wish: Asked, *, quiet: bool, on: str) -> None:
    from fastreview.cli.mentor.looking import look
    from fastreview.mentor.exercise import prove

    looked = look(path, structs.replace(wish, selected=(), ignored=()), Progress(quiet=quiet))
    proof = prove(task, looked.judged, looked.review)
    typer.echo(printable(proof.told))
    if not proof.done:
        raise typer.Exit(1)
    if task.proven is None:
        session.exercise(structs.replace(task, proven=day(on, "--on")))


def _print(markdown: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    from fastreview.cli.mentor.plain import without_acting

    console = Console(width=None if sys.stdout.isatty() else 80, highlight=False)
    console.print(Markdown(without_acting(markdown), hyperlinks=False, code_theme="ansi_dark"))
