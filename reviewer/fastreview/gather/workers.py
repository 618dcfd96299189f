"""Extraction shared with child processes: each gets file contents on its standard input and answers with facts.

Plain child processes instead of `multiprocessing`: nothing of the parent is inherited or pickled, it works
the same on every platform, and a child that dies costs only its share, which the parent then does itself.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence

import msgspec

from fastreview.facts.source import ModuleFacts
from fastreview.gather.module import module_facts

File = tuple[str, bytes]

# The parent's module path is handed over: a child in isolated mode (-I -S) has no other, and reads no environment.
_START = "import sys; sys.path[:] = sys.argv[1:]; from fastreview.gather.workers import work; work()"


def extract_in_workers(files: Sequence[File], workers: int) -> Iterator[ModuleFacts]:
    """Facts of all ``files``, in any order. This process takes a share itself."""
    own, *shares = shared_out(files, workers)
    children = [_Child(share) for share in shares]
    for path, data in own:
        yield module_facts(path, data)
    for child in children:
        yield from child.facts()


def shared_out(files: Sequence[File], parts: int) -> list[list[File]]:
    """``files`` in ``parts`` of about equal size, the first the largest: its process is running already."""
    shares: list[list[File]] = [[] for _ in range(parts)]
    sizes = [0] * parts
    for file in sorted(files, key=lambda file: -len(file[1])):
        smallest = sizes.index(min(sizes))
        shares[smallest].append(file)
        sizes[smallest] += len(file[1])
    return shares


class _Child:
    """One running worker. Files carry what it is given and what it answers: a pipe would have to be fed by this process,
    which is busy with its own share."""

    def __init__(self, share: list[File]) -> None:
        self.share = share
        self._answer = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was read
        self._running = self._start()

    def _start(self) -> subprocess.Popen[bytes] | None:
        command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START, *(part for part in sys.path if part)]
        try:
            with tempfile.TemporaryFile() as given:
                given.write(msgspec.msgpack.encode(self.share))
                given.seek(0)
                return subprocess.Popen(  # noqa: S603 - our own interpreter
                    command, stdin=given, stdout=self._answer, stderr=subprocess.DEVNULL
                )
        except OSError:
            return None

    def _answered(self) -> bytes:
        try:
            if self._running is None or self._running.wait() != 0:
                return b""
            self._answer.seek(0)
            return self._answer.read()
        except OSError:
            return b""
        finally:
            self._answer.close()

    def facts(self) -> Iterator[ModuleFacts]:
        try:
            modules = msgspec.msgpack.decode(self._answered(), type=list[ModuleFacts])
        except (msgspec.DecodeError, RecursionError):
            modules = []
        if len(modules) != len(self.share):
            modules = [module_facts(path, data) for path, data in self.share]
        yield from modules


def work() -> None:
    """The child's whole life."""
    import gc

    gc.disable()
    files = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[File])
    sys.stdout.buffer.write(msgspec.msgpack.encode([module_facts(path, data) for path, data in files]))
    sys.stdout.buffer.flush()
