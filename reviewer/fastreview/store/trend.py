"""The trend of a project beside its store, one line a review: reports show it without opening a database.

It is derived: a review adds its line, and whoever reads the history writes the file anew from the store.
"""

import contextlib
import datetime
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import structs

from fastreview.folders import put
from fastreview.review import HistoryPoint
from fastreview.store.place import Place
from fastreview.store.record import Summary

MAX_BYTES = 4_000_000
"""Of a file; only its end is read where it is larger."""

_encode = msgspec.json.Encoder().encode


def point(outline: Summary, rules: str, moment: float, subject: str = "") -> HistoryPoint:
    """A review as a point of a trend, by itself."""
    level = outline.level
    return HistoryPoint(
        made=datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        commit=outline.project.commit,
        dirty=outline.project.dirty,
        proven=level.proven,
        possible=level.possible,
        index=level.index,
        evidence=level.evidence,
        assessed=level.assessed,
        dimensions={dimension.name: dimension.index for dimension in outline.dimensions},
        ruler=rules,
        subject=subject,
    )


def noted(place: Place, keys: Sequence[str]) -> tuple[HistoryPoint, ...]:
    """What is noted of the project, the oldest first; lines that cannot be read are passed over."""
    found = []
    with contextlib.suppress(OSError), _file(place, keys).open("rb") as stream:
        stream.seek(max(0, os.fstat(stream.fileno()).st_size - MAX_BYTES))
        for line in stream.read(MAX_BYTES).splitlines():
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                found.append(msgspec.json.decode(line, type=HistoryPoint))
    return tuple(sorted(found, key=lambda one: one.made))


def same(points: Sequence[HistoryPoint], new: HistoryPoint) -> bool:
    """Whether the last of ``points`` says what ``new`` says."""
    if not points:
        return False
    last = points[-1]
    return structs.replace(last, made=new.made, subject=new.subject, recorded=None, change=None) == new


def note(place: Place, keys: Sequence[str], added: HistoryPoint) -> None:
    """Adds a line, in one write: two reviews at once do not mix theirs."""
    with contextlib.suppress(OSError):
        handle = os.open(_file(place, keys), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, _encode(added) + b"\n")
        finally:
            os.close(handle)


def replace(place: Place, keys: Sequence[str], points: Iterable[HistoryPoint]) -> None:
    """Writes the file anew, in one step."""
    with contextlib.suppress(OSError):
        put(_file(place, keys), b"".join(_encode(one) + b"\n" for one in points))


def _file(place: Place, keys: Sequence[str]) -> Path:
    name = hashlib.blake2b(keys[0].encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return place.waiting / f"{name}.trend"
