"""What the files of a mentored review hold: one record a file, so that two people who write at once rarely conflict."""

import datetime
from typing import Literal

from msgspec import Struct

from fastreview.review import LevelName

NoteType = Literal["essential", "actionable", "informative", "celebratory"]
Voice = Literal["mentor", "mentee"]
AnchorKind = Literal["finding", "strength", "route", "code", "file"]
Estimate = Literal["junior", "intermediate", "senior", "staff", "unsure"]

NOTE_TYPES: tuple[NoteType, ...] = ("celebratory", "essential", "actionable", "informative")
"""In the order of a report: what is good comes first."""
ESTIMATES: tuple[Estimate, ...] = ("junior", "intermediate", "senior", "staff", "unsure")


ACCEPTED = ".fastreview/accepted"


class Record(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of what stands in a file: a misspelt key is an error, not a loss."""


class Session(Record, frozen=True):
    """``session.toml``: who talks about the code, since when, and what for."""

    on: datetime.date
    mentor: str
    mentee: str
    goals: tuple[str, ...] = ()


class Estimates(Record, frozen=True):
    """``estimates.toml``: what the mentee thinks of the code in each dimension, said before the result is seen."""

    levels: dict[str, Estimate] = {}


class Anchor(Record, frozen=True):
    """What a note is about, told by its meaning. No line: it survives edits above, moves and, by ``excerpt``, renames.

    ``name`` is the qualified name of a function or class below ``path``, "" for the module; ``excerpt`` is a digest of
    what the code says, whatever its layout.
    """

    kind: AnchorKind
    check: str = ""
    fingerprint: str = ""
    subject: str = ""
    route: str = ""
    path: str = ""
    name: str = ""
    excerpt: str = ""


class Note(Record, frozen=True):
    """``notes/*.md``: what somebody says of a place, in Markdown; the other fields stand in front of it."""

    type: NoteType
    about: Anchor
    by: Voice = "mentor"
    text: str = ""


class Override(Record, frozen=True):
    """``overrides/DIMENSION.toml``: the mentor's level. It stands beside the tool's and changes nothing in it."""

    level: LevelName
    reason: str


class Goal(Record, frozen=True):
    """``goals/*.toml``: what both agreed on, and the checks that will show it."""

    goal: str
    checks: tuple[str, ...]
    by: datetime.date


class Exercise(Record, frozen=True):
    """``exercises/*.toml``: a task in the own code. ``hints`` lead from a question to nearly the solution.

    ``proven`` is the day on which a review found the check to hold there.
    """

    title: str
    check: str
    subject: str
    fingerprint: str
    path: str
    task: str
    hints: tuple[str, ...]
    excerpt: str = ""
    proven: datetime.date | None = None


class Acceptance(Record, frozen=True):
    """``accepted/*.toml``: a finding that a named reviewer accepts until a day. ``seal`` shows later changes by hand.

    ``others`` are further subjects that the finding stood for when it was signed; one that joins them later is not accepted.
    """

    check: str
    fingerprint: str
    subject: str
    path: str
    reviewer: str
    reason: str
    on: datetime.date
    until: datetime.date
    seal: str
    others: tuple[str, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        return (self.subject, *self.others)


class Signed(Struct, frozen=True):
    """``counting`` hold today. ``lapsed`` says of each of the others, in a sentence, why it does not: those that ``ended``,
    then those that were ``changed`` after they were signed."""

    counting: tuple[Acceptance, ...] = ()
    lapsed: tuple[str, ...] = ()
    ended: tuple[Acceptance, ...] = ()
    changed: tuple[Acceptance, ...] = ()
