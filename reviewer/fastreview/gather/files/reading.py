"""Reading files of a stranger: bounded in size, never outside the repository, never blocking, never raising."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fastreview.gather.files.yaml_tree import Tree, YamlProblem, read_yaml

if TYPE_CHECKING:
    from configparser import RawConfigParser

MAX_BYTES = 1_000_000
"""Files that people write are smaller; generated ones (lock files) have their own limit."""
MAX_LOCK_BYTES = 20_000_000
MAX_FILES = 3_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Reader:
    """Reads files named relative to ``root`` and keeps a list of those that could not be read, with the reason."""

    def __init__(self, root: Path, repository: Path) -> None:
        self.root = os.path.realpath(root)
        self.repository = os.path.realpath(repository)
        self._problems: dict[str, str] = {}
        self._files = 0
        self._inside: dict[str, bool] = {}
        self._texts: dict[str, str | None] = {}
        self._tables: dict[str, dict[str, object] | None] = {}
        self._trees: dict[str, tuple[Tree, ...]] = {}

    @property
    def problems(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(self._problems.items()))

    def report(self, path: str, reason: str) -> None:
        self._problems.setdefault(path, " ".join(reason.split())[:200])

    def data(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of a regular file inside the repository, or None with the reason reported."""
        if self._files >= MAX_FILES:
            self.report(path, f"not read: more than {MAX_FILES} project files")
            return None
        self._files += 1
        full = os.path.join(self.root, path)
        try:
            if not self._within(os.path.dirname(full)):
                return self._refused(path, "lies outside the repository")
            if stat.S_ISLNK(os.lstat(full).st_mode):
                full = os.path.realpath(full, strict=True)
                if not self._within(os.path.dirname(full)):
                    return self._refused(path, "is a link out of the repository")
            # O_NONBLOCK: opening a FIFO must not wait for a writer.
            handle = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                os.close(handle)
                return self._refused(path, "is not a regular file")
            with open(handle, "rb", buffering=0) as file:
                if status.st_size > limit:
                    return self._refused(path, f"is larger than {limit // 1_000_000} MB")
                data = bytearray()
                while len(data) <= limit and (chunk := file.read(limit + 1 - len(data))):
                    data += chunk
                return bytes(data[:limit])
        except OSError as error:
            return self._refused(path, f"cannot be opened: {error.strerror or error}")
        except ValueError as error:
            return self._refused(path, f"cannot be opened: {error}")

    def text(self, path: str, limit: int = MAX_BYTES) -> str | None:
        """The text of a file in whatever encoding its bytes suggest; line ends are ``\\n``."""
        if path not in self._texts:
            data = self.data(path, limit)
            self._texts[path] = None if data is None else self._decoded(path, data)
        return self._texts[path]

    def glance(self, path: str) -> str | None:
        """As `text`, for a file that may be anything: what cannot be read is not worth a report."""
        known = path in self._problems
        content = self.text(path)
        if content is None and not known:
            self._problems.pop(path, None)
        return content

    def toml(self, path: str) -> dict[str, object] | None:
        """A TOML file's tables, or None; broken ones are reported."""
        import tomllib

        return self._table(path, "TOML", tomllib.loads)

    def json(self, path: str) -> dict[str, object] | None:
        """A JSON object, with the comments and trailing commas that editors allow, or None."""
        import json

        return self._table(path, "JSON", lambda text: json.loads(without_comments(text)))

    def ini(self, path: str, text: str, *, keep_case: bool = False) -> RawConfigParser | None:
        """The sections of INI text that stands in ``path``, or None; what is broken is reported."""
        from configparser import Error, RawConfigParser

        parser = RawConfigParser(strict=False, allow_no_value=True)
        if keep_case:
            parser.optionxform = str  # type: ignore[assignment, method-assign]  # option names keep their case
        try:
            parser.read_string(text)
        except Error as error:
            self.report(path, f"broken INI: {error}")
            return None
        return parser

    def yaml(self, path: str) -> tuple[Tree, ...]:
        """The documents of a YAML file; () when it is broken, which is reported.

        A file with template markers (``{{ }}``) that is no YAML as it stands is read with placeholders instead.
        """
        if path not in self._trees:
            text = self.text(path)
            self._trees[path] = () if text is None else self._documents(path, text)
        return self._trees[path]

    def _documents(self, path: str, text: str) -> tuple[Tree, ...]:
        try:
            return read_yaml(text)
        except YamlProblem as problem:
            if "{{" in text or "{%" in text:
                from fastreview.gather.files.manifests import without_templates

                try:
                    return read_yaml(without_templates(text))
                except YamlProblem:
                    pass
            self.report(path, f"broken YAML: {problem}")
            return ()

    def _table(self, path: str, language: str, parse: Callable[[str], object]) -> dict[str, object] | None:
        if path not in self._tables:
            self._tables[path] = None
            text = self.text(path)
            if text is not None:
                try:
                    value = parse(text)
                except (ValueError, RecursionError) as error:
                    self.report(path, f"broken {language}: {error}")
                else:
                    if isinstance(value, dict):
                        self._tables[path] = value
        return self._tables[path]

    def _within(self, folder: str) -> bool:
        if folder not in self._inside:
            real = os.path.realpath(folder)
            self._inside[folder] = real == self.repository or real.startswith(self.repository.rstrip("/") + "/")
        return self._inside[folder]

    def _refused(self, path: str, reason: str) -> bytes | None:
        self.report(path, reason)
        return None

    def _decoded(self, path: str, data: bytes) -> str | None:
        try:
            text = decode(data)
        except UnicodeDecodeError as error:
            self.report(path, f"not decodable as {error.encoding}")
            return None
        if "\x00" in text:
            self.report(path, "is binary")
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")


def decode(data: bytes) -> str:
    """Text by byte-order mark, then by the zero bytes of UTF-16, then UTF-8, then Latin-1, which fits anything."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    head = data[:400]
    if len(head) >= 4 and len(data) % 2 == 0:
        odd, even = head[1::2].count(0), head[0::2].count(0)
        if odd > len(head) // 3 and even == 0:
            return data.decode("utf-16-le")
        if even > len(head) // 3 and odd == 0:
            return data.decode("utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def without_comments(text: str) -> str:
    """JSON without ``//`` and ``/* */`` comments and without commas before a closing bracket."""
    kept: list[str] = []
    position, end = 0, len(text)
    while position < end:
        char = text[position]
        if char == '"':
            close = position + 1
            while close < end and text[close] != '"':
                close += 2 if text[close] == "\\" else 1
            kept.append(text[position : close + 1])
            position = close + 1
        elif text.startswith("//", position):
            position = _found(text, "\n", position)
        elif text.startswith("/*", position):
            position = _found(text, "*/", position) + 2
        else:
            if char in "]}":
                while kept and kept[-1].isspace():
                    kept.pop()
                if kept and kept[-1] == ",":
                    kept.pop()
            kept.append(char)
            position += 1
    return "".join(kept)


def _found(text: str, mark: str, start: int) -> int:
    at = text.find(mark, start)
    return len(text) if at < 0 else at
