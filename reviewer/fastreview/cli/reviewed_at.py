"""The review that a word on the command line stands for: a document, a folder, a kept review, or a commit."""

from pathlib import Path

from msgspec import structs

from fastreview.cli.configuration import Asked, asked
from fastreview.cli.documents import load_review
from fastreview.cli.printing import Progress
from fastreview.cli.stored import names_stored, stored_review
from fastreview.errors import NothingToReview, UsageError
from fastreview.review import Review


def review_at(named: str, folder: Path, progress: Progress, store: str = "") -> Review:
    """``named`` is a file with a review document, a folder, ``last`` or ``last~2`` for a kept review of ``folder``, or a
    revision in its repository. Folders and commits are reviewed statically, so that two of them are measured alike;
    neither work tree nor index is touched.

    Raises:
        UsageError: when it is none of these.
        NothingToReview: when there is nothing to assess.
    """
    path = Path(named)
    if path.is_file():
        return load_review(path)
    if path.is_dir():
        progress.step(f"Reviewing {named}")
        return static_review(path, named)
    if names_stored(named):
        return stored_review(named, folder, store)
    return review_of_commit(named, folder, progress)


def review_of_commit(revision: str, folder: Path, progress: Progress, wish: Asked | None = None) -> Review:
    """The static review of ``folder`` as it was at ``revision``, with the configuration that it had then."""
    from fastreview.gather.export import exported
    from fastreview.gather.git import GitUnavailable

    progress.step(f"Reviewing {revision}")
    try:
        with exported(folder, revision) as copy:
            return static_review(copy, revision, wish)
    except GitUnavailable as problem:
        how = f" ({problem.how})" if problem.how else ""
        raise UsageError(f"{revision} is no file, no folder and no commit of {folder}: {problem}{how}.") from None


def static_review(path: Path, named: str, wish: Asked | None = None) -> Review:
    """The static review of a folder, with the checks of ``wish``. What is known of its files is taken from the cache."""
    from fastreview.gather.facts import gather
    from fastreview.pipeline import assess, nothing_to_assess

    own = asked(path, static=True)
    if wish is not None and wish.by_hand:
        own = structs.replace(own, selected=wish.selected, ignored=wish.ignored)
    facts = gather(path, own.options)
    if reason := nothing_to_assess(facts, named):
        raise NothingToReview(reason)
    return assess(facts, path, own.choice()).review
