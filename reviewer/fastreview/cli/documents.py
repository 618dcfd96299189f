"""Review documents that were written before, read back from files."""

from pathlib import Path

from fastreview.errors import UnreadableReview, UsageError
from fastreview.review import Review, decode

MAX_BYTES = 300_000_000


def load_review(document: Path) -> Review:
    """What `fastreview -o review.json` wrote.

    Raises:
        UsageError: when the file cannot be read.
        UnreadableReview: when it is no review document.
    """
    try:
        with document.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{document} cannot be read: {error.strerror or error}.") from error
    if len(data) > MAX_BYTES:
        raise UnreadableReview(f"{document} is too large to be a review.")
    try:
        return decode(data)
    except UnreadableReview as error:
        raise UnreadableReview(f"{document} cannot be used. {error}") from error
