"""The report of a mentoring session, with both voices: HTML, PDF, Markdown, JSON."""

from collections.abc import Callable

import msgspec
from markupsafe import Markup

from fastreview.mentor.document import Report
from fastreview_reports.html import digest
from fastreview_reports.mentor_markdown import markdown
from fastreview_reports.mentor_prose import to_html
from fastreview_reports.mentor_view import view
from fastreview_reports.page import environment, resource
from fastreview_reports.pdf import printed
from fastreview_reports.text import escape_acting, short_words_of


def html(report: Report) -> bytes:
    """One self-contained file without scripts."""
    style = resource("assets", "mentor.css")
    policy = f"default-src 'none'; style-src '{digest(style)}'; base-uri 'none'; form-action 'none'"
    return _page(report, style, policy)


def pdf(report: Report) -> bytes:
    """A tagged PDF whose bytes depend on the report and the installed fonts only.

    Raises:
        MissingLibraries: when Pango or one of its companions cannot be loaded.
    """
    page = _page(short_words_of(report), resource("assets", "mentor_print.css"), "")
    return printed(page.decode())


def json(report: Report) -> bytes:
    text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return (escape_acting(text) + "\n").encode()


def _page(report: Report, style: str, policy: str) -> bytes:
    template = environment().get_template("mentor.html.j2")
    # A file of this package, without anything of the report in it.
    trusted = Markup(style)  # noqa: S704
    return (template.render(view=view(report), note=to_html, style=trusted, policy=policy) + "\n").encode()


FORMATS: dict[str, Callable[[Report], bytes]] = {
    ".html": html,
    ".htm": html,
    ".pdf": pdf,
    ".md": markdown,
    ".json": json,
}
"""By suffix."""
