"""What a run wrote about itself, read with suspicion: the file was within the tests' reach."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from fastreview.facts.app import CodePlace
from fastreview.facts.tests import FileCoverage, Frame, RequestSeen, StallSeen

MAX_BYTES = 256_000_000
MAX_LINES = 400_000
MAX_TESTS = 30_000
MAX_TEXT = 400


class Line(Struct):
    """One line; ``kind`` says which of the fields are there."""

    kind: str
    id: str = ""
    number: int = 0
    outcome: str = ""
    reason: str = ""
    need: str = ""
    seconds: float = 0.0
    path: str = ""
    line: int = 0
    status: int | str = 0
    python: str = ""
    pytest: str = ""
    coverage: str = ""
    measuring: str = ""
    requests: tuple[RequestSeen, ...] = ()
    tests: tuple[tuple[str, str, int], ...] = ()
    stalls: tuple["StallLine", ...] = ()
    count: int = 0


class StallLine(Struct):
    milliseconds: float
    stack: tuple[Frame, ...]
    call: str = ""
    method: str = ""
    route: str = ""
    endpoint: CodePlace = CodePlace()
    test: str = ""
    count: int = 1
    steady: bool = True

    def stall(self) -> StallSeen:
        return StallSeen(
            self.milliseconds,
            tuple(frame for frame in self.stack if inside(frame.path)),
            shown(self.call),
            shown(self.method),
            shown(self.route),
            self.endpoint,
            shown(self.test),
            self.count,
            self.steady,
        )


class Measured(Struct, frozen=True):
    """The answer of `probe.measured`. ``touched`` are spans of lines by file: first, last, contexts."""

    files: tuple[FileCoverage, ...] = ()
    touched: dict[str, tuple[tuple[int, int, tuple[str, ...]], ...]] = {}
    problem: str = ""


def lines(path: Path) -> Iterator[Line]:
    """Every line that can be understood, up to a bound; the last one may have been cut off."""
    decoder = msgspec.json.Decoder(Line)
    for number, text in enumerate(content(path).splitlines()):
        if number >= MAX_LINES:
            return
        try:
            yield decoder.decode(text)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            continue


def measured(path: Path) -> Measured:
    try:
        found = msgspec.json.decode(content(path), type=Measured)
    except (OSError, msgspec.MsgspecError, RecursionError) as error:
        return Measured(problem=f"what was measured cannot be read: {shown(str(error))}")
    touched = {file: spans for file, spans in found.touched.items() if inside(file)}
    return Measured(tuple(file for file in found.files if inside(file.path)), touched, shown(found.problem))


def content(path: Path) -> bytes:
    """Of a plain file of bounded size only: a link could lead anywhere, and a pipe would be waited for."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return b""
    with os.fdopen(number, "rb") as file:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return b""
        return file.read(MAX_BYTES)


def inside(path: str) -> bool:
    """Whether a path is one below the reviewed root."""
    return bool(path) and not path.startswith("/") and ".." not in path.split("/") and "\0" not in path


def shown(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)[:MAX_TEXT].strip()
