"""Comments that set findings aside: ``# fastreview: ignore[ASY001] reason``.

A comment behind a line of code is about that line, one that stands alone about the next line of code; above or behind the
head of a function it is about what is reported of the function, and above the first statement of a file about what is
reported of the file. A reason has to be given. Kinds, before the reason:

- ``fixme`` (also where none is named): is to be mended. ``false-positive``: is not so. Both are waivers: they silence and
  never help the level.
- ``accepted``: somebody answers for it, ``by=name on=2026-11-22 until=2027-01-31``, for a year at most. It leaves the
  denominator within the limits of the scoring; without those three it is a waiver.

With ``until`` every kind ends after that day.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct

from fastreview.facts.source import ModuleFacts
from fastreview.project import Place

KINDS = ("fixme", "false-positive", "accepted")
LONGEST_DAYS = 366
"""For which something is accepted at a time."""
LONGEST_STATEMENT = 20
"""Lines of one statement on any of which its comment may stand."""
MOST = 2_000
"""Comments that are read of a project."""

_OURS = re.compile(r"#\s*(fast-?review)\b(.*)", re.IGNORECASE)
_EXACT = re.compile(r"#\s*fastreview:\s*ignore\[([^\[\]]*)\](.*)")
_MEANT = re.compile(r"\b(?:ignor|disabl|suppress|noqa|skip|accept|waive|allow|fixme)", re.IGNORECASE)
_KIND = re.compile(r"\s*(?:-+\s*)?(fixme|false[-_ ]positive|accepted)\b\s*:?\s*", re.IGNORECASE)
_GIVEN = re.compile(r"(?<!\S)(by|on|until)=(\S+)")
_WORD = re.compile(r"\w{2,}.*\w|\w{3,}")

Problem = Literal["", "malformed", "expired"]


class Suppression(Struct, frozen=True):
    """One comment. ``checks`` are codes. ``problem`` says why it has no effect; ``note`` explains that, or what it lacks."""

    path: str
    line: int
    about: int
    checks: tuple[str, ...]
    kind: str = "fixme"
    reason: str = ""
    by: str = ""
    on: str = ""
    until: str = ""
    problem: Problem = ""
    note: str = ""
    of_file: bool = False
    """Stands above the first statement."""

    @property
    def accepts(self) -> bool:
        """More than a waiver: all that an acceptance needs is there."""
        return self.kind == "accepted" and not self.note

    @property
    def told(self) -> str:
        name = f", {self.by}" if self.by else ""
        until = f" until {self.until}" if self.until else ""
        return f"{self.kind}{name}{until}: {self.reason}"


class Suppressions:
    """The comments of a project, asked by check and place."""

    def __init__(self, found: Iterable[Suppression], heads: Mapping[tuple[str, int], tuple[int, int]]) -> None:
        self.all = tuple(found)
        self._heads = heads
        self._by_check: dict[str, list[Suppression]] = defaultdict(list)
        for one in self.all:
            if not one.problem:
                for check in one.checks:
                    self._by_check[check].append(one)

    def of(self, check: str) -> Collection[Suppression]:
        return self._by_check.get(check, ())

    def at(self, check: str, place: Place) -> Suppression | None:
        """What sets aside a finding of ``check`` at ``place``."""
        return next((one for one in self.of(check) if one.path == place.path and self._covers(one, place)), None)

    def _covers(self, one: Suppression, place: Place) -> bool:
        if not place.line:
            return one.of_file
        first, last = self._heads.get(
            (place.path, place.line), (place.line, min(place.end_line, place.line + LONGEST_STATEMENT))
        )
        return first <= one.about <= max(first, last)


NONE = Suppressions((), {})


def suppressions(modules: Iterable[ModuleFacts], checks: Mapping[str, str], today: date) -> Suppressions:
    """The comments of ``modules``; ``checks`` maps codes to slugs. Those whose last day was before ``today`` have no effect."""
    found: list[Suppression] = []
    heads: dict[tuple[str, int], tuple[int, int]] = {}
    for module in modules:
        own = [one for comment in module.comments if (one := _OURS.search(comment.text)) and one[1]]
        if not own:
            continue
        found += _of_module(module, checks, today)
        heads |= _heads(module)
    return Suppressions(found[:MOST], heads)


def _heads(module: ModuleFacts) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    """Where a function's head begins and ends: decorators, name and parameters."""
    for function in module.functions:
        first = min((function.line, *function.decorator_lines))
        yield (module.path, function.line), (first, max(function.line, function.body_line - 1))


