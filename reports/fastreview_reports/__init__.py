"""The renderers: pure functions from a review document to bytes. One file per format; this is their registry.

What a renderer needs (Jinja2, WeasyPrint, Pygments, rich) is imported when it renders: to know the formats is cheap.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fastreview.review import Review

__all__ = ["FORMATS", "Format", "by_name", "by_path"]


class Format(NamedTuple):
    """``suffixes`` are those of file names, lower case; ``text`` tells whether the bytes are UTF-8 text."""

    name: str
    suffixes: tuple[str, ...]
    render: "Callable[[Review], bytes]"
    text: bool


def _terminal(review: "Review") -> bytes:
    from fastreview_reports import terminal

    return terminal.render(review)


def _json(review: "Review") -> bytes:
    from fastreview_reports import json

    return json.render(review)


def _html(review: "Review") -> bytes:
    from fastreview_reports import html

    return html.render(review)


def _pdf(review: "Review") -> bytes:
    from fastreview_reports import pdf

    return pdf.render(review)


def _pdf_summary(review: "Review") -> bytes:
    from fastreview_reports import pdf

    return pdf.summary(review)


def _markdown(review: "Review") -> bytes:
    from fastreview_reports import markdown

    return markdown.render(review)


def _sarif(review: "Review") -> bytes:
    from fastreview_reports import sarif

    return sarif.render(review)


def _github(review: "Review") -> bytes:
    from fastreview_reports import github

    return github.render(review)


def _gitlab(review: "Review") -> bytes:
    from fastreview_reports import gitlab

    return gitlab.render(review)


def _junit(review: "Review") -> bytes:
    from fastreview_reports import junit

    return junit.render(review)


FORMATS: tuple[Format, ...] = (
    Format("terminal", (".txt",), _terminal, text=True),
    Format("json", (".json",), _json, text=True),
    Format("html", (".html", ".htm"), _html, text=True),
    Format("pdf", (".pdf",), _pdf, text=False),
    Format("pdf-summary", (".summary.pdf",), _pdf_summary, text=False),
    Format("markdown", (".md",), _markdown, text=True),
    Format("sarif", (".sarif", ".sarif.json"), _sarif, text=True),
    Format("junit", (".xml",), _junit, text=True),
    Format("github", (), _github, text=True),
    Format("gitlab", (".gitlab.json",), _gitlab, text=True),
)


def by_name(name: str) -> Format | None:
    """The format of that name, as given to ``--format``."""
    return next((entry for entry in FORMATS if entry.name == name), None)


def by_path(path: str) -> Format | None:
    """The format that a file name asks for; the longest suffix wins, so that ``.gitlab.json`` is not ``.json``."""
    matching = [(len(s), entry) for entry in FORMATS for s in entry.suffixes if path.lower().endswith(s)]
    return max(matching, key=lambda pair: pair[0])[1] if matching else None
