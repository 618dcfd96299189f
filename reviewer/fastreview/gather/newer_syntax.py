"""Syntax newer than the running interpreter, by libcst: its grammar is newer and its native parser strict.

Slow (thirty times `ast`), so it is asked where `rewriting` does not get through. What is lost is what no check reads
(type parameters, the inside of f-strings that need PEP 701); lines may move where such an f-string spans several.

The native parser overflows the stack on deeply nested input and takes its process along (libcst 1.9: five thousand
open parentheses). So this module has two ends: `parse_with_libcst` asks a child process that stays, and `serve` is it.
"""

import ast
import contextlib
import signal
import subprocess
import sys
from threading import Timer
from typing import IO

SECONDS_PER_FILE = 4.0
SECONDS_PER_MEGABYTE = 30.0
"""libcst takes about a second per 100 kB, and for ever over some input that is not Python (``case ((((`` 30 deep)."""
MAX_SECONDS = 120
"""How long a child lives on one file when nobody is left to stop it."""
MAX_DEATHS = 3
"""Children that may die before libcst is not asked any more."""

_START = "import sys; sys.path[:] = sys.argv[1:]; from fastreview.gather.newer_syntax import serve; serve()"
_LENGTH_BYTES = 8


def parse_with_libcst(text: str) -> ast.Module | None:
    """The tree of a file that `ast` rejects, or None where libcst rejects it too."""
    older = _child.ask(text)
    if older is None:
        return None
    try:
        return ast.parse(older)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Child:
    """The process that has libcst, started when it is first needed; it ends with us, when its input closes."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths = 0

    def ask(self, text: str) -> str | None:
        """``text`` in older syntax, or None."""
        if self._deaths >= MAX_DEATHS:
            return None
        try:
            answer = self._exchange(self._process or self._start(), text.encode())
        except (OSError, ValueError):
            answer = None
        if answer is None:
            self._bury()
        return answer.decode() if answer else None

    def _exchange(self, process: subprocess.Popen[bytes], data: bytes) -> bytes | None:
        timer = Timer(SECONDS_PER_FILE + SECONDS_PER_MEGABYTE * len(data) / 1_000_000, process.kill)
        timer.start()
        try:
            if process.stdin and process.stdout:
                send(process.stdin, data)
                return receive(process.stdout)
            return None
        finally:
            timer.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START, *(part for part in sys.path if part)]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return self._process

    def _bury(self) -> None:
        self._deaths += 1
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with contextlib.suppress(OSError):
                    pipe.close()


_child = _Child()


def send(stream: IO[bytes], data: bytes) -> None:
    stream.write(len(data).to_bytes(_LENGTH_BYTES) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """One message, or None where the other end is gone."""
    head = stream.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        return None
    length = int.from_bytes(head)
    data = stream.read(length)
    return data if len(data) == length else None


def serve() -> None:
    """The child's whole life: texts in, texts in older syntax out; an empty answer for what is not Python."""
    from fastreview.gather.downgrade import downgraded

    # Where the parent is killed, nobody stops the native parser: the alarm's default action does. Windows has none.
    alarm = getattr(signal, "alarm", lambda _seconds: 0)
    while (data := receive(sys.stdin.buffer)) is not None:
        alarm(MAX_SECONDS)
        older = downgraded(data.decode()) or ""
        alarm(0)
        send(sys.stdout.buffer, older.encode())
