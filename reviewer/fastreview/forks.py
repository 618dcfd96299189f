"""Work shared with forked children. They start with everything this process knows and answer with msgpack.

Where forking is impossible or unwise (Windows, a process with threads) this process does everything itself, and also what a
child that died or could not answer has left undone: sharing changes how long work takes, never its results.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from functools import cache
from typing import BinaryIO, TypeVar, cast

import msgspec

T = TypeVar("T")
R = TypeVar("R")

_sharing: ContextVar[bool] = ContextVar("sharing", default=False)

MAX_ITEMS = 255
"""Items are handed out as single bytes of a pipe, which is a queue that no two readers get the same byte of."""


_LENGTH_BYTES = 8


def processors() -> int:
    """Processors this process may use, at most eight: the answers of more would only wait to be read."""
    try:
        return min(8, len(os.sched_getaffinity(0)))
    except AttributeError:
        return min(8, os.cpu_count() or 1)


def shared(
    items: Sequence[T],
    work: Callable[[T], R],
    answer: type[R],
    processes: int,
    meanwhile: Callable[[], object] = lambda: None,
    alike: int = 0,
) -> Iterator[R]:
    """``work(item)`` of every item, in the order in which the answers come.

    Each of ``processes`` takes the next item when it is done with one, so the largest should come first. What ``work``
    raises in a child counts as not done; raised in this process it is raised. ``meanwhile`` is what this process has to do
    besides: it does so first, and only where there are children. The first ``alike`` items ask for the same preparation,
    which is dear: only this process and every second of the others take from them.
    """
    if processes < 2 or len(items) < 2 or len(items) > MAX_ITEMS or not _may_fork():
        yield from map(work, items)
        return
    numbers = range(len(items))
    queues = [_filled(numbers[:alike]), _filled(numbers[alike:])]
    work = _alone(work)
    left = set(numbers)
    children: list[_Child] = []
    try:
        others = range(1, min(processes, len(items)))
        children += (_Child(queues[1:] if number % 2 else queues, items, work) for number in others)
        meanwhile()
        for number in _taken(queues):
            left.discard(number)
            yield work(items[number])
        for child in children:
            for number, done in child.answered(answer):
                left.discard(number)
                yield done
    finally:
        for queue in queues:
            os.close(queue)
        for child in children:
            child.stop()
    for number in sorted(left):
        yield work(items[number])


@contextlib.contextmanager
def ahead(work: Callable[[], R], answer: type[R]) -> Iterator[Callable[[], R]]:
    """What ``work()`` gives, begun by a child at once; what the block is given returns it.

    Where there is no child, or it could not answer, this process does the work when it is asked for the result. What it
    raises there is raised.
    """
    if processors() < 2 or not _may_fork():
        yield cache(work)
        return
    queue, filling = os.pipe()
    os.write(filling, b"\0")
    os.close(filling)
    child = _Child((queue,), (None,), lambda _: work())

    def result() -> R:
        for _, done in child.answered(answer):
            return done
        return work()

    try:
        yield cache(result)
    finally:
        os.close(queue)
        child.stop()


def _may_fork() -> bool:
    """A lock that another thread holds at the moment of forking stays locked in the child for ever. Work that is shared
    already is not split further: there are as many processes as it pays to have."""
    return hasattr(os, "fork") and sys.platform != "emscripten" and threading.active_count() == 1 and not _sharing.get()


def _alone(work: Callable[[T], R]) -> Callable[[T], R]:
    def done(item: T) -> R:
        token = _sharing.set(True)
        try:
            return work(item)
        finally:
            _sharing.reset(token)

    return done


def _filled(numbers: Sequence[int]) -> int:
    """The reading end of a pipe with the numbers in it."""
    queue, filling = os.pipe()
    os.write(filling, bytes(numbers))
    os.close(filling)
    return queue


def _taken(queues: Sequence[int]) -> Iterator[int]:
    for queue in queues:
        while number := os.read(queue, 1):
            yield number[0]


def _file() -> BinaryIO:
    """For an answer: in memory where the system has such files."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("fastreview"), "w+b")
    import tempfile

    return cast("BinaryIO", tempfile.TemporaryFile())


def _messages(data: bytes) -> Iterator[memoryview]:
    """What was written, each with its length before it."""
    view, start = memoryview(data), 0
    while start < len(view):
        start += _LENGTH_BYTES
        end = start + int.from_bytes(view[start - _LENGTH_BYTES : start])
        yield view[start:end]
        start = end


class _Child:
    """One forked process; ``_pid`` is 0 where there is none."""

    def __init__(self, queues: Sequence[int], items: Sequence[T], work: Callable[[T], R]) -> None:
        self._file = _file()
        self._pid = 0
        with contextlib.suppress(OSError):
            self._pid = os.fork()
            if not self._pid:
                self._live(queues, items, work)

    def _live(self, queues: Sequence[int], items: Sequence[T], work: Callable[[T], R]) -> None:
        """The child's whole life: no handler, buffer or `atexit` function of the parent runs in it."""
        code = 1
        try:
            # Written as it comes: at the end nobody waits for all of it.
            for number in _taken(queues):
                data = msgspec.msgpack.encode((number, work(items[number])))
                self._file.write(len(data).to_bytes(_LENGTH_BYTES) + data)
            self._file.flush()
            code = 0
        finally:
            os._exit(code)

    def answered(self, answer: type[R]) -> list[tuple[int, R]]:
        if not self._pid or self._waited():
            return []
        self._file.seek(0)
        # mypy knows no types that are values.
        decoder = msgspec.msgpack.Decoder(tuple[int, answer])  # type: ignore[valid-type]
        try:
            return [decoder.decode(data) for data in _messages(self._file.read())]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return []

    def stop(self) -> None:
        """Ends the child if it is still at work: nobody waits for its answer."""
        self._file.close()
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            self._waited()

    def _waited(self) -> int:
        pid, self._pid = self._pid, 0
        return os.waitpid(pid, 0)[1]
