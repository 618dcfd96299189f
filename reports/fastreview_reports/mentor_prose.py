"""Markdown that people wrote, rendered safely: no raw HTML, no pictures, and links to the web only.

CommonMark by markdown-it; what it reads as markup is either rendered by us or shown as the text that it was.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from fastreview_reports.markdown import code, plain
from fastreview_reports.prose import is_web_address
from fastreview_reports.text import visible

LONGEST = 20_000
"""Characters of a note that are shown."""


def to_html(text: str) -> Markup:
    """The note as HTML."""
    # With html=False every character of the text is escaped, and validateLink decides about addresses.
    return Markup(_parser().render(visible(text, LONGEST)))  # noqa: S704


def to_markdown(text: str) -> list[str]:
    """The note as lines of Markdown in which nothing acts: rebuilt from what was understood, all else is plain text."""
    return list(_blocks(_parser().parse(visible(text, LONGEST))))


@cache
def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20})
    made.disable(["image", "html_block", "html_inline", "autolink", "reference"])
    made.validateLink = is_web_address  # type: ignore[method-assign]
    made.add_render_rule("heading_open", _bold_open)
    made.add_render_rule("heading_close", _bold_close)
    made.add_render_rule("link_open", _link_open)
    return made


def _bold_open(*_: object) -> str:
    return "<p><strong>"


def _bold_close(*_: object) -> str:
    return "</strong></p>"


def _link_open(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    return Markup('<a href="{}" rel="noopener noreferrer">').format(tokens[index].attrGet("href") or "")


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """Lines, with a blank one after each block."""
    marks: list[str] = []
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                marks.append("- ")
            case "ordered_list_open":
                marks.append("1. ")
            case "blockquote_open":
                marks.append("> ")
            case "bullet_list_close" | "ordered_list_close" | "blockquote_close":
                marks.pop()
            case "inline":
                yield from (*_placed([_inline(token.children or ())], marks), "")
            case "fence" | "code_block":
                yield from (*_placed(_fenced(token.content), marks), "")
            case "hr":
                yield ""
            case _:
                continue


def _placed(lines: Sequence[str], marks: Sequence[str]) -> Iterator[str]:
    """Nested as they were; the innermost list's sign stands before the first line."""
    outer = "".join(mark if mark == "> " else " " * len(mark) for mark in marks[:-1])
    first = outer + marks[-1] if marks else ""
    rest = outer + (marks[-1] if marks and marks[-1] == "> " else " " * len(marks[-1])) if marks else ""
    for index, line in enumerate(lines):
        yield f"{rest if index else first}{line}"


def _fenced(content: str) -> list[str]:
    fence = "```"
    while fence in content:
        fence += "`"
    return [fence, *content.rstrip("\n").split("\n"), fence]


def _inline(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[str] = []
    for token in tokens:
        match token.type:
            case "code_inline":
                parts.append(code(token.content))
            case "strong_open" | "strong_close":
                parts.append("**")
            case "em_open" | "em_close":
                parts.append("*")
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case "link_open":
                links.append(str(token.attrGet("href") or ""))
                parts.append("[")
            case "link_close":
                parts.append(f"](<{links.pop()}>)")
            case _:
                parts.append(_plain_keeping_ends(token.content))
    return "".join(parts)


def _plain_keeping_ends(text: str) -> str:
    """``plain`` drops the blanks at both ends, which separate words from the markup beside them."""
    if not text.strip():
        return " " if text else ""
    start = " " if text[0].isspace() else ""
    end = " " if text[-1].isspace() else ""
    return f"{start}{plain(text)}{end}"
