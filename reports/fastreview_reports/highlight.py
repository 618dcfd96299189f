"""Source as highlighted HTML lines, with few kinds of token: hundreds of excerpts stay small."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from fastreview_reports.python_tokens import tokens

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_KINDS = (
    ("Comment", "c"),
    ("Literal.String", "s"),
    ("Literal.Number", "m"),
    ("Keyword", "k"),
    ("Operator.Word", "k"),
    ("Name.Decorator", "d"),
    ("Name.Function", "f"),
    ("Name.Class", "f"),
    ("Name.Tag", "f"),
    ("Name.Builtin", "b"),
    ("Name.Exception", "b"),
)
"""Names of Pygments' token types, which stand for all below them, and our letters."""


def highlight(lines: Sequence[str], language: str) -> list[Markup]:
    """One piece of HTML per line, tokens as ``<span class="k">``. An unknown language is shown plain."""
    return _lines(lines, language, '<span class="{}">{}</span>')


def highlight_short(lines: Sequence[str], language: str) -> list[Markup]:
    """The same with tokens as custom elements (``<t-k>``), which take half the bytes."""
    return _lines(lines, language, "<t-{0}>{1}</t-{0}>")


def _lines(lines: Sequence[str], language: str, element: str) -> list[Markup]:
    done: list[list[str]] = [[]]
    for css, value in _tokens("\n".join(line.expandtabs(4) for line in lines), language):
        for index, part in enumerate(value.split("\n")):
            if index:
                done.append([])
            if part:
                text = _escaped(part)
                done[-1].append(element.format(css, text) if css and not part.isspace() else text)
    # Both halves are escaped above: the text by `escape`, the name of the element by being one of ours.
    pieces = [Markup("".join(parts)) for parts in done[: len(lines)]]  # noqa: S704
    return pieces + [Markup("")] * (len(lines) - len(pieces))


def _tokens(source: str, language: str) -> Iterable[tuple[str, str]]:
    """Kind and text of each token; the kind is one of the letters below or ""."""
    if language == "python":
        return tokens(source)
    lexer = _lexer(language)
    if lexer is None:
        return (("", source),)
    return ((_kind(".".join(token)), value) for token, value in lexer.get_tokens(source))


@lru_cache(maxsize=20_000)
def _escaped(part: str) -> str:
    return str(escape(part))


@cache
def _lexer(language: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@cache
def _kind(token: str) -> str:
    return next((kind for name, kind in _KINDS if f"{token}.".startswith(f"{name}.")), "")