def _of_module(module: ModuleFacts, checks: Mapping[str, str], today: date) -> Iterator[Suppression]:
    definitions = [one.line for one in module.functions] + [one.line for one in module.classes]
    first = min([*definitions, *(one.line for one in module.imports)], default=1 << 30)
    for comment in module.comments:
        ours = _OURS.search(comment.text)
        if ours is None:
            continue
        of_file = comment.about != comment.line and comment.line < first
        exact = _EXACT.search(comment.text)
        if exact:
            given = _parsed(exact[1], exact[2].partition(" #")[0], checks, today)
        elif _MEANT.search(ours[2]):
            note = "it is not written as `# fastreview: ignore[CODE] reason`"
            given = _Given((), problem="malformed", note=note)
        else:
            continue
        yield Suppression(
            module.path,
            comment.line,
            comment.about,
            given.checks,
            given.kind,
            given.reason,
            given.by,
            given.on,
            given.until,
            given.problem,
            given.note,
            of_file,
        )


class _Given(Struct, frozen=True):
    """What a comment says, wherever it stands."""

    checks: tuple[str, ...]
    kind: str = "fixme"
    reason: str = ""
    by: str = ""
    on: str = ""
    until: str = ""
    problem: Problem = ""
    note: str = ""


def _parsed(names: str, rest: str, checks: Mapping[str, str], today: date) -> _Given:
    known = {name.lower(): code for code, slug in checks.items() for name in (code, slug)}
    asked = [name.strip() for name in names.split(",") if name.strip()]
    codes = tuple(dict.fromkeys(known[name.lower()] for name in asked if name.lower() in known))
    kind = _KIND.match(rest)
    text = rest[kind.end() :] if kind else rest
    given = dict(_GIVEN.findall(text))
    reason = " ".join(_GIVEN.sub("", text).split()).lstrip("-: ").strip()
    found = _Given(
        codes,
        kind[1].lower().replace("_", "-").replace(" ", "-") if kind else "fixme",
        reason,
        given.get("by", ""),
        given.get("on", ""),
        given.get("until", ""),
    )
    problem, note = _judged(found, asked, known, today)
    return _Given(codes, found.kind, reason, found.by, found.on, found.until, problem, note)


def _judged(found: _Given, asked: list[str], known: Mapping[str, str], today: date) -> tuple[Problem, str]:
    """Whether and why it has no effect, or why an acceptance is none."""
    if not asked:
        return "malformed", "it names no check: write the code between the brackets"
    if unknown := next((name for name in asked if name.lower() not in known), None):
        close = get_close_matches(unknown.lower(), known, 1, 0.6)
        hint = f", did you mean {known[close[0]]}?" if close else ": `fastreview checks` lists them"
        return "malformed", f'there is no check "{unknown[:40]}"{hint}'
    if not _WORD.search(found.reason):
        return "malformed", "it gives no reason: say behind the brackets why"
    days = {name: _day(text) for name, text in (("on", found.on), ("until", found.until)) if text}
    if wrong := next((name for name, day in days.items() if day is None), None):
        return "malformed", f"{wrong}= is no date: write it as 2027-01-31"
    until, on = days.get("until"), days.get("on")
    if until is not None and until < today:
        return "expired", f"it ended on {until.isoformat()}"
    if found.kind != "accepted":
        return "", ""
    missing = [f"{name}=" for name in ("by", "on", "until") if not getattr(found, name)]
    if missing:
        return "", f"it counts as waived, not as accepted: {', '.join(missing)} missing"
    if on is not None and on > today:
        return "", f"it counts as waived until {on.isoformat()}, the day it is accepted"
    if on is not None and until is not None and (until - on).days > LONGEST_DAYS:
        return "", "it counts as waived, not as accepted: nothing is accepted for more than a year at a time"
    return "", ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
