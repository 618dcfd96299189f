"""A review with what is behind it: which subjects pass, not only which fail."""

from pathlib import Path

from msgspec import Struct

from fastreview.cli.configuration import Asked
from fastreview.cli.printing import Progress
from fastreview.errors import NothingToReview, UsageError
from fastreview.mentor.anchors import Sources
from fastreview.mentor.folder import SessionFolder
from fastreview.mentor.growth import Judged
from fastreview.mentor.snapshot import Snapshot, load
from fastreview.outcome import Evaluation
from fastreview.review import Review


class Looked(Struct, frozen=True):
    review: Review
    evaluations: tuple[Evaluation, ...]

    @property
    def judged(self) -> Judged:
        return Judged(self.evaluations)


def look(path: Path, wish: Asked, progress: Progress) -> Looked:
    """Reviews ``path``.

    Raises:
        NothingToReview: when there is nothing to assess.
    """
    from fastreview.collector import collector_off, keep_until_exit
    from fastreview.gather.facts import gather
    from fastreview.pipeline import assess, nothing_to_assess

    with collector_off(), progress:
        progress.step("Looking at the project")
        facts = gather(path, wish.options, progress.files)
        if reason := nothing_to_assess(facts, str(path)):
            raise NothingToReview(reason)
        progress.step("Evaluating the checks")
        outcome = assess(facts, path, wish.choice())
        keep_until_exit()
    return Looked(outcome.review, outcome.evaluations)


def seen(session: SessionFolder) -> Snapshot:
    """What the session saw.

    Raises:
        UsageError: before its review.
    """
    found = load(session)
    if found is None:
        raise UsageError(f'Session "{session.name}" has no review yet. Make it: fastreview mentor review.')
    return found


def sources(path: Path) -> Sources:
    from fastreview.cli.configuration import configuration

    return Sources(path, configuration(path).exclude)
