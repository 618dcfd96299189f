"""Environments kept between reviews: one folder per content of what is to be installed, in the user's cache folder.

A folder is complete when its record is in it. Whoever builds one holds a lock on the file beside it: another review
waits for it, and then finds it built. Folders that nobody used for long are removed by the next review that builds.
"""

import contextlib
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from fastreview.folders import cache_folder
from fastreview.gather.cache import store

KEPT_SECONDS = 30 * 86_400
"""An environment that was not used for this long is removed."""
IN_USE_SECONDS = 86_400
"""One that was used more recently than this is never removed."""
KEPT = 80
"""Environments beyond this number go, the ones used longest ago first."""
FAILURE_SECONDS = 3_600
"""For this long, what could not be installed is not tried again."""

RECORD = "fastreview.json"
_FORMAT = "1"


class Record(Struct, frozen=True):
    """What was installed and how. ``error`` is "" or the sentence why nothing was.

    ``left_out`` are packages that were asked for and are not there, each with the reason.
    """

    python: str = ""
    packages: int = 0
    assumptions: tuple[str, ...] = ()
    error: str = ""
    left_out: dict[str, str] = {}
    missing_python: str = ""
    """What the project asks for where no interpreter of that version is installed, as a sentence."""


def environments_folder() -> Path | None:
    """Where environments are kept, or None where there is no place for them."""
    folder = cache_folder()
    return None if folder is None else folder / "environments"


def key_of(*parts: object) -> str:
    """A name for what is to be installed: equal contents have equal names, on one platform."""
    text = msgspec.json.encode([_FORMAT, sys.platform, os.uname().machine if hasattr(os, "uname") else "", *parts])
    return hashlib.blake2b(text, digest_size=12).hexdigest()


def complete(prefix: Path) -> Record | None:
    """The record of a finished environment, which counts as used now; of a recent failure too."""
    record = _read(prefix / RECORD)
    if record is not None:
        with contextlib.suppress(OSError):
            os.utime(prefix / RECORD)
        return record
    failed = prefix.with_suffix(".failed")
    with contextlib.suppress(OSError):
        if time.time() - failed.stat().st_mtime < FAILURE_SECONDS:
            return _read(failed)
    return None


def finish(prefix: Path, record: Record) -> None:
    """Marks the environment as complete; nobody believes in it before."""
    _write(prefix / RECORD, record)


def give_up(prefix: Path, record: Record) -> None:
    """Removes what was begun, and keeps the reason for a while."""
    shutil.rmtree(prefix, ignore_errors=True)
    with contextlib.suppress(OSError):
        _write(prefix.with_suffix(".failed"), record)


def remember(key: str, data: bytes) -> None:
    """Keeps, under ``key``, what was learnt about it."""
    folder = environments_folder()
    if folder is not None:
        store(folder / f"{key}.learnt", data, KEPT)


def remembered(key: str) -> bytes:
    """What was learnt under ``key``, for as long as an environment is kept; empty where nothing was."""
    folder = environments_folder()
    with contextlib.suppress(OSError):
        if folder is not None and time.time() - (folder / f"{key}.learnt").stat().st_mtime < KEPT_SECONDS:
            return (folder / f"{key}.learnt").read_bytes()
    return b""


@contextlib.contextmanager
def locked(prefix: Path, seconds: float) -> Iterator[bool]:
    """Holds the lock for ``prefix``; False where another process held it for all of ``seconds``."""
    prefix.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(prefix.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + seconds
    try:
        while not (held := _lock(handle)) and time.monotonic() < until:
            time.sleep(0.2)
        yield held
    finally:
        os.close(handle)


def clean(folder: Path) -> None:
    """Removes environments that are old or too many, never one that is being built or was used lately."""
    now = time.time()
    try:
        found = sorted((_used(path), path) for path in folder.iterdir() if path.suffix == "" and path.is_dir())
    except OSError:
        return
    excess = len(found) - KEPT
    for number, (used, prefix) in enumerate(found):
        if now - used > KEPT_SECONDS or (number < excess and now - used > IN_USE_SECONDS):
            with contextlib.suppress(OSError), locked(prefix, 0) as held:
                if held:
                    shutil.rmtree(prefix, ignore_errors=True)
    for path in folder.glob("*.*"):
        with contextlib.suppress(OSError):
            if now - path.stat().st_mtime > KEPT_SECONDS and not path.with_suffix("").exists():
                path.unlink()


def _used(prefix: Path) -> float:
    for path in (prefix / RECORD, prefix):
        with contextlib.suppress(OSError):
            return path.stat().st_mtime
    return 0.0


def _lock(handle: int) -> bool:
    """Where the platform has no such locks, two reviews at once may do the same work twice."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read(path: Path) -> Record | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except (OSError, msgspec.MsgspecError):
        return None


def _write(path: Path, record: Record) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(msgspec.json.encode(record))
    os.replace(temporary, path)
