"""`fastreview review`: gather, assess, report, and the gate for CI."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import structs

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
from fastreview.cli.configuration import Asked, asked
from fastreview.cli.keeping import keeper
from fastreview.cli.printing import Progress, complain, leave_closed_output, printable, say
from fastreview.cli.relative import Before, Related, gates, related
from fastreview.collector import collector_off, keep_until_exit
from fastreview.errors import NothingToReview, UsageError
from fastreview.gate import GATES, RELATIVE, Verdict
from fastreview.review import Review, is_partial

if TYPE_CHECKING:
    from fastreview.cli.output import Target
    from fastreview.facts import Facts

COMMENT = "comment"
"""A format that is no review document: what changed, for a pull request."""
WITH_HISTORY = ("html", "pdf")
"""Formats that show how the project came to where it stands."""
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
            help="What to print: terminal (default), json, markdown, html, sarif, junit, github, gitlab; comment: for a "
            "pull request, with --diff or --against.",
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
    baseline: Annotated[
        str, typer.Option(metavar="FILE", help="Show what is not in it; `fastreview baseline` writes it.")
    ] = "",
    against: Annotated[
        str,
        typer.Option(
            metavar="FILE|REF", help="Compare with a review.json, last (the kept one) or, statically, a commit."
        ),
    ] = "",
    diff: Annotated[
        str,
        typer.Option(metavar="REF", help="Show what the change since REF touches; compare with where it began."),
    ] = "",
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
    from fastreview.cli.output import refuse_folder, targets

    wanted = targets(output, "json" if format_name == COMMENT else format_name)
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
    before = Before(baseline or wish.baseline, against, diff, store)
    if not fail_on:
        wish = _judgeable(wish, before, quiet=quiet)
    gates(wish.fail_on, before)
    _refuse(before, comment=format_name == COMMENT, from_facts=from_facts is not None)
    if format_name == COMMENT:
        wanted = tuple(target for target in wanted if target.file)
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
        relation = Related(document, document)
        if not reason and (before or wish.fail_on):
            relation = related(document, path, wish, before, progress)
        progress.step("Writing the report")
        if history is not None and not reason and any(target.format.name in WITH_HISTORY for target in wanted):
            document = structs.replace(document, history=history.history(found, wish))
        if reason:
            wanted = tuple(target for target in wanted if target.file or target.format.name != "terminal")
        keep_until_exit(found)
    written = _written(relation, wanted, colour=False if no_color else None)
    if not quiet and not reason and format_name != COMMENT and all(target.file for target in wanted):
        _summary(document, [str(target.file) for target in written])
    if reason:
        raise NothingToReview(reason)
    if history is not None:
        history.keep(found, wish)
    if len(written) < len(wanted) or not complete:
        raise typer.Exit(TOOL_ERROR)
    if format_name == COMMENT:
        _comment(relation)
    _judge(relation.verdicts, quiet=quiet)


def _judgeable(wish: Asked, before: Before, *, quiet: bool) -> Asked:
    """Without the configured gates that compare, where this call names nothing to compare with: those are for CI."""
    lacking = [gate for gate in wish.fail_on if gate in RELATIVE and not before.serves(gate)]
    if lacking and not quiet:
        say(f"Not judged, for want of something to compare with: gate {' and '.join(lacking)}.")
    return structs.replace(wish, fail_on=tuple(gate for gate in wish.fail_on if gate not in lacking))


def _refuse(before: Before, *, comment: bool, from_facts: bool) -> None:
    if comment and not (before.against or before.diff):
        raise UsageError("A comment says what changed: add --diff REF or --against FILE|REF.")
    if before.diff and from_facts:
        raise UsageError("--diff needs the project: saved facts hold no history.")


def _written(relation: Related, wanted: Sequence["Target"], *, colour: bool | None) -> tuple["Target", ...]:
    """Where readers choose for themselves, everything is there and says whether it is new; the others show what was asked
    for."""
    from fastreview.cli.output import write

    choosing = tuple(target for target in wanted if target.format.name in ("json", "html", "sarif"))
    others = tuple(target for target in wanted if target not in choosing)
    return (*write(relation.whole, choosing, colour=colour), *write(relation.shown, others, colour=colour))


def _judge(verdicts: Sequence[Verdict], *, quiet: bool) -> None:
    """Says how the gates stand; ends with 1 when one is closed."""
    for verdict in verdicts:
        if not verdict.passed:
            complain(verdict.sentence)
        elif not quiet and verdict.gate in RELATIVE:
            say(verdict.sentence)
    if not all(verdict.passed for verdict in verdicts):
        raise typer.Exit(GATE_FAILED)


def _comment(relation: Related) -> None:
    from fastreview.cli.output import comment_of

    if relation.comparison is not None:
        sys.stdout.buffer.write(comment_of(relation.comparison, [v.sentence for v in relation.verdicts]))
        sys.stdout.buffer.flush()


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
    """The level in one line: ``Intermediate (proven), up to Senior - evidence 83 %``; of a partial review what it took."""
    if is_partial(review):
        asked = sum(outcome.state != "off" for outcome in review.outcomes)
        return f"Partial review, {asked} of {len(review.outcomes)} checks selected: no overall level is claimed"
    level = review.level
    upto = f", up to {level.possible.capitalize()}" if level.possible != level.proven else ""
    text = f"{level.proven.capitalize()} (proven){upto} - evidence {int(level.evidence * 100)} %"
    return text if level.assessed else f"Not assessed: {text}"
