"""`fastreview review`: gather, assess, report, and the gate for CI."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fastreview.cli.arguments import (
    App,
    Env,
    Ignore,
    NoCache,
    NoColor,
    Quiet,
    Root,
    RunTests,
    Select,
    Static,
    StoreAt,
    Thorough,
    TypeCheck,
    Verbose,
)
from fastreview.cli.configuration import asked
from fastreview.cli.keeping import keeper
from fastreview.cli.printing import Progress, complain, leave_closed_output, printable
from fastreview.collector import collector_off, keep_until_exit
from fastreview.errors import NothingToReview, UsageError
from fastreview.review import LEVELS, Review

if TYPE_CHECKING:
    from fastreview.facts import Facts

GATES = ("never", "never-event", "unmet", *(f"below-{level}" for level in LEVELS[1:]))
GATE_FAILED = 1
TOOL_ERROR = 2


def review(
    path: Root = Path("."),
    *,
    output: Annotated[
        list[str],
        typer.Option("-o", "--output", metavar="FILE", help="Write a report; its suffix says which. Repeatable."),
    ] = [],  # noqa: B006 - Typer copies it
    format_name: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="What to print: terminal (default), json, markdown, html, sarif, junit, github, gitlab.",
        ),
    ] = "",
    static: Static = False,
    app: App = [],  # noqa: B006
    env: Env = "auto",
    type_check: TypeCheck = False,
    run_tests: RunTests = False,
    thorough: Thorough = False,
    select: Select = [],  # noqa: B006
    ignore: Ignore = [],  # noqa: B006
    fail_on: Annotated[
        list[str],
        typer.Option(metavar="GATE", help=f"Exit with 1 when it fails: {', '.join(GATES)}. Repeatable; default never."),
    ] = [],  # noqa: B006
    save_facts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep what was gathered, to repeat the review without the project."),
    ] = None,
    from_facts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Review what --save-facts kept, instead of PATH.")
    ] = None,
    no_cache: NoCache = False,
    quiet: Quiet = False,
    no_history: Annotated[bool, typer.Option("--no-history", help="Keep no record of this review.")] = False,
    store: StoreAt = "",
    verbose: Verbose = False,  # noqa: ARG001 - read where errors are shown
    no_color: NoColor = False,
) -> None:
    """Review a FastAPI project: its level, what proves it, and what to do next."""
    from fastreview.cli.output import refuse_folder, targets, write

    wanted = targets(output, format_name)
    refuse_folder(save_facts)
    wish = asked(
        None if from_facts else path,
        static=static,
        app=app,
        env=env,
        cache=not no_cache,
        type_check=type_check,
        run_tests=run_tests,
        thorough=thorough,
        select=select,
        ignore=ignore,
        fail_on=fail_on,
    )
    gates = _gates(wish.fail_on)
    history = keeper(store, path) if not no_history and from_facts is None else None
    from fastreview.cli.reviewing import assessed, reviewed

    progress = Progress(quiet=quiet)
    complete = True
    with collector_off(), progress:
        if from_facts:
            from fastreview.gather.saved import load_facts

            facts, root = load_facts(from_facts)
            progress.step("Evaluating the checks")
            found = assessed(facts, root, wish, from_facts)
        else:
            # Facts that are to be saved must be gathered.
            always = save_facts is not None or (history is not None and history.named)
            found = reviewed(path, wish, progress, with_facts=always, for_history=history is not None)
            root = path
        document, reason = found.review, found.reason
        if save_facts and found.facts:
            complete = _saved(found.facts, root or path, save_facts)
        progress.step("Writing the report")
        if reason:
            wanted = tuple(target for target in wanted if target.file or target.format.name != "terminal")
        keep_until_exit()
    written = write(document, wanted, colour=False if no_color else None)
    if not quiet and not reason and all(target.file for target in wanted):
        _summary(document, [str(target.file) for target in written])
    if reason:
        raise NothingToReview(reason)
    if history is not None:
        history.keep(found, wish)
    if len(written) < len(wanted) or not complete:
        raise typer.Exit(TOOL_ERROR)
    failed = [text for gate in gates if (text := failure(gate, document))]
    for text in failed:
        complain(text)
    if failed:
        raise typer.Exit(GATE_FAILED)


def _gates(given: Sequence[str]) -> tuple[str, ...]:
    for gate in given:
        if gate not in GATES:
            raise UsageError(f'There is no gate "{gate}" for --fail-on: {", ".join(GATES)}.')
    return tuple(gate for gate in given if gate != "never")


def failure(gate: str, review: Review) -> str:
    """Why the gate is not passed, or ""."""
    if gate == "never-event":
        failed = [o for o in review.outcomes if o.kind == "never" and o.state == "not-met"]
        return f"Gate {gate}: {', '.join(f'{o.check} ({o.slug})' for o in failed)}." if failed else ""
    if gate == "unmet":
        return _unmet(review)
    wanted = gate.removeprefix("below-")
    reached = LEVELS[: LEVELS.index(review.level.proven) + 1]
    return "" if wanted in reached else f"Gate {gate}: the code is proven {review.level.proven}, not {wanted}."


def _unmet(review: Review) -> str:
    """Checks that were asked for and are not met, undecided ones among them: what is unknown is never green."""
    asked = [outcome for outcome in review.outcomes if outcome.state != "off"]
    short = [outcome for outcome in asked if outcome.state not in ("met", "not-applicable")]
    if short:
        told = ", ".join(f"{o.check} ({o.slug}{', ' + o.state if o.state != 'not-met' else ''})" for o in short)
        return f"Gate unmet: {told}."
    return "" if any(outcome.state == "met" for outcome in asked) else "Gate unmet: none of the checks applies yet."


def _saved(facts: "Facts", root: Path, file: Path) -> bool:
    """Facts that cannot be kept cost no report."""
    from fastreview.gather.saved import save_facts

    try:
        save_facts(facts, root, file)
    except UsageError as error:
        complain(str(error))
        return False
    return True


def _summary(review: Review, files: Sequence[str]) -> None:
    try:
        typer.echo(headline(review))
        for side in review.gathered:
            # Asked for and not had: what is proven without it is proven by the code alone.
            said = {"app": "The app was not imported", "types": "The types were not checked"}.get(side.what)
            if said and side.state == "unavailable":
                typer.echo(printable(f"{said}: {side.reason}"))
        if files:
            typer.echo(f"Wrote {', '.join(files)}.")
    except BrokenPipeError:
        leave_closed_output()


def headline(review: Review) -> str:
    """The level in one line: ``Intermediate (proven), up to Senior - evidence 83 %``."""
    level = review.level
    upto = f", up to {level.possible.capitalize()}" if level.possible != level.proven else ""
    text = f"{level.proven.capitalize()} (proven){upto} - evidence {int(level.evidence * 100)} %"
    return text if level.assessed else f"Not assessed: {text}"
