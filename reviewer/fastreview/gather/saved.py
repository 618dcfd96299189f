"""Facts in a file: a review can be repeated from it without the project."""

import gzip
import os
import zlib
from pathlib import Path

import msgspec

from fastreview.errors import UsageError
from fastreview.facts import Facts

MAX_BYTES = 2_000_000_000

_MAGIC = "fastreview-facts/1"


class _Saved(msgspec.Struct, frozen=True):
    format: str
    root: str
    facts: Facts


def save_facts(facts: Facts, root: Path, file: Path) -> None:
    """Writes gzip-compressed msgpack. ``root`` is noted: excerpts are read there as long as the files are the same.

    Raises:
        UsageError: when the file cannot be written.
    """
    data = gzip.compress(
        msgspec.msgpack.encode(_Saved(_MAGIC, os.fsencode(root.resolve()).decode("utf-8", "replace"), facts)),
        compresslevel=3,
        mtime=0,
    )
    try:
        file.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error


def load_facts(file: Path) -> tuple[Facts, Path | None]:
    """Reads what `save_facts` wrote: the facts, and the folder they are about where it is still there.

    Raises:
        UsageError: when the file cannot be read or holds something else.
    """
    try:
        with gzip.open(file) as stream:
            data = stream.read(MAX_BYTES)
        saved = msgspec.msgpack.decode(data, type=_Saved)
    except (gzip.BadGzipFile, EOFError, zlib.error, msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"{file} does not hold facts that this version saved with --save-facts.") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    if saved.format != _MAGIC:
        raise UsageError(f"{file} holds facts of another version; save them again with --save-facts.")
    root = Path(saved.root)
    return saved.facts, root if root.is_dir() else None
