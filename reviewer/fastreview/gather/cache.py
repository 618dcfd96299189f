"""Facts kept between reviews: one file per reviewed folder, in the user's cache folder.

A file is ``magic, digest of the payload, payload``; the payload is the msgpack of all the folder's `ModuleFacts`. Facts
are found by path and content, so a stale cache only costs time. Whatever is wrong with a cache - cut short, written by
another version, not readable - it counts as empty and is replaced.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Protocol

import msgspec

from fastreview import __version__
from fastreview.facts.source import ModuleFacts
from fastreview.folders import cache_folder, put

KEPT = 60
"""Cache files in the folder; the ones written longest ago go first."""
MAX_BYTES = 500_000_000

_DIGEST_BYTES = 16


class FactMemory(Protocol):
    """Facts of files as they were read before."""

    def load(self) -> dict[tuple[str, str], ModuleFacts]:
        """By path and digest."""

    def save(self, modules: Iterable[ModuleFacts]) -> None: ...


class FactCache:
    """The facts of one folder from an earlier review."""

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        place = hashlib.blake2b(os.fsencode(root), digest_size=12).hexdigest()
        folder = cache_folder() if folder is None else folder
        # A cache inside the reviewed folder would change what is reviewed.
        self.file = None if folder is None or folder.resolve().is_relative_to(root) else folder / f"{place}.facts"

    def load(self) -> dict[tuple[str, str], ModuleFacts]:
        """The facts by path and digest; empty where there is no usable cache."""
        if self.file is None:
            return {}
        try:
            if self.file.stat().st_size > MAX_BYTES:
                return {}
            data = self.file.read_bytes()
            magic = _magic()
            start = len(magic) + _DIGEST_BYTES
            payload = memoryview(data)[start:]
            if not data.startswith(magic) or data[len(magic) : start] != _checksum(payload):
                return {}
            modules = msgspec.msgpack.decode(payload, type=list[ModuleFacts])
        except (OSError, msgspec.DecodeError, RecursionError, MemoryError):
            return {}
        return {(module.path, module.digest): module for module in modules}

    def save(self, modules: Iterable[ModuleFacts]) -> None:
        """Replaces the cache in one step: a review at the same moment reads the old one or the new one."""
        if self.file is None:
            return
        payload = msgspec.msgpack.encode(list(modules))
        store(self.file, _magic() + _checksum(payload) + payload, KEPT)


def store(file: Path, data: bytes, kept: int) -> None:
    """Replaces ``file`` in one step and keeps the ``kept`` newest files of its suffix; nothing is kept where its folder
    cannot be written to."""
    with contextlib.suppress(OSError):
        put(file, data)
        others = sorted(file.parent.glob(f"*{file.suffix}"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in others[kept:]:
            old.unlink(missing_ok=True)


@cache
def _magic() -> bytes:
    """Names what wrote the facts: another version of fastreview or Python may see a file differently."""
    key = hashlib.blake2b(f"{__version__} {sys.version_info[:3]}".encode(), digest_size=_DIGEST_BYTES)
    here = Path(__file__).parent
    sources = [here / name for name in ("module.py", "syntax.py", "rewriting.py", "newer_syntax.py", "downgrade.py")]
    for source in (*sources, here.parent / "facts" / "source.py", here.parent / "facts" / "syntax.py"):
        with contextlib.suppress(OSError):
            key.update(source.read_bytes())
    return b"fastreview facts\n" + key.digest()


def _checksum(payload: bytes | memoryview) -> bytes:
    return hashlib.blake2b(payload, digest_size=_DIGEST_BYTES).digest()
