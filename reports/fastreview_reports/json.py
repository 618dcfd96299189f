"""The review document itself, for scripts and for ``fastreview render``."""

from fastreview.review import Review, encode
from fastreview_reports.text import escape_acting, without_surrogates


def render(review: Review) -> bytes:
    """UTF-8 JSON that reads back as the same review; what would act on a terminal stands as ``\\uXXXX``."""
    try:
        document = encode(review)
    except UnicodeEncodeError:
        document = encode(without_surrogates(review))
    return escape_acting(document.decode()).encode()
