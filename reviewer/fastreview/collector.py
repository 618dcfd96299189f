"""Python's garbage collector, kept from looking where there is none to find.

Syntax trees and models are many small objects that live on: collecting between them triples the cost of building them.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_off() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_kept: list[object] = []


def keep_until_exit(*built: object) -> None:
    """What was built stays until the process ends: to look through it, or to free it object by object, would take longer
    than to review a small service. Only the last is kept."""
    _kept[:] = built
    gc.freeze()
