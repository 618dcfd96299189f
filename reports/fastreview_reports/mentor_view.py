"""What the report of a session says, in words: computed once for HTML, PDF and Markdown. It rates code, never a person."""

import datetime
from collections.abc import Iterator

from msgspec import Struct, structs

from fastreview.mentor.document import Agreement, Report, Said, Stand
from fastreview.mentor.growth import Change, Growth
from fastreview.mentor.records import NOTE_TYPES, NoteType
from fastreview.review import LEVELS
from fastreview_reports import words
from fastreview_reports.text import safe_document, visible

MONTHS = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
CHANGES_SHOWN = 8
NOTE_LIMIT = 20_000

TYPES: dict[NoteType, tuple[str, str]] = {
    "celebratory": ("To keep", "What this code does well, and should go on doing."),
    "essential": ("Essential", "To be settled before anything else is built on it."),
    "actionable": ("Worth doing", "Improvements with a clear next move."),
    "informative": ("Good to know", "Background; nothing has to follow from it."),
}
SCALE = 300
"""Width of the picture of a dimension."""
_NOTED = {"here": "", "changed": "the code was changed since", "moved": "moved here", "gone": "no longer there"}


class Mark(Struct, frozen=True):
    """One voice on the scale from Junior to Staff, at ``x`` of ``SCALE``."""

    voice: str
    x: int
    label: str


class Row(Struct, frozen=True):
    """One dimension in three voices; ``talk`` says where they differ, or ""."""

    label: str
    estimate: str
    tool: str
    mentor: str
    reason: str
    marks: tuple[Mark, ...]
    talk: str
    proven: int
    possible: int


class NoteView(Struct, frozen=True):
    by: str
    about: str
    place: str
    state: str
    check: str
    title: str
    message: str
    note: Said
    replies: tuple[tuple[str, str], ...] = ()
    """What the mentee said of the same place: who, and what."""


class NoteGroup(Struct, frozen=True):
    type: NoteType
    title: str
    about: str
    notes: tuple[NoteView, ...]


class ChangeGroup(Struct, frozen=True):
    """``sign`` is "+" for what is better, "=" for neither, "-" for what is to be looked at."""

    title: str
    sign: str
    about: str
    lines: tuple[tuple[str, str, str], ...]
    """Check, title with its subject, and place."""
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


class Hints(Struct, frozen=True):
    number: int
    title: str
    task: str
    hints: tuple[str, ...]
    proven: str


class View(Struct, frozen=True):
    report: Report
    heading: str
    when: str
    headline: str
    sentence: str
    rows: tuple[Row, ...]
    notes: tuple[NoteGroup, ...]
    growth: tuple[ChangeGroup, ...]
    since: str
    grown: str
    """The growth in one sentence, or ""."""
    other_rules: bool
    persisting: int
    exercises: tuple[Hints, ...]
    agreements: tuple["AgreementView", ...]
    steps: tuple[tuple[str, str, str], ...]
    strengths: tuple[tuple[str, str], ...]
    accepted: tuple[str, ...]


class AgreementView(Struct, frozen=True):
    goal: str
    by: str
    state: str
    met: bool
    checks: tuple[tuple[str, str, str], ...]
    """Code, title and how it stands."""


def view(report: Report) -> View:
    """The view of a report whose strings were made safe to show; notes and hints keep their length."""
    safe = _safe(report)
    return View(
        report=safe,
        heading=f"Mentored review of {safe.project}",
        when=day(safe.on),
        headline=words.headline(safe.level),
        sentence=words.verdict(safe.level),
        rows=tuple(_row(stand) for stand in safe.stands if stand.core or stand.estimate or stand.mentor),
        notes=tuple(_groups(safe)),
        growth=tuple(_growth(safe.growth)) if safe.growth else (),
        since=safe.growth.since if safe.growth else "",
        grown=_grown(safe.growth) if safe.growth else "",
        other_rules=bool(safe.growth and not safe.growth.same_rules),
        persisting=safe.growth.persisting if safe.growth else 0,
        exercises=tuple(
            Hints(number, task.title, task.task, task.hints, day(task.proven) if task.proven else "")
            for number, task in enumerate(safe.exercises, 1)
        ),
        agreements=tuple(_agreement(agreed, safe.on) for agreed in safe.agreements),
        steps=tuple(
            (safe.titles.get(step.check, step.check), step.check, words.place(step.path, step.line))
            for step in safe.next_steps
        ),
        strengths=tuple((strength.message, words.place(strength.path, strength.line)) for strength in safe.strengths),
        accepted=tuple(
            f"{one.check} at {one.subject}: {one.reviewer}, until {day(one.until)}. {one.reason}"
            for one in safe.accepted
        ),
    )


