"""Syntax newer than the running interpreter, rewritten in the text to what it can parse; no line moves.

What is lost is what no check reads: type parameters, escapes inside the braces of an f-string, and there also the
expressions that only Python 3.12 can nest. One scan that knows strings, comments and brackets; the rest of the grammar
is left to `ast`. Rewritten are

    class A[T]: ...      def f[T: int = str](x): ...      type A[T] = list[T]        PEP 695, 696
    f"{d["key"]}"        f"{"\\n".join(lines)}"                                      PEP 701
    t"..."               except A, B:                      lazy import a            PEP 750, 758, 810
"""

import re
import sys
from collections.abc import Iterator

_OLD_FSTRINGS = sys.version_info < (3, 12)
_NO_TEMPLATES = sys.version_info < (3, 14)

_STRING = r"""(?P<prefix>(?:(?<!\w)[rbuftRBUFT]{1,2})?)(?P<quote>\"{3}|'{3}|\"|')"""
_OPENING = re.compile(_STRING)
# Every way starts with a character of its own, which `re` looks for much faster than for the start of a line.
_STATEMENT = re.compile(
    r"""
      \#[^\n]* | (?P<string>["'])
    | \n(?P<define>[ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+[ \t]*)\[
    | \n(?P<indent>[ \t]*)(?P<type>type[ \t]+)(?P<name>\w+)(?P<gap>[ \t]*)(?P<open>[\[=])
    | \n(?P<except>[ \t]*except\b[ \t]*\*?)
    | \n(?P<before>[ \t]*)(?P<lazy>lazy[ \t]+)(?=(?:import|from)\b)
    """,
    re.VERBOSE,
)
_BARE_EXCEPT = re.compile(r"\n[ \t]*except\b[ \t]*\*?[^(:\n#\"']*,")
_INSIDE = re.compile(
    rf"\#[^\n]* | {_STRING} | (?P<opening>[(\[{{]) | (?P<closing>[)\]}}]) | (?P<mark>[,:!]|\n)", re.VERBOSE
)
_ENDS = {
    '"': re.compile(r'(?:[^"\\\n]|\\.)*+"', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\n]|\\.)*+'", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*+"""', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*+'''", re.DOTALL),
}
_LITERAL = {quote: re.compile(rf"\\.|\{{\{{|\{{|{quote}", re.DOTALL) for quote in _ENDS}
_SPECIFICATION = re.compile(r"[{}]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NESTED = re.compile(r"(?i)(?<!\w)(?:f|t|rf|fr|rt|tr)[\"']|#")

MAX_NESTING = 20


class _Unfinished(Exception):
    """A string or bracket that does not end: nothing that can be rewritten."""


def likely_newer(text: str) -> bool:
    """Whether it pays to rewrite before anything else: an attempt to parse that fails costs as much as two that succeed."""
    return _NO_TEMPLATES and _BARE_EXCEPT.search(text) is not None


def rewritten(text: str) -> str | None:
    """The text in older syntax, or None where it holds nothing newer that is known here."""
    return _edited(text)


def parenthesised(text: str) -> str | None:
    """The text with parentheses around exceptions that stand bare (PEP 758), all else as it was; None without any."""
    return _edited(text, frozenset("()")) if _BARE_EXCEPT.search(f"\n{text}") else None


def _edited(text: str, only: frozenset[str] = frozenset()) -> str | None:
    """With the edits that write one of ``only``, or all of them."""
    # Every statement then follows a line break.
    text = f"\n{text}"
    try:
        edits = sorted({edit for edit in _edits(text) if not only or edit[2] in only})
    except (_Unfinished, RecursionError):
        return None
    if not edits:
        return None
    out: list[str] = []
    position = 1
    for start, end, new in edits:
        if start < position:
            return None
        out += (text[position:start], new)
        position = end
    return "".join([*out, text[position:]])


Edit = tuple[int, int, str]
"""Start, end and what stands between them from now on."""


def _edits(text: str) -> Iterator[Edit]:
    position = 0
    while found := _STATEMENT.search(text, position):
        before, position = position, found.end()
        match found.lastgroup:
            case "string":
                opening = _opening(text, found.start(), before)
                position = _string_end(text, opening)
                yield from _string_edits(text, opening, position)
            case "define":
                end = _closing(text, position)
                yield position - 1, end, _blank(text[position - 1 : end])
                position = end
            case "open":
                yield found.start("type"), found.end("name"), found["name"].ljust(len(found["type"] + found["name"]))
                if found["open"] == "[":
                    end = _closing(text, position)
                    yield position - 1, end, _blank(text[position - 1 : end])
                    position = end
            case "except":
                colon, unparenthesised = _header(text, position)
                if unparenthesised:
                    yield position, position, "("
                    yield colon, colon, ")"
            case "lazy":
                yield found.start("lazy"), found.end("lazy"), ""


def _opening(text: str, quote: int, least: int) -> re.Match[str]:
    """The beginning of the string whose first quote is at ``quote``; its prefix starts at ``least`` or later."""
    for start in range(max(least, quote - 2), quote + 1):
        opening = _OPENING.match(text, start)
        if opening and opening.start("quote") == quote:
            return opening
    raise _Unfinished


def _blank(text: str) -> str:
    """White space over as many lines, outside brackets."""
    lines = text.count("\n")
    return "\\\n" * lines if lines else " " * len(text)


def _closing(text: str, position: int) -> int:
    """After the bracket that closes the one before ``position``."""
    depth = 1
    while found := _INSIDE.search(text, position):
        position = found.end()
        match found.lastgroup:
            case "quote":
                position = _string_end(text, found)
            case "opening":
                depth += 1
            case "closing":
                depth -= 1
                if not depth:
                    return position
    raise _Unfinished


def _header(text: str, position: int) -> tuple[int, bool]:
    """Where the colon of an ``except`` clause is, and whether several exceptions stand bare before it."""
    several = False
    while found := _INSIDE.search(text, position):
        position = found.end()
        match found.lastgroup, found[0]:
            case "quote", _:
                position = _string_end(text, found)
            case "opening", _:
                position = _closing(text, position)
            case "mark", ",":
                several = True
            case "mark", ":":
                return position - 1, several
            case ("closing", _) | ("mark", "\n"):
                break
    raise _Unfinished


def _string_end(text: str, opening: re.Match[str], depth: int = 0) -> int:
    """After the closing quote."""
    if _has_fields(opening["prefix"]):
        return max((end for _, end in _fields(text, opening, depth)), default=0)
    end = _ENDS[opening["quote"]].match(text, opening.end())
    if not end:
        raise _Unfinished
    return end.end()


def _has_fields(prefix: str) -> bool:
    return not set(prefix.lower()).isdisjoint("ft")


def _fields(text: str, opening: re.Match[str], depth: int) -> Iterator[tuple[int, int]]:
    """Start and end of each ``{field}`` of an f-string; the last pair is the end of the string, twice."""
    if depth > MAX_NESTING:
        raise _Unfinished
    position = opening.end()
    literal = _LITERAL[opening["quote"]]
    while found := literal.search(text, position):
        position = found.end()
        if found[0] == opening["quote"]:
            yield position, position
            return
        if found[0] == "{":
            start, position = position, _field_end(text, position, depth)
            yield start, position - 1
    raise _Unfinished


def _field_end(text: str, position: int, depth: int) -> int:
    """After the brace that closes a field; its format specification may hold fields again."""
    while found := _INSIDE.search(text, position):
        position = found.end()
        match found.lastgroup, found[0]:
            case "quote", _:
                position = _string_end(text, found, depth + 1)
            case "opening", _:
                position = _closing(text, position)
            case "closing", "}":
                return position
            case "mark", ":":
                while brace := _SPECIFICATION.search(text, position):
                    position = brace.end()
                    if brace[0] == "}":
                        return position
                    position = _field_end(text, position, depth + 1)
                raise _Unfinished
            case "closing", _:
                raise _Unfinished
    raise _Unfinished


def _string_edits(text: str, opening: re.Match[str], end: int) -> Iterator[Edit]:
    prefix, quote = opening["prefix"], opening["quote"]
    if not _has_fields(prefix):
        return
    is_template = "t" in prefix.lower()
    if _NO_TEMPLATES and is_template:
        yield opening.start("prefix"), opening.end("prefix"), re.sub("(?i)t", "f", prefix)
    if not _OLD_FSTRINGS:
        return
    *fields, _ = _fields(text, opening, 0)
    newer = [
        (start, stop) for start, stop in fields if any(mark in text[start:stop] for mark in (quote, "\\", "#", "\n"))
    ]
    if not newer or (len(quote) > 1 and not any(mark in text[a:b] for a, b in newer for mark in (quote, "\\", "#"))):
        return
    if len(quote) == 1:
        yield opening.start("quote"), opening.end("quote"), 3 * quote
        yield end - 1, end, 3 * quote
    for start, stop in newer:
        inside = text[start:stop]
        if _NESTED.search(inside) or 3 * quote[0] in inside:
            yield start, stop, "_" + "\n" * inside.count("\n")
        elif "\\" in inside:
            yield start, stop, _ESCAPE.sub(lambda escape: " \n" if escape[1] == "\n" else "__", inside)
