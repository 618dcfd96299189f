"""Places as tools outside the project want them: relative to the repository, as a path or as a URI reference."""

import posixpath
from urllib.parse import quote

from fastreview.review import Review


def in_repository(review: Review, path: str) -> str:
    """A path of the review, which is relative to the reviewed folder, as the repository names it."""
    return posixpath.normpath(posixpath.join(review.scope.folder, path)) if path else ""


def uri(path: str) -> str:
    """The path as a relative URI reference, which a colon in its first segment cannot turn into a scheme."""
    return quote(path, safe="/._~-")
