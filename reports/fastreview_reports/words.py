"""The words of a report: one place for the names and sentences that every format shows alike. They rate code only."""

import re
from collections.abc import Sequence
from datetime import date

from fastreview.review import (
    LEVELS,
    Confidence,
    DimensionEntry,
    Headline,
    LevelName,
    OutcomeEntry,
    Severity,
    State,
)
from fastreview.units import plural

PROVEN_MEANS = (
    "Proven counts only what was seen to hold; possible is where the code would stand if everything that could "
    "not be decided turned out well."
)

DIMENSIONS = {
    "core": ("FastAPI and Pydantic", "Contracts, validation, dependencies and documentation of the API."),
    "architecture": ("Architecture", "How responsibilities, layers and modules are cut."),
    "async": ("Async and ASGI", "Whether the event loop stays free and tasks are looked after."),
    "typing": ("Typing", "How much of the code a type checker can vouch for."),
    "data": ("Data", "Sessions, queries, migrations and transactions."),
    "security": ("Security", "Authentication, authorisation, secrets and input that reaches far."),
    "testing": ("Testing", "What tests exercise, and whether they would notice a defect."),
    "production": ("Production", "Configuration, logs, health, containers and delivery."),
    "extension": ("Extension", "Reusable parts built on the framework. Shown only; it never decides the level."),
}

SEVERITIES: dict[Severity, str] = {"blocker": "Blocker", "major": "Major", "minor": "Minor", "info": "Info"}
CONFIDENCES: dict[Confidence, str] = {"certain": "Certain", "likely": "Likely", "possible": "Possible"}
STATES: dict[State, tuple[str, str]] = {
    "met": (
        "Passed",
        "What the check looks for is absent, or rare enough, and the evidence for that is strong enough.",
    ),
    "not-met": ("Not met", "What the check looks for is there, in too many places."),
    "unknown": ("Unknown", "Something needed to decide was missing. It counts against proven, never against possible."),
    "not-applicable": ("Not applicable", "Proven not to concern this project; outside of the scoring."),
    "off": ("Switched off", "Turned off by configuration. It counts as unknown: switching a check off never helps."),
    "crashed": ("Crashed", "The check itself failed, which is a defect of the check. It counts as unknown."),
}
SIDES = {
    "source": "Source code",
    "app": "Imported app",
    "files": "Project files",
    "tests": "Test run",
    "types": "Type checker",
    "git": "Git history",
    "http": "HTTP probes",
}

# Not those of `strftime`, which are the locale's.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def rank(level: LevelName) -> int:
    """0 (junior) to 3 (staff)."""
    return LEVELS.index(level)


def label(level: LevelName) -> str:
    return level.capitalize()


def dimension_label(name: str) -> str:
    """Of a dimension of ours, or one that a third-party pack added."""
    return DIMENSIONS.get(name, (name.replace("-", " ").capitalize(), ""))[0]


def percent(share: float) -> str:
    """0 to 1 as "83 %": rounded down, so that 100 % means all."""
    return f"{int(share * 100 + 1e-9)} %"


def number(count: int, one: str, many: str = "") -> str:
    """ "1 route", "25 routes", "1,200 routes"."""
    return f"{count:,} {one if count == 1 else many or plural(one)}"


def interval(proven: LevelName, possible: LevelName) -> str:
    if rank(possible) <= rank(proven):
        return f"{label(proven)} (proven)"
    return f"{label(proven)} (proven), up to {label(possible)} (possible)"


def headline(level: Headline) -> str:
    """The line that is the same, letter by letter, in every format."""
    start = "" if level.assessed else "Not assessed: "
    return f"{start}{interval(level.proven, level.possible)}, evidence {percent(level.evidence)}"


def verdict(level: Headline) -> str:
    """The verdict in one sentence."""
    if not level.assessed:
        return f"Not assessed: only {percent(level.evidence)} of what applies could be decided."
    reach = ""
    if rank(level.possible) > rank(level.proven):
        reach = f"; what is undecided could still lift it to {label(level.possible)}"
    if level.proven == "junior":
        if level.possible == "intermediate":
            reach = "; what is undecided could still prove it"
        return f"This code does not prove the Intermediate level yet{reach}."
    return f"This code proves the {label(level.proven)} level{reach}."


def dimension_interval(dimension: DimensionEntry) -> str:
    if not dimension.assessed:
        if rank(dimension.possible) == rank(dimension.proven):
            return "Not assessed"
        return f"Not assessed, {label(dimension.proven)} to {label(dimension.possible)}"
    if rank(dimension.possible) > rank(dimension.proven):
        return f"{label(dimension.proven)}, up to {label(dimension.possible)}"
    return label(dimension.proven)


def tally(outcome: OutcomeEntry) -> str:
    """How the subjects of a check stand: "3 of 25 routes fail, 2 unknown"."""
    counts = outcome.subjects
    total = counts.passed + counts.failed + counts.unknown + counts.waived
    unit = outcome.unit or "subject"
    if total == 0:
        return ""
    if total == 1 and unit == "project":
        return ""
    parts = []
    if total == 1:
        state = "fails" if counts.failed else "passes" if counts.passed else "unknown" if counts.unknown else "waived"
        return f"1 {unit} {state}"
    if counts.failed:
        parts.append(f"{counts.failed:,} of {number(total, unit)} {'fails' if counts.failed == 1 else 'fail'}")
    elif counts.passed:
        parts.append(f"{counts.passed:,} of {number(total, unit)} {'passes' if counts.passed == 1 else 'pass'}")
    parts += [
        f"{count:,} {word}" if parts else f"{count:,} of {number(total, unit)} {word}"
        for count, word in ((counts.unknown, "unknown"), (counts.waived, "waived"), (counts.accepted, "accepted"))
        if count
    ]
    return ", ".join(parts)


def sentence(text: str) -> str:
    """With a capital, where it starts with a plain word."""
    return text[:1].upper() + text[1:] if re.match(r"[a-z]+[\s,.:;]", text) else text


def listing(parts: Sequence[str]) -> str:
    """ "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def detail(outcome: OutcomeEntry) -> str:
    return ". ".join(part.rstrip(".") for part in (tally(outcome), sentence(outcome.reason)) if part)


def day(iso: str) -> str:
    """ "2026-11-22" as "22 November 2026"; what is no day stays as it is."""
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def place(path: str, line: int) -> str:
    return f"{path}:{line}" if path and line else path
