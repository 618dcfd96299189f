"""All Python files of a project to their facts: from the cache, else extracted, by several processes when they pay."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from fastreview.collector import collector_off
from fastreview.facts.source import ModuleFacts
from fastreview.forks import processors, shared
from fastreview.gather.cache import FactCache, FactMemory
from fastreview.gather.module import MAX_BYTES, digest, module_facts, unread

BYTES_PER_PROCESS = 100_000
"""Forking and reading the answer cost about 10 ms; extraction runs at some 6 MB/s."""
CHUNKS = 64
"""Portions of work that processes take in turn: enough of them that all end at about the same time."""

Progress = Callable[[int, int], None]
"""Called with how many files are done and how many there are."""


def gather_source(
    root: Path,
    paths: Sequence[str],
    *,
    cache: bool,
    processes: int | None = None,
    progress: Progress | None = None,
    meanwhile: Callable[[], object] = lambda: None,
    memory: FactMemory | None = None,
) -> tuple[ModuleFacts, ...]:
    """The facts of ``paths`` (relative to ``root``) in their order. Never raises for what a file is or holds.

    What is known already comes from ``memory``, else with ``cache`` from the user's cache folder.

    ``processes`` share the work, this one included; by default as many as the machine offers. ``meanwhile`` is run
    by this one while others are at work, if there are any.
    """
    store: FactMemory | None = memory or (FactCache(root) if cache else None)
    with collector_off():
        known = store.load() if store else {}
        facts: dict[str, ModuleFacts] = {}
        missing: list[tuple[str, bytes]] = []
        for path in paths:
            data = read(root, path)
            if isinstance(data, ModuleFacts):
                facts[path] = data
            elif found := known.get((path, digest(data))):
                facts[path] = found
            else:
                missing.append((path, data))
        if progress:
            progress(len(paths) - len(missing), len(paths))
        for module in _extract(missing, processes or processors(), meanwhile):
            facts[module.path] = module
            if progress:
                progress(len(facts), len(paths))
        modules = tuple(facts[path] for path in paths)
        # Nothing new and nothing gone: what is on disk already says the same.
        if store and (missing or len(known) > len(paths)):
            store.save(module for module in modules if module.digest)
    return modules


def read(root: Path, path: str) -> bytes | ModuleFacts:
    """The bytes of a file, or facts that say why they are not there."""
    full = os.path.join(root, path)
    try:
        # O_NONBLOCK: a FIFO that took the file's place since it was listed must not hold the review.
        handle = os.open(full, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb", buffering=0) as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return unread(path, "not a regular file")
            if status.st_size > MAX_BYTES:
                return unread(path, f"larger than {MAX_BYTES // 1_000_000} MB")
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return unread(path, f"cannot be opened: {getattr(error, 'strerror', None) or error}")


def _extract(
    files: Sequence[tuple[str, bytes]], processes: int, meanwhile: Callable[[], object]
) -> Iterator[ModuleFacts]:
    by_size = sorted(files, key=lambda file: len(file[1]), reverse=True)
    size = sum(len(data) for _, data in files)
    chunks = [chunk for first in range(CHUNKS) if (chunk := by_size[first::CHUNKS])]
    processes = min(processes, 1 + size // BYTES_PER_PROCESS)
    for modules in shared(chunks, _modules, list[ModuleFacts], processes, meanwhile):
        yield from modules


def _modules(files: Sequence[tuple[str, bytes]]) -> list[ModuleFacts]:
    return [module_facts(path, data) for path, data in files]
