"""What to do next, week by week, and the pages of the checks to read for it."""

from typing import Literal

from msgspec import Struct

from fastreview.review.outcomes import RelatedPlace
from fastreview.review.scales import Effort

StepKind = Literal["lift", "prove", "more"]


class NextStep(Struct, frozen=True):
    """One check to mend, or something to prove. ``unlocks`` says what it leads to, ``proof`` how the next review shows it."""

    check: str
    why: str
    effort: Effort
    unlocks: str
    proof: str
    path: str = ""
    line: int = 0
    exercise: str = ""
    """What to try in this code beyond the repair, to understand it."""
    kind: StepKind = "lift"
    """"lift": of the smallest set that lifts the level; "prove": no repair, evidence; "more": left beyond that level."""
    title: str = ""
    """Where it is not that of the check."""


class Link(Struct, frozen=True):
    title: str
    url: str


class Week(Struct, frozen=True):
    """One week of the learning path. ``checks`` prove it. A week that is ``done`` has no number (0), gaps or exercise."""

    title: str
    goal: str
    checks: tuple[str, ...]
    number: int = 0
    done: bool = False
    evidence: str = ""
    """How much of it is proven already, as a sentence."""
    gaps: tuple[RelatedPlace, ...] = ()
    """What is missing, each with the first of its places."""
    readings: tuple[Link, ...] = ()
    sources: tuple[str, ...] = ()
    """Functions of the installed framework to read, as ``fastapi/routing.py:372 run_endpoint_function``."""
    exercise: str = ""
    proof: str = ""


class Plan(Struct, frozen=True):
    weeks: tuple[Week, ...] = ()


class Page(Struct, frozen=True):
    """The page of a check, Markdown without HTML. ``bad`` and ``good`` are example source, "" where there is none."""

    code: str
    slug: str
    title: str
    why: str
    improve: str
    exceptions: str
    links: tuple[Link, ...]
    bad: str = ""
    good: str = ""
