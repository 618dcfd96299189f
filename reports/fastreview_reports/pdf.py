"""The PDF, set by WeasyPrint from its own print template."""

from typing import TYPE_CHECKING, NoReturn

from fastreview.errors import FastreviewError
from fastreview.review import Review
from fastreview_reports.page import environment, resource
from fastreview_reports.view import report

if TYPE_CHECKING:
    from weasyprint import HTML as Html

INSTALL = (
    "The PDF needs the Pango library, which pip cannot install. "
    "Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. "
    "Fedora and RHEL: dnf install pango. macOS: brew install pango. "
    "The HTML report needs none of this."
)


class MissingLibraries(FastreviewError):
    """WeasyPrint or the system libraries it loads are not there; the message says what to install per system."""


def render(review: Review) -> bytes:
    """A tagged PDF whose bytes depend on the review and the installed fonts only.

    Raises:
        MissingLibraries: when Pango or one of its companions cannot be loaded.
    """
    html = _weasyprint()
    text = environment().get_template("print.html.j2").render(report=report(review), style=resource("assets", "print.css"))
    document = html(string=text, base_url=None, url_fetcher=_refuse)
    pdf = document.write_pdf(pdf_identifier=b"fastreview", pdf_tags=True)
    return bytes(pdf)


def _weasyprint() -> "type[Html]":
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise MissingLibraries(INSTALL) from error
    return HTML


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError("A report loads nothing.")
