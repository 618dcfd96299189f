"""A window on a longer result."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Window:
    limit: int
    offset: int


@dataclass(frozen=True)
class Found(Generic[T_co]):
    """The items inside the window, and how many there are in all."""

    items: Sequence[T_co]
    total: int
