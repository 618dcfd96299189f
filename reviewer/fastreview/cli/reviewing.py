"""A review of a folder, as every command gets it: recalled where nothing has changed, else gathered and assessed."""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from fastreview.cli.configuration import Asked
from fastreview.cli.printing import Progress
from fastreview.errors import NothingToReview
from fastreview.kept import KeptReviews, outside
from fastreview.review import Review

if TYPE_CHECKING:
    from fastreview.facts import Facts


class Reviewed(Struct, frozen=True):
    """``reason`` says why there was nothing to assess, or ""; ``facts`` are None where the review was recalled. ``kept`` is
    where it may be recalled from the next time."""

    review: Review
    reason: str = ""
    facts: "Facts | None" = None
    kept: KeptReviews | None = None


def reviewed(
    path: Path, wish: Asked, progress: Progress, *, with_facts: bool = False, for_history: bool = False
) -> Reviewed:
    """The review of ``path``. A review ``with_facts`` is never recalled; one ``for_history`` comes with its facts unless it
    is in the user's history already.

    Raises:
        UsageError: when ``path`` is not a folder that can be listed, or something that was asked for is not there.
    """
    progress.step("Looking at the project")
    kept = KeptReviews(path, wish.key, wish.options.exclude) if wish.options.cache else None
    if kept and not with_facts and (kept.in_history or not for_history) and (known := kept.recall()):
        return Reviewed(known)
    from fastreview.gather.facts import gather

    facts = gather(path, wish.options, progress.files, _prepare)
    timeless = facts if wish.options.static else None
    if kept and timeless and not with_facts and (known := kept.recall_same(timeless)):
        kept.keep(known, facts=timeless, outside=outside(timeless))
        return Reviewed(known, facts=facts, kept=kept)
    progress.step("Evaluating the checks")
    found = assessed(facts, path, wish, path)
    # What kept the app from being imported, or the checker from running, may be gone the next time.
    lacking = any(side.state == "unavailable" for side in found.review.gathered if side.what in ("app", "types"))
    if kept and not found.reason and (wish.options.static or not lacking):
        kept.keep(found.review, facts.probe.interpreter if facts.probe else "", timeless, outside(facts))
    return structs.replace(found, kept=kept)


def assessed(facts: "Facts", root: Path | None, wish: Asked, named: Path) -> Reviewed:
    """The review of ``facts``; ``named`` is what the user calls the project."""
    from fastreview.pipeline import assess, nothing_to_assess

    return Reviewed(assess(facts, root, wish.choice()).review, nothing_to_assess(facts, str(named)), facts)


def review_of(path: Path, wish: Asked, progress: Progress) -> Review:
    """The review of ``path``.

    Raises:
        NothingToReview: when there is nothing to assess.
    """
    found = reviewed(path, wish, progress)
    if found.reason:
        raise NothingToReview(found.reason)
    return found.review


def _prepare() -> None:
    """What assessing needs anyway: loaded while other processes read the project."""
    import fastreview.pipeline  # noqa: F401
    from fastreview.packs import load
    from fastreview.portions import portions

    portions(load().checks)
