"""What the report of a session shows: both voices beside what the tool saw. The renderers see this and nothing else.

Nothing in it is trusted or HTML: notes are Markdown of whoever wrote them, names are the reviewed project's.
"""

import datetime
from typing import Literal

from msgspec import Struct

from fastreview.mentor.growth import Growth
from fastreview.mentor.records import Acceptance, Estimate, Exercise, NoteType, Voice
from fastreview.review import Excerpt, Headline, LevelName, NextStep, StrengthEntry, Tool


class Stand(Struct, frozen=True):
    """One dimension in three voices. ``estimate`` is the mentee's, ``proven`` and ``possible`` are the tool's, ``mentor``
    is the mentor's, "" where they said nothing."""

    dimension: str
    estimate: Estimate | Literal[""]
    proven: LevelName
    possible: LevelName
    assessed: bool
    core: bool
    mentor: LevelName | Literal[""] = ""
    reason: str = ""


class Said(Struct, frozen=True):
    """One note. ``about`` names what it is about; ``message`` is what the tool says there, "" where it says nothing.

    ``state`` tells whether the place was found again: "gone" is often the best news.
    """

    type: NoteType
    by: Voice
    text: str
    about: str
    path: str
    line: int
    state: Literal["here", "changed", "moved", "gone"]
    check: str = ""
    title: str = ""
    message: str = ""
    excerpt: Excerpt | None = None


class GoalCheck(Struct, frozen=True):
    """``state`` is that of the check's outcome; ``left`` counts the subjects that fail."""

    check: str
    title: str
    state: str
    left: int


class Agreement(Struct, frozen=True):
    goal: str
    by: datetime.date
    checks: tuple[GoalCheck, ...]
    met: bool
    agreed: str
    """Name of the session in which it was agreed on."""


class Report(Struct, frozen=True):
    project: str
    commit: str
    dirty: bool
    tool: Tool
    session: str
    on: datetime.date
    mentor: str
    mentee: str
    goals: tuple[str, ...]
    level: Headline
    stands: tuple[Stand, ...]
    growth: Growth | None
    notes: tuple[Said, ...]
    agreements: tuple[Agreement, ...]
    exercises: tuple[Exercise, ...]
    accepted: tuple[Acceptance, ...]
    lapsed: tuple[str, ...]
    next_steps: tuple[NextStep, ...]
    titles: dict[str, str]
    """Of the checks that are named anywhere in it."""
    strengths: tuple[StrengthEntry, ...]
    findings: int
    blockers: int
    pending: tuple[str, ...] = ()
    """What is still to be done in this session, as sentences."""
