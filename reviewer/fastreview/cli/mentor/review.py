"""`fastreview mentor review`: what the tool sees beside the mentee's estimate, and what grew since the last session."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fastreview.cli.arguments import App, Env, NoCache, Quiet, Root, RunTests, Static, TypeCheck, Verbose
from fastreview.cli.configuration import asked
from fastreview.cli.mentor.arguments import Rate, SessionName, rated
from fastreview.cli.printing import Progress

if TYPE_CHECKING:
    from fastreview.mentor.folder import SessionFolder
    from fastreview.mentor.snapshot import Snapshot


def review(
    path: Root = Path("."),
    *,
    rate: Rate = [],  # noqa: B006 - Typer copies it
    every: Annotated[bool, typer.Option("--all", help="List every finding, not the first of each check.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Let the session see the code anew, instead of what it saw first.")
    ] = False,
    session: SessionName = "",
    static: Static = False,
    app: App = [],  # noqa: B006
    env: Env = "auto",
    type_check: TypeCheck = False,
    run_tests: RunTests = False,
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Review the code for the session: the result beside the estimate, and what grew."""
    from fastreview.cli.mentor.looking import look, sources
    from fastreview.cli.mentor.speaking import speak
    from fastreview.errors import UsageError
    from fastreview.mentor.folder import Folder
    from fastreview.mentor.growth import Seen, growth
    from fastreview.mentor.snapshot import earlier, encode, load, snapshot
    from fastreview.mentor.telling import tell

    folder = Folder(path)
    chosen = folder.session(session)
    sessions = folder.sessions()
    if again and any(other.snapshot_file.exists() for other in sessions[_place(chosen, sessions) + 1 :]):
        raise UsageError(
            f"Session {chosen.name} is over, and a later one compares with what it saw. Review the latest."
        )
    _estimate(chosen, rate)
    wish = asked(path, static=static, app=app, env=env, cache=not no_cache, type_check=type_check, run_tests=run_tests)
    looked = look(path, wish, Progress(quiet=quiet))
    before = earlier(chosen, sessions)
    kept = None if again else load(chosen)
    if kept:
        # What a session saw is what the next one is compared with: it is not lost to a look at today's code.
        before = (*before, (chosen, kept))
    grown = growth(
        [Seen(other.name, found.review, found.subjects) for other, found in before],
        looked.review,
        looked.judged,
        talked_about(before),
    )
    found = snapshot(looked.review, looked.evaluations, grown)
    if kept:
        typer.echo(f"Session {chosen.name} keeps what it saw; this is the code now. --again lets it see it anew.\n")
    else:
        folder.write_bytes(chosen.snapshot_file, encode(found))
    told = tell(chosen, found, sessions, sources(path), wish.signed)
    speak(told, found.review, kept.review if kept else found.review, every=every)


def _place(session: "SessionFolder", sessions: "Sequence[SessionFolder]") -> int:
    return [other.name for other in sessions].index(session.name)


def talked_about(before: "Sequence[tuple[SessionFolder, Snapshot]]") -> frozenset[str]:
    """Checks of the notes and goals of earlier sessions."""
    noted = {note.about.check for session, _ in before for note in session.notes().values()}
    agreed = {code for session, _ in before for goal in session.goals().values() for code in goal.checks}
    return frozenset((noted | agreed) - {""})


def _estimate(session: "SessionFolder", rate: list[str]) -> None:
    """What the mentee has not said yet is asked for now; once the result was seen it is too late.

    Raises:
        UsageError: when estimates are missing and nobody can be asked.
    """
    from fastreview.cli.mentor.asking import estimates
    from fastreview.errors import UsageError
    from fastreview.mentor.records import Estimates
    from fastreview.scoring.rules import CORE, PROFILE_ONLY

    said = session.estimates.levels
    given = rated(rate, (*CORE, *PROFILE_ONLY))
    if session.snapshot_file.exists():
        if given:
            raise UsageError("The result of this session was seen already: an estimate no longer tells anything.")
        return
    known = said | given
    known |= estimates(known, CORE)
    missing = [name for name in CORE if name not in known]
    if missing:
        example = " ".join(f"--rate {name}=unsure" for name in missing[:2])
        raise UsageError(
            f"The mentee estimates each dimension before the result is seen; missing: {', '.join(missing)}. "
            f"Say it with {example} and so on."
        )
    if known != said:
        session.folder.write(session.path / "estimates.toml", Estimates(known))
