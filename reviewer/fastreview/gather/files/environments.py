"""``.env`` files, and whether git has them."""

import os
import re
from collections.abc import Sequence

from fastreview.facts.files import EnvironmentFile
from fastreview.gather.files.places import Place
from fastreview.gather.files.reading import Reader

MAX_ENVIRONMENTS = 100
MAX_VALUES = 500
MAX_STARS = 3
"""Each star of an ignore pattern multiplies the time that a long name takes."""
MAX_INDEX_BYTES = 50_000_000

_NAME = re.compile(r"\.?env(?:rc)?(?:[._-][\w.-]+)?|[\w-]+(?:\.[\w-]+)*\.env(?:\.[\w-]+)*", re.IGNORECASE)
_NOT = re.compile(r".*\.(?:py|ts|js|sh|ya?ml|json|md|toml|ini|tf|txt|d|bat|ps1|cfg|mako|lock|go|rs|mjs)", re.IGNORECASE)
_EXAMPLE = re.compile(
    r"(?:^|[._-])(?:example|sample|template|tmpl|tpl|dist|default|defaults|schema|j2|jinja)s?(?:[._-]|$)", re.IGNORECASE
)
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)")


def environments(reader: Reader, candidates: Sequence[Place]) -> tuple[EnvironmentFile, ...]:
    tracked = Tracked(reader.root, reader.repository)
    found: list[EnvironmentFile] = []
    for place in candidates:
        if not is_environment_file(place.name) or len(found) >= MAX_ENVIRONMENTS:
            continue
        content = reader.text(place.path)
        if content is None:
            continue
        example = bool(_EXAMPLE.search(place.name))
        found.append(EnvironmentFile(place.path, example, tracked.has(place.path), assignments(content)))
    return tuple(found)


def is_environment_file(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not _NOT.fullmatch(name) and name.lower() not in ("env", "environment")


def assignments(content: str) -> tuple[tuple[str, str, int], ...]:
    """``NAME=value`` lines: quotes removed, comments behind an unquoted value dropped."""
    found: list[tuple[str, str, int]] = []
    for number, line in enumerate(content.split("\n"), 1):
        match = _LINE.match(line)
        if match is None or len(found) >= MAX_VALUES:
            continue
        value = match[2].strip()
        if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
            value = value[1:end]
        else:
            value = re.split(r"(?:^|\s)#", value, maxsplit=1)[0].strip()
        found.append((match[1], value[:500], number))
    return tuple(found)


class Tracked:
    """What git has: by its index, and without one (a downloaded archive) by what .gitignore does not leave out."""

    def __init__(self, root: str, repository: str) -> None:
        self.root, self.repository = root, repository
        self._index: bytes | None = None
        self._read = False
        self._ignored: dict[str, list[tuple[re.Pattern[str], bool]]] = {}

    def has(self, path: str) -> bool:
        full = os.path.normpath(os.path.join(self.root, path))
        relative = os.path.relpath(full, self.repository).replace(os.sep, "/")
        index = self.index()
        return not self.ignored(relative) if index is None else _in_index(index, relative)

    def index(self) -> bytes | None:
        if not self._read:
            self._read = True
            self._index = _index(self.repository)
        return self._index

    def ignored(self, relative: str) -> bool:
        verdict = False
        folders = relative.split("/")
        for depth in range(len(folders)):
            inside = "/".join(folders[depth:])
            for pattern, negated in self._patterns("/".join(folders[:depth])):
                if pattern.fullmatch(inside):
                    verdict = not negated
        return verdict

    def _patterns(self, folder: str) -> list[tuple[re.Pattern[str], bool]]:
        if folder not in self._ignored:
            content = _small_file(os.path.join(self.repository, folder, ".gitignore")) or b""
            lines = content.decode("utf-8", "replace").splitlines()[:2_000]
            self._ignored[folder] = [compiled for line in lines if (compiled := _pattern(line)) is not None]
        return self._ignored[folder]


def _pattern(line: str) -> tuple[re.Pattern[str], bool] | None:
    line = line.strip()
    if not line or line.startswith("#") or len(line) > 200 or len(re.findall(r"\*+", line)) > MAX_STARS:
        return None
    negated = line.startswith("!")
    line = line.lstrip("!").rstrip("/")
    anchored = "/" in line
    parts: list[str] = []
    for piece in re.split(r"(\*\*/|\*+|\?|\[[^\]]*\])", line.lstrip("/")):
        match piece:
            case "**/":
                parts.append("(?:.*/)?")
            case "*":
                parts.append("[^/]*")
            case _ if piece.startswith("**"):
                parts.append(".*")
            case "?":
                parts.append("[^/]")
            case _ if piece.startswith("["):
                parts.append(piece.replace("[!", "[^"))
            case _:
                parts.append(re.escape(piece))
    try:
        return re.compile(("" if anchored else "(?:.*/)?") + "".join(parts) + "(?:/.*)?"), negated
    except re.error:
        return None


def _small_file(path: str, limit: int = 1_000_000) -> bytes | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            return file.read(limit) if os.path.isfile(path) else None
    except (OSError, ValueError):
        return None


def _index(repository: str) -> bytes | None:
    git = os.path.join(repository, ".git")
    pointer = _small_file(git)
    if pointer is not None and pointer.startswith(b"gitdir:"):
        # A work tree or a submodule keeps its index elsewhere.
        git = os.path.join(repository, os.fsdecode(pointer[7:].strip()))
    data = _small_file(os.path.join(git, "index"), MAX_INDEX_BYTES)
    return data if data is not None and data.startswith(b"DIRC") else None


def _in_index(index: bytes, relative: str) -> bool:
    """Whether the index names the path: an entry is flags (the low 12 bits are the name's length), name, NUL.

    Version 4 shortens names by what they share with the entry before, so there only the end of the name is found.
    """
    name = os.fsencode(relative)
    if int.from_bytes(index[4:8], "big") >= 4:
        last = os.path.basename(name)
        return any(last[cut:] + b"\0" in index for cut in range(min(2, len(last))))
    start = 0
    while (at := index.find(name + b"\0", start)) >= 0:
        if int.from_bytes(index[max(0, at - 2) : at], "big") & 0xFFF == min(len(name), 0xFFF):
            return True
        start = at + 1
    return False
