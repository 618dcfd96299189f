"""Where something stands, and what checks are evaluated on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from msgspec import Struct

if TYPE_CHECKING:
    from fastreview.project.project import Project


class Place(Struct, frozen=True, order=True):
    """A place in a file: ``path`` relative to the reviewed root with "/", lines from 1; line 0 is the file as a whole."""

    path: str
    line: int = 0
    end_line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Subject:
    """Something a check judges. Subjects, not files and not findings, are the denominator of every share.

    Not an abstract base class: `isinstance` of one costs ten times as much, and the model asks it a million times.
    """

    unit: str = "subject"
    """What one of them is called in reports."""

    @property
    def key(self) -> str:
        """Its name that survives moves within a file: ``GET /items/{id}``, ``app.orders.place_order``."""
        raise NotImplementedError

    @property
    def place(self) -> Place:
        raise NotImplementedError

    @classmethod
    def all_of(cls, project: Project) -> Sequence[Self]:
        """Those of a project, in a stable order; what a pack judges and the model has no name for says it itself."""
        raise NotImplementedError

    @property
    def doubts(self) -> tuple[str, ...]:
        """Where the code and the running app disagree on it, as sentences without a full stop."""
        return ()
