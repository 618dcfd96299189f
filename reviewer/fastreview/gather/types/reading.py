"""What checkers print, read into problems. Everything in it may quote the project: it is bounded, and never trusted."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from fastreview.facts.types import AnyShare, TypeProblem

MAX_OUTPUT = 20_000_000
MAX_MESSAGE = 300

# "app/main.py:3: error: Incompatible types  [assignment]" is a line of mypy's; ty adds the column and names the rule first.
_MYPY = re.compile(r"^(?P<path>.+?):(?P<line>\d+): error: (?P<message>.*?)(?:  \[(?P<code>[\w-]+)\])?$")
_TY = re.compile(r"^(?P<path>.+?):(?P<line>\d+):\d+: (?:error|fatal)\[(?P<code>[\w-]+)\] (?P<message>.*)$")
_ROW = re.compile(r"^\s*(?P<module>[\w.]+)\s+(?P<any>\d+)\s+(?P<total>\d+)\s+[\d.]+%\s*$")
_QUOTED = re.compile(r"[\"`']([\w.]+)[\"`']")

_MISSING_IMPORT = frozenset(
    {
        "import", "import-not-found", "import-untyped", "unresolved-import", "missing-import", "missing-source",
        "untyped-import", "missing-module-attribute-stub", "reportMissingImports", "reportMissingModuleSource",
        "reportMissingTypeStubs",
    }
)  # fmt: skip
_ABOUT_IGNORES = frozenset(
    {"unused-ignore", "unused-ignore-comment", "unused-type-ignore-comment", "reportUnnecessaryTypeIgnoreComment"}
)
"""Whether an ignore is needed depends on the versions of what is installed."""


def problems(tool: str, text: str, folder: Path, root: Path) -> Iterator[TypeProblem]:
    """The errors in the output of ``tool``, run in ``folder``; those outside of ``root`` left out."""
    for path, line, code, message in _FORMATS[tool](text):
        if code in _ABOUT_IGNORES:
            continue
        below = os.path.relpath(os.path.normpath(folder / path), root)
        if not below.startswith(".."):
            shown = " ".join("".join(c if c.isprintable() else " " for c in message).split())[:MAX_MESSAGE]
            yield TypeProblem(Path(below).as_posix(), line, code, shown)


def unresolved(problem: TypeProblem) -> str:
    """The module that the checker did not find, where that is what the problem is about; else ""."""
    if problem.code not in _MISSING_IMPORT:
        return ""
    found = _QUOTED.search(problem.message)
    return found[1] if found else problem.message[:80]


def any_rows(text: str) -> Iterator[tuple[str, AnyShare]]:
    """The rows of mypy's any-exprs.txt: a module's name, and its share without a path."""
    for line in text.splitlines():
        if (row := _ROW.match(line)) and row["module"] != "Total":
            yield row["module"], AnyShare("", int(row["any"]), int(row["total"]))


def broke(tool: str, code: int | None, text: str) -> str:
    """Why the checker came to no result, as its own words; "" where it finished."""
    last = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if tool == "mypy" and code == 2:
        told = [line for line in text.splitlines() if ": error:" in line or line.startswith("mypy:")]
        return (told or [last or "it ended without a word"])[0].strip()
    if tool in ("pyright", "basedpyright", "pyrefly"):
        return "" if _document(text) is not None else last or "it ended without a word"
    return "" if code in (0, 1) else last or "it ended without a word"


def _lines(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int, str, str]]:
    for line in text.splitlines():
        if len(line) < 20_000 and (found := pattern.match(line)):
            yield found["path"], int(found["line"]), found["code"] or "", found["message"]


def _mypy(text: str) -> Iterator[tuple[str, int, str, str]]:
    return _lines(_MYPY, text)


def _ty(text: str) -> Iterator[tuple[str, int, str, str]]:
    return _lines(_TY, text)


def _pyright(text: str) -> Iterator[tuple[str, int, str, str]]:
    for one in _listed(text, "generalDiagnostics"):
        start = one.get("range")
        first = start.get("start") if isinstance(start, dict) else None
        line = first.get("line") if isinstance(first, dict) else 0
        if one.get("severity") == "error":
            yield str(one.get("file", "")), _number(line) + 1, str(one.get("rule", "")), str(one.get("message", ""))


def _pyrefly(text: str) -> Iterator[tuple[str, int, str, str]]:
    for one in _listed(text, "errors"):
        if one.get("severity", "error") == "error":
            message = str(one.get("concise_description") or one.get("description", ""))
            yield str(one.get("path", "")), _number(one.get("line")), str(one.get("name", "")), message


def _listed(text: str, key: str) -> Iterator[dict[str, object]]:
    document = _document(text)
    found = document.get(key) if isinstance(document, dict) else None
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            yield one


def _document(text: str) -> object:
    """The JSON document in the output; what is printed before it is no part of it."""
    start = text.find("{")
    try:
        return json.JSONDecoder().raw_decode(text[start:])[0] if start >= 0 else None
    except (ValueError, RecursionError):
        return None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


_FORMATS = {"mypy": _mypy, "ty": _ty, "pyright": _pyright, "basedpyright": _pyright, "pyrefly": _pyrefly}
