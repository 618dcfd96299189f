"""Source lines around findings, read from disk when the file is still the one that was analysed.

Reports are passed on: where a secret was found the values are left out, in the excerpts of other findings too, and
outside of Python wherever a name speaks of a secret.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from fastreview.facts import Facts
from fastreview.gather.module import decode, digest
from fastreview.gather.source import read
from fastreview.project import Place
from fastreview.review import Excerpt

AROUND = 3
"""Lines shown before and after."""
MAX_LINES = 14
MAX_WIDTH = 400
MAX_EXCERPTS = 2_000

_LANGUAGES = {
    "py": "python", "toml": "toml", "yml": "yaml", "yaml": "yaml", "json": "json", "cfg": "ini", "ini": "ini",
    "md": "markdown", "sh": "bash", "txt": "text",
}  # fmt: skip


_QUOTED = re.compile(r"""([\"'])(?:(?!\1).){4,}\1""")
_ASSIGNED = re.compile(r"^(\s*(?:-\s+|export\s+|ENV\s+|ARG\s+)?[\w.-]+\s*[=:]\s*)\S{4,}.*$")
_SECRET_NAME = re.compile(r"(?i)(?:secret|passw|token|api_?key|credential)\w*\s*[=:]")


class Excerpts:
    """Reads each file once. Without a root there are none. ``secrets`` are the places at which secrets were found."""

    def __init__(self, facts: Facts, root: Path | None, secrets: Iterable[Place] = ()) -> None:
        self.root = root
        self._secrets = {
            (place.path, line)
            for place in secrets
            for line in range(place.line, min(max(place.line, place.end_line), place.line + MAX_LINES) + 1)
        }
        self._digests = {module.path: module.digest for module in facts.modules}
        self._lines: dict[str, list[str]] = {}
        self._left = MAX_EXCERPTS

    def around(self, place: Place) -> Excerpt | None:
        """The lines of ``place`` and some around; None for a file as a whole, one above the root that is
        no module of the service, and one that changed since."""
        excerpt = self._cut(place)
        if excerpt is None:
            return None
        lines = tuple(
            veiled(line, excerpt.language, at_secret=(place.path, at) in self._secrets)
            for at, line in enumerate(excerpt.lines, excerpt.first)
        )
        return Excerpt(excerpt.first, lines, excerpt.language)

    def _cut(self, place: Place) -> Excerpt | None:
        if self.root is None or not place.line or self._left <= 0:
            return None
        if place.path.startswith("../") and place.path not in self._digests:
            return None
        if place.path not in self._lines:
            self._lines[place.path] = self._read(self.root, place.path)
        lines = self._lines[place.path]
        if place.line > len(lines):
            return None
        self._left -= 1
        first = max(1, place.line - AROUND)
        last = min(len(lines), max(place.line, place.end_line) + AROUND, first + MAX_LINES - 1)
        while first < place.line and not lines[first - 1].strip():
            first += 1
        while last > place.line and not lines[last - 1].strip():
            last -= 1
        return Excerpt(first, tuple(line[:MAX_WIDTH] for line in lines[first - 1 : last]), language(place.path))

    def _read(self, root: Path, path: str) -> list[str]:
        data = read(root, path)
        if not isinstance(data, bytes) or self._digests.get(path, "") not in ("", digest(data)):
            return []
        try:
            text = decode(data)
        except (UnicodeDecodeError, SyntaxError, LookupError):
            text = data.decode("utf-8", "replace")
        return text.split("\n")


def veiled(line: str, lexer: str, *, at_secret: bool) -> str:
    """The line without its values, when a secret was found there or, outside of Python, when its name says so."""
    if lexer == "python":
        return _QUOTED.sub(r"\1…\1", line) if at_secret else line
    return _ASSIGNED.sub(r"\1…", line) if at_secret or _SECRET_NAME.search(line) else line


def language(path: str) -> str:
    """The name of a Pygments lexer for the file."""
    name = path.rpartition("/")[2]
    if "dockerfile" in name.lower() or "containerfile" in name.lower():
        return "docker"
    return _LANGUAGES.get(name.rpartition(".")[2].lower(), "text")
