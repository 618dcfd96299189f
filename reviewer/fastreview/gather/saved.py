"""Facts in a file: a review can be repeated from it without the project."""

import gzip
import zlib
from pathlib import Path

import msgspec

from fastreview.errors import UsageError
from fastreview.facts import Facts

MAX_BYTES = 2_000_000_000

_MAGIC = "fastreview-facts/1"


class _Saved(msgspec.Struct, frozen=True):
    format: str
    facts: Facts


def save_facts(facts: Facts, file: Path) -> None:
    """Writes gzip-compressed msgpack.

    Raises:
        UsageError: when the file cannot be written.
    """
    data = gzip.compress(msgspec.msgpack.encode(_Saved(_MAGIC, facts)), compresslevel=3, mtime=0)
    try:
        file.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error


def load_facts(file: Path) -> Facts:
    """Reads what `save_facts` wrote.

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
    return saved.facts
