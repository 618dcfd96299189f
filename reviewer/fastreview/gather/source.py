"""All Python files of a project to their facts: from the cache, else extracted, in several processes when they pay."""

import gc
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fastreview.facts.source import ModuleFacts
from fastreview.gather.cache import FactCache
from fastreview.gather.module import MAX_BYTES, digest, module_facts, unread
from fastreview.gather.workers import extract_in_workers

WORKERS_FROM_BYTES = 400_000
"""A worker costs about 0.1 s to start; extraction runs at some 4 MB/s."""

Progress = Callable[[int, int], None]
"""Called with how many files are done and how many there are."""


def gather_source(
    root: Path, paths: Sequence[str], *, cache: bool, workers: int | None = None, progress: Progress | None = None
) -> tuple[ModuleFacts, ...]:
    """The facts of ``paths`` (relative to ``root``) in their order. Never raises for what a file is or holds.

    ``workers`` is the number of processes that share the work, this one included; by default what the machine offers.
    """
    store = FactCache(root) if cache else None
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
        for module in _extract(missing, workers or processors()):
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


def processors() -> int:
    """Processors this process may use, at most eight: more workers wait for each other's pipes."""
    try:
        return min(8, len(os.sched_getaffinity(0)))
    except AttributeError:
        return min(8, os.cpu_count() or 1)


def _extract(files: Sequence[tuple[str, bytes]], workers: int) -> Iterator[ModuleFacts]:
    size = sum(len(data) for _, data in files)
    workers = min(workers, 1 + size // WORKERS_FROM_BYTES)
    if workers < 2:
        yield from (module_facts(path, data) for path, data in files)
    else:
        yield from extract_in_workers(files, workers)


@contextmanager
def collector_off() -> Iterator[None]:
    """Syntax trees and models are many small objects that live on; looking for garbage triples the cost of building."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
