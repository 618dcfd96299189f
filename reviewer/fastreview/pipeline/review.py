"""The one function that runs the parts in order, and the question whether there was anything to assess."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from fastreview import __version__
from fastreview.check import Check
from fastreview.engine import evaluate_and
from fastreview.facts import Facts, Side
from fastreview.mentor.acceptance import applied
from fastreview.mentor.acceptance import told as accepted
from fastreview.mentor.records import Signed
from fastreview.outcome import Evaluation, Run
from fastreview.packs import configured, load, ruleset_digest, select
from fastreview.pipeline.document import Described, assemble, described
from fastreview.pipeline.set_aside import signed_entries, suppression_entries
from fastreview.project import Project
from fastreview.review import Review, Tool
from fastreview.scoring import Scorecard, score
from fastreview.scoring.rules import MODEL
from fastreview.suppress import suppressions

NOT_SELECTED = "not selected for this review"


class Choice(Struct, frozen=True):
    """Which checks to run: codes, slugs, dimensions or prefixes. The others are off, and never raise what is proven.

    ``thresholds`` (code to numbers), ``levels`` (code to level) and ``layers`` (layer to path patterns) are the project's
    own; what they change about the measure is told in the review.
    """

    selected: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    thresholds: dict[str, dict[str, float]] = {}
    levels: dict[str, str] = {}
    layers: dict[str, tuple[str, ...]] = {}
    signed: Signed = Signed()
    """Findings that reviewers have accepted."""


class Outcome(Struct, frozen=True):
    """A review with the exact figures behind it."""

    review: Review
    scorecard: Scorecard
    evaluations: tuple[Evaluation, ...]


def assess(
    facts: Facts,
    root: Path | None,
    choice: Choice = Choice(),  # noqa: B008 - frozen
    today: date | None = None,
) -> Outcome:
    """Evaluates all installed checks on ``facts``. ``root`` is where excerpts are read, None where the files are gone.
    ``today`` (default: by the clock, UTC) ends the comments that set findings aside until a day.

    Raises:
        UnknownCheck: when ``choice`` names a check that no pack has.
        BadConfiguration: when it gives a check a number that it does not have.
        BrokenPack: when an installed pack breaks the rules.
    """
    ruleset, told = configured(load(), choice.thresholds, choice.levels)
    told += tuple(f"{layer} are {', '.join(patterns)}" for layer, patterns in sorted(choice.layers.items()))
    chosen = {check.code for check in select(ruleset.checks, choice.selected, choice.ignored)}
    off = {check.code: NOT_SELECTED for check in ruleset.checks if check.code not in chosen}
    project = Project(facts, ruleset.limits, choice.layers)
    day = today or datetime.now(UTC).date()
    aside = suppressions(facts.modules, {check.code: check.slug for check in ruleset.checks}, day)
    reason = nothing_to_assess(facts)
    if reason:
        # Checks of files would still have their say; of a folder without a service they say nothing.
        evaluations = tuple(Evaluation(check, Run.UNKNOWN, reason=reason) for check in ruleset.checks)
        parts: object = described(project, ruleset)
    else:
        evaluations, parts = evaluate_and(project, ruleset.checks, off, aside, lambda: described(project, ruleset))
    evaluations = applied(evaluations, choice.signed.counting)
    told += accepted(choice.signed)
    scorecard = score(evaluations)
    known = parts if isinstance(parts, Described) else msgspec.convert(parts, Described)
    document = assemble(project, root, ruleset, evaluations, scorecard, known, told)
    entries = (
        *suppression_entries(aside, evaluations, scorecard.results),
        *signed_entries(choice.signed, evaluations),
    )
    return Outcome(
        msgspec.structs.replace(document, suppressions=entries, made=day.isoformat()), scorecard, evaluations
    )


def tool_of(choice: Choice = Choice()) -> Tool:  # noqa: B008 - frozen
    """What a review with ``choice`` is measured by."""
    ruleset, _ = configured(load(), choice.thresholds, choice.levels)
    return Tool(__version__, ruleset_digest(ruleset.checks, ruleset.limits), MODEL)


def checks_of(choice: Choice = Choice()) -> tuple[Check, ...]:  # noqa: B008 - frozen
    """The checks as ``choice`` sets them."""
    return configured(load(), choice.thresholds, choice.levels)[0].checks


def nothing_to_assess(facts: Facts, path: str = "the folder") -> str:
    """Why the project cannot be assessed, with what to do, or "": no Python, nothing readable, no FastAPI."""
    source = facts.side(Side.SOURCE)
    if not facts.modules:
        left_out = [left.path for left in facts.scope.left_out]
        there = f" Left out were {_some(left_out)}." if left_out else ""
        return (
            f"There are no Python files in {path}, so there is nothing to assess.{there} Name the folder with the code."
        )
    if not source.ok:
        first = facts.modules[0]
        return f"None of the {len(facts.modules)} Python files in {path} can be read ({first.path}: {first.error})."
    if not facts.scope.fastapi_files:
        return (
            f"No Python file in {path} imports FastAPI, so there is nothing to assess. Name the folder of the service."
        )
    return ""


def _some(names: Sequence[str], limit: int = 3) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
