"""Text of the reviewed project, made safe to show: nothing in it steers a terminal, a browser or the reading order.

Characters that are not seen but act (controls, escapes, direction marks, zero-width and tag ones, lone surrogates) are
written out as ``\\x1b`` or ``\\u202e``, and every string is bounded. Done once for the whole review: no renderer
can forget a field; markup is each renderer's own concern.
"""

import re
from typing import TypeVar

import msgspec

from fastreview.review import Review

LINE = 400
"""Characters shown of a name, path or message."""
CODE_LINE = 200
PAGE = 20_000
"""Characters shown of one part of a check's page."""
PRINTED_WORD = 80
"""Characters shown of one unbroken word on paper: breaking longer ones costs the typesetter minutes."""

_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_LONG_WORD = re.compile(rf"\S{{{PRINTED_WORD + 1},}}")
_SPACE = re.compile(r"\s+")
_LIMITS = {"pages": PAGE, "excerpt": CODE_LINE, "arithmetic": CODE_LINE}


def visible(text: str, limit: int = LINE) -> str:
    """The text with acting characters written out, cut to ``limit`` with the loss said; keeps tabs and line ends."""
    cut = text[:limit]
    if _ACTING.search(cut):
        cut = _ACTING.sub(_written_out, cut)
    return cut if len(text) <= limit else f"{cut}… ({len(text)} characters)"


def short_words(review: Review) -> Review:
    """The safe review with every unbroken word cut to ``PRINTED_WORD`` characters, for paper."""
    return msgspec.convert(_shortened(msgspec.to_builtins(safe(review))), Review)


def short_words_of(document: "D") -> "D":
    """Any document with every unbroken word cut to ``PRINTED_WORD`` characters, for paper."""
    return msgspec.convert(_shortened(msgspec.to_builtins(document)), type(document))


def one_line(text: str) -> str:
    """The text with every run of white space as one blank."""
    return _SPACE.sub(" ", text).strip()


def escape_acting(text: str) -> str:
    """JSON text with acting characters as ``\\uXXXX``: the same document, safe to print."""
    return _ACTING.sub(_json_escape, text)


def safe(review: Review) -> Review:
    """The review with every string in it made visible and bounded."""
    return safe_document(review)


D = TypeVar("D", bound=msgspec.Struct)


def safe_document(document: D) -> D:
    """Any document with every string in it made visible and bounded."""
    return msgspec.convert(_walk(msgspec.to_builtins(document), LINE), type(document))


def without_surrogates(review: Review) -> Review:
    """The review with lone surrogates (names that are not UTF-8) written out, as only those cannot be encoded."""
    return msgspec.convert(_encodable(msgspec.to_builtins(review)), Review)


def _walk(value: object, limit: int) -> object:
    match value:
        case str():
            return visible(value, limit)
        case dict():
            return {visible(key): _walk(part, _LIMITS.get(key, limit)) for key, part in value.items()}
        case list() | tuple():
            return [_walk(part, limit) for part in value]
        case _:
            return value


def _shortened(value: object) -> object:
    match value:
        case str():
            return _LONG_WORD.sub(lambda match: f"{match.group()[:PRINTED_WORD]}…", value)
        case dict():
            return {key: _shortened(part) for key, part in value.items()}
        case list() | tuple():
            return [_shortened(part) for part in value]
        case _:
            return value


def _encodable(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_encodable(key): _encodable(part) for key, part in value.items()}
        case list() | tuple():
            return [_encodable(part) for part in value]
        case _:
            return value


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    pair = match.group().encode("utf-16-be").hex()
    return f"\\u{pair[:4]}\\u{pair[4:]}"
