"""Reviews on their way into the store: one file each, whole or not there.

A file is ``magic, digest of the payload, payload``; the payload is the msgpack of a `Record`. It is written under another
name and renamed. Names begin with the time, so that they are brought in in order.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from fastreview import folders
from fastreview.errors import HistoryUnavailable
from fastreview.store.record import Record

SUFFIX = ".review"

_MAGIC = b"fastreview waiting 1\n"
_DIGEST_BYTES = 16
_encode = msgspec.msgpack.Encoder().encode


class Room(Struct, frozen=True):
    """What may wait at most, with what is put there: files, and their bytes together."""

    files: int = 1_000
    size: int = 512 * 1024 * 1024


def put(record: Record, folder: Path, room: Room | None = Room()) -> int:  # noqa: B008 - frozen
    """Keeps ``record``, whatever happens to this process afterwards. Where that is more than there is ``room`` for, because
    nothing was brought in for long, those that waited longest are dropped; how many is returned. None is room for all.

    Raises:
        HistoryUnavailable: when it cannot be written, with the system's reason.
    """
    payload = _encode(record)
    name = f"{time.time_ns():020d}-{record.id[:16]}{SUFFIX}"
    try:
        folders.put(folder / name, _MAGIC + _checksum(payload) + payload)
    except OSError as error:
        raise HistoryUnavailable(f"{folder} cannot be written: {error.strerror or error}.") from error
    return _drop(folder, name, room) if room is not None else 0


def _drop(folder: Path, newest: str, room: Room) -> int:
    """Drops the oldest until the rest fits; the newest stays, whatever its size."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        sizes = {e.name: e.stat().st_size for e in entries if e.name.endswith(SUFFIX) and not e.name.startswith(".")}
        left, size = len(sizes), sum(sizes.values())
        dropped = 0
        for name in sorted(sizes.keys() - {newest}):
            if left <= room.files and size <= room.size:
                break
            # Another process may have brought it in meanwhile.
            with contextlib.suppress(FileNotFoundError):
                (folder / name).unlink()
                dropped += 1
            left, size = left - 1, size - sizes[name]
        return dropped
    return 0


def waiting(folder: Path) -> list[Path]:
    """The files that wait, the oldest first; those that died while they were written are swept away after a day."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return []
    for left in (file for file in found if file.name.startswith(".writing-")):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - 86_400:
                left.unlink()
    return [file for file in found if file.suffix == SUFFIX and not file.name.startswith(".")]


def taken(files: list[Path]) -> Iterator[tuple[Path, Record | None]]:
    """The records, None for a file that is not what was written: cut short by the disk, or of an older version.

    A file that another process brought in meanwhile is passed over.
    """
    for file in files:
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            continue
        except OSError:
            yield file, None
            continue
        yield file, _record(data)


def _record(data: bytes) -> Record | None:
    start = len(_MAGIC) + _DIGEST_BYTES
    payload = memoryview(data)[start:]
    if not data.startswith(_MAGIC) or data[len(_MAGIC) : start] != _checksum(payload):
        return None
    try:
        return msgspec.msgpack.decode(payload, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _checksum(payload: bytes | memoryview) -> bytes:
    return hashlib.blake2b(payload, digest_size=_DIGEST_BYTES).digest()
