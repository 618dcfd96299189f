"""The PDF, set by WeasyPrint from its own print template: the whole report, and a summary of two pages."""

import warnings
from collections.abc import Callable
from functools import cache
from typing import NoReturn, Protocol

from fastreview.errors import FastreviewError
from fastreview.review import Review
from fastreview_reports.page import environment, resource
from fastreview_reports.text import short_words
from fastreview_reports.view import shown
from fastreview_reports.view.effort import HOW
from fastreview_reports.view.paper import printed as on_paper
from fastreview_reports.view.plain import plain

INSTALL = (
    "The PDF needs the Pango library, which pip cannot install. "
    "Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. "
    "Fedora and RHEL: dnf install pango. macOS: brew install pango. "
    "The HTML report needs none of this."
)
NO_FONT = (
    "There is no font to set the PDF in. Debian and Ubuntu: apt install fonts-dejavu-core. "
    "Fedora and RHEL: dnf install dejavu-sans-fonts. Alpine: apk add font-dejavu. "
    "The HTML report needs none of this."
)


class Document(Protocol):
    """What is used of ``weasyprint.HTML``, which is not typed."""

    def write_pdf(self, *, pdf_identifier: bytes, pdf_variant: str) -> bytes | None:
        """The PDF, as no target is given."""


class MissingLibraries(FastreviewError):
    """WeasyPrint, the system libraries it loads or any font are not there; the message says what to install per system."""


def render(review: Review) -> bytes:
    """The whole report, tagged (PDF/UA-1), whose bytes depend on the review and the installed fonts only.

    Raises:
        MissingLibraries: when Pango or one of its companions cannot be loaded, or there is no font.
    """
    return _rendered(review, "print.html.j2", "print_selection.html.j2")


def summary(review: Review) -> bytes:
    """The verdict in plain words and the next steps, on two pages.

    Raises:
        MissingLibraries: as `render`.
    """
    return _rendered(review, "summary.html.j2", "summary.html.j2")


def printed(html: str) -> bytes:
    """A page of ours as a tagged PDF; it loads nothing.

    Raises:
        MissingLibraries: as `render`.
    """
    document = _weasyprint()(string=html, base_url=None, url_fetcher=_refuse)
    return bytes(document.write_pdf(pdf_identifier=b"fastreview", pdf_variant="pdf/ua-1") or b"")


def _rendered(review: Review, whole: str, partial: str) -> bytes:
    safe = short_words(review)
    view = shown(safe)
    return printed(
        environment()
        .get_template(partial if view.selection else whole)
        .render(
            report=view,
            counted=HOW,
            plain=plain(safe),
            findings=on_paper(view.findings, with_code=True),
            possible=on_paper(view.possible, with_code=True),
            set_aside=on_paper(view.set_aside, with_code=False),
            style=resource("assets", "print.css"),
        )
    )


def _weasyprint() -> Callable[..., Document]:
    try:
        import_warned = _import_warned()
        import weasyprint
    except (ImportError, OSError) as error:
        raise MissingLibraries(INSTALL) from error
    if import_warned:
        raise MissingLibraries(NO_FONT)
    html: Callable[..., Document] = weasyprint.HTML
    return html


@cache
def _import_warned() -> bool:
    """WeasyPrint looks for fonts when it is imported, and warns without any; setting text then ends the process."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        import weasyprint  # noqa: F401 - for what it says
    return any("Expect ugly output" in str(one.message) for one in told)


def _refuse(*_: object, **__: object) -> NoReturn:
    raise ValueError("A report loads nothing.")
