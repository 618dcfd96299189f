"""Source lines around findings, read from disk when the file is still the one that was analysed."""

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


class Excerpts:
    """Reads each file once. Without a root there are none."""

    def __init__(self, facts: Facts, root: Path | None) -> None:
        self.root = root
        self._digests = {module.path: module.digest for module in facts.modules}
        self._lines: dict[str, list[str]] = {}
        self._left = MAX_EXCERPTS

    def around(self, place: Place) -> Excerpt | None:
        """The lines of ``place`` and some around; None for a file as a whole, above the root, or changed since."""
        if self.root is None or not place.line or place.path.startswith("../") or self._left <= 0:
            return None
        if place.path not in self._lines:
            self._lines[place.path] = self._read(self.root, place.path)
        lines = self._lines[place.path]
        if place.line > len(lines):
            return None
        self._left -= 1
        first = max(1, place.line - AROUND)
        last = min(len(lines), max(place.line, place.end_line) + AROUND, first + MAX_LINES - 1)
        shown = tuple(line[:MAX_WIDTH] for line in lines[first - 1 : last])
        return Excerpt(first, shown, language(place.path))

    def _read(self, root: Path, path: str) -> list[str]:
        data = read(root, path)
        if not isinstance(data, bytes) or self._digests.get(path, "") not in ("", digest(data)):
            return []
        try:
            text = decode(data)
        except (UnicodeDecodeError, SyntaxError, LookupError):
            text = data.decode("utf-8", "replace")
        return text.split("\n")


def language(path: str) -> str:
    """The name of a Pygments lexer for the file."""
    name = path.rpartition("/")[2]
    if "dockerfile" in name.lower() or "containerfile" in name.lower():
        return "docker"
    return _LANGUAGES.get(name.rpartition(".")[2].lower(), "text")
