"""`functools.cached_property` as it is from Python 3.12 on, for 3.11 too.

The one of 3.11 takes a lock on every first read, which costs as much again as the rest of it. A review reads some seventy
thousand properties of functions, modules and routes for the first time, and never in two threads.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property
else:

    class cached_property:  # noqa: N801 - the name that it has in the standard library
        """A property whose value is derived once and then stands in the ``__dict__`` of the object."""

        def __init__(self, derive: Callable[[object], object]) -> None:
            self._derive = derive
            self._name = derive.__name__
            self.__doc__ = derive.__doc__

        def __get__(self, instance: object, owner: type | None = None) -> object:
            if instance is None:
                return self
            found = instance.__dict__[self._name] = self._derive(instance)
            return found


__all__ = ["cached_property"]