def day(date: datetime.date) -> str:
    """22 November 2026, whatever the locale."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def _safe(report: Report) -> Report:
    safe = safe_document(report)
    return structs.replace(
        safe,
        notes=tuple(
            structs.replace(shown, text=visible(note.text, NOTE_LIMIT))
            for shown, note in zip(safe.notes, report.notes, strict=True)
        ),
        exercises=tuple(
            structs.replace(
                shown,
                task=visible(task.task, NOTE_LIMIT),
                hints=tuple(visible(hint, NOTE_LIMIT) for hint in task.hints),
            )
            for shown, task in zip(safe.exercises, report.exercises, strict=True)
        ),
    )


def _row(stand: Stand) -> Row:
    proven, possible = words.rank(stand.proven), words.rank(stand.possible)
    tool = words.label(stand.proven)
    if possible > proven:
        tool += f", up to {words.label(stand.possible)}"
    if not stand.assessed:
        tool = f"Not assessed ({tool})"
    marks = [Mark("tool", _x(proven), "tool")]
    if stand.estimate in LEVELS:
        marks.append(Mark("mentee", _x(LEVELS.index(stand.estimate)), "estimate"))
    if stand.mentor:
        marks.append(Mark("mentor", _x(words.rank(stand.mentor)), "mentor"))
    return Row(
        label=words.dimension_label(stand.dimension),
        estimate=stand.estimate.capitalize(),
        tool=tool,
        mentor=stand.mentor.capitalize(),
        reason=stand.reason,
        marks=tuple(marks),
        talk=_talk(stand, proven, possible),
        proven=_x(proven),
        possible=_x(possible),
    )


def _x(level: int) -> int:
    return 10 + level * (SCALE - 20) // 3


def _talk(stand: Stand, proven: int, possible: int) -> str:
    if not stand.assessed:
        return "Too little could be decided to compare."
    if stand.estimate == "unsure":
        return "No estimate: a good place to begin."
    if stand.estimate not in LEVELS:
        return ""
    said = LEVELS.index(stand.estimate)
    if said < proven:
        return "The code proves more than the estimate."
    if said > possible:
        return "The code proves less than the estimate."
    return "As estimated." if said == proven else "Possible, and not proven yet."


def _groups(report: Report) -> Iterator[NoteGroup]:
    for kind in NOTE_TYPES:
        notes = tuple(_note(note, report) for note in report.notes if note.type == kind and not _is_reply(note, report))
        if notes:
            yield NoteGroup(kind, *TYPES[kind], notes)


def _is_reply(note: Said, report: Report) -> bool:
    return note.by == "mentee" and any(_place(other) == _place(note) for other in report.notes if other.by == "mentor")


def _place(note: Said) -> tuple[str, str, str]:
    return note.check, note.about, note.path


def _first_of(note: Said, report: Report) -> bool:
    """Replies stand below the first note about a place."""
    same = [other for other in report.notes if other.by == "mentor" and _place(other) == _place(note)]
    return same[:1] == [note]


def _note(note: Said, report: Report) -> NoteView:
    replies = (
        tuple(
            (report.mentee, other.text)
            for other in report.notes
            if other.by == "mentee" and _place(other) == _place(note)
        )
        if _first_of(note, report)
        else ()
    )
    return NoteView(
        by=report.mentor if note.by == "mentor" else report.mentee,
        about=note.about,
        place=words.place(note.path, note.line),
        state=_NOTED[note.state],
        check=note.check,
        title=note.title,
        message=note.message,
        note=note,
        replies=replies,
    )


def _growth(growth: Growth) -> Iterator[ChangeGroup]:
    if growth.unprompted:
        yield ChangeGroup(
            "Avoided in new code, unprompted",
            "+",
            "Talked about before; code that is new since then does without it.",
            tuple((u.check, u.title, _listed(u.subjects, u.more)) for u in growth.unprompted),
            len(growth.unprompted),
        )
    yield from (
        ChangeGroup(title, sign, about, tuple(map(_change, changes[:CHANGES_SHOWN])), len(changes))
        for title, sign, about, changes in (
            ("Fixed", "+", "The check holds there now, or finds nothing left to judge.", growth.fixed),
            ("Stayed fixed", "+", "Fixed before the last session, and still.", growth.stayed),
            ("Moved", "=", "The same finding at another place: not new, not fixed.", growth.moved),
            ("Gone with its code", "=", "The code is gone, or the check no longer applies to it.", growth.gone),
            ("Not decided this time", "=", "What decides them was missing, so they are not fixed.", growth.undecided),
            ("Back again", "-", "Was fixed once.", growth.returned),
            ("New", "-", "Not there at the last session.", growth.new),
        )
        if changes
    )


def _grown(growth: Growth) -> str:
    parts = [
        f"{count} {word}"
        for count, word in (
            (len(growth.fixed), "fixed"),
            (len(growth.stayed), "stayed fixed"),
            (len(growth.unprompted), "avoided unprompted in new code"),
            (len(growth.returned), "back again"),
            (len(growth.new), "new"),
        )
        if count
    ]
    return f"Since session {growth.since}: {words.listing(parts)}." if parts else ""


def _listed(names: tuple[str, ...], more: int) -> str:
    shown = names[:4]
    left = len(names) - len(shown) + more
    return ", ".join(shown) + (f" and {left} more" if left else "")


def _change(change: Change) -> tuple[str, str, str]:
    subject = "" if change.subject == "project" else change.subject
    return (
        change.check,
        change.title,
        ", ".join(part for part in (subject, words.place(change.path, change.line)) if part),
    )


def _agreement(agreed: Agreement, today: datetime.date) -> AgreementView:
    left = sum(check.left for check in agreed.checks)
    met = [check for check in agreed.checks if check.state == "met"]
    state = "met" if agreed.met else f"{len(met)} of {words.number(len(agreed.checks), 'check')} met"
    if left and not agreed.met:
        state += f", {words.number(left, 'place')} left"
    checks = tuple(
        (check.check, check.title, "met" if check.state == "met" else _standing(check.state, check.left))
        for check in agreed.checks
    )
    due = "Was due on" if agreed.by < today and not agreed.met else "By"
    return AgreementView(agreed.goal, f"{due} {day(agreed.by)}", state, agreed.met, checks)


def _standing(state: str, left: int) -> str:
    if state == "not-met":
        return f"{left} to mend" if left else "not met"
    return state.replace("-", " ")
