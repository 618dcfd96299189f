"""The PDF, set by WeasyPrint from its own print template."""

from collections.abc import Callable
from typing import NoReturn, Protocol

from fastreview.errors import FastreviewError
from fastreview.review import Review
from fastreview_reports.page import environment, resource
from fastreview_reports.text import short_words
from fastreview_reports.view import report

INSTALL = (
    "The PDF needs the Pango library, which pip cannot install. "
    "Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. "
    "Fedora and RHEL: dnf install pango. macOS: brew install pango. "
    "The HTML report needs none of this."
)


class Document(Protocol):
    """What is used of ``weasyprint.HTML``, which is not typed."""

    def write_pdf(self, *, pdf_identifier: bytes, pdf_tags: bool) -> bytes | None:
        """The PDF, as no target is given."""


class MissingLibraries(FastreviewError):
    """WeasyPrint or the system libraries it loads are not there; the message says what to install per system."""


def render(review: Review) -> bytes:
    """A tagged PDF whose bytes depend on the review and the installed fonts only.

    Raises:
        MissingLibraries: when Pango or one of its companions cannot be loaded.
    """
    view = report(short_words(review))
    return printed(
        environment().get_template("print.html.j2").render(report=view, style=resource("assets", "print.css"))
    )


def printed(html: str) -> bytes:
    """A page of ours as a tagged PDF; it loads nothing.

    Raises:
        MissingLibraries: as `render`.
    """
    document = _weasyprint()(string=html, base_url=None, url_fetcher=_refuse)
    return bytes(document.write_pdf(pdf_identifier=b"fastreview", pdf_tags=True) or b"")


def _weasyprint() -> Callable[..., Document]:
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise MissingLibraries(INSTALL) from error
    html: Callable[..., Document] = weasyprint.HTML
    return html


def _refuse(*_: object, **__: object) -> NoReturn:
    raise ValueError("A report loads nothing.")


def typeset(text: str) -> bytes:
    """A page of HTML as tagged PDF; it loads nothing.

    Raises:
        MissingLibraries: when Pango or one of its companions cannot be loaded.
    """
    document = _weasyprint()(string=text, base_url=None, url_fetcher=_refuse)
    return bytes(document.write_pdf(pdf_identifier=b"fastreview", pdf_tags=True) or b"")
