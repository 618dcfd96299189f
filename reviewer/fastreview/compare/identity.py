"""By what a finding is known again in another review of the code: never by its line.

First by its fingerprint (check, subject and symbol), which survives moves within a module and reformatting. What is left
over on both sides is compared by traces that survive a rename or a move to another file; two findings of a check are taken
for one where enough of them agree.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from msgspec import Struct

from fastreview.review import FindingEntry

DIGITS = 8
MANY = 60
"""Findings that share a trace; where more do it tells nothing, and comparing each with each would take long."""

SAME_NAME = 4
SAME_LINE = 3
SAME_PATH = 2
SAME_NEXT_LINE = 2
SAME_FILE_NAME = 1
SAME_MESSAGE = 1
ENOUGH = 5
"""A renamed function keeps path, next line and message, a moved one its name and message: 5 each. The same line and message
elsewhere (4) is no more than the same habit."""

_NAME = re.compile(r"`[^`]*`|\d+")
_PARAMETER = re.compile(r"\{[^{}]*\}")
_INSIGNIFICANT = re.compile(r"\s+")
_SHORTEST_LINE = 8
"""Characters; ``try:`` and ``else:`` follow on anything."""


class Identity(Struct, frozen=True):
    """A finding's traces. ``text`` and ``after`` are digests of the line that it stands on and of the next one, ``shape`` of
    its message without names and numbers; "" where there is nothing to go by."""

    check: str
    fingerprint: str
    path: str
    subject: str
    text: str = ""
    after: str = ""
    shape: str = ""

    @property
    def name(self) -> str:
        """The last part of the subject's name: what a move to another module leaves. "" where the subject has none."""
        if self.subject in ("project", self.path):
            return ""
        if "/" in self.subject:
            return _PARAMETER.sub("{}", self.subject)
        rest, _, last = self.subject.rpartition(".")
        # Every class has an ``__init__``.
        return f"{rest.rpartition('.')[2]}.{last}" if last.startswith("__") else last

    @property
    def file_name(self) -> str:
        return self.path.rpartition("/")[2]


def identities(findings: Iterable[FindingEntry]) -> tuple[Identity, ...]:
    """One for each finding, in their order."""
    return tuple(map(_identity, findings))


def _identity(finding: FindingEntry) -> Identity:
    text, after = _lines(finding)
    return Identity(
        finding.check,
        finding.fingerprint,
        finding.path,
        finding.subject,
        _digest(text),
        _digest(after) if len(after) >= _SHORTEST_LINE else "",
        _digest(_NAME.sub("", finding.message)),
    )


def _lines(finding: FindingEntry) -> tuple[str, str]:
    """The line of the finding and the next one that is not blank, without what a formatter changes."""
    excerpt = finding.excerpt
    if excerpt is None or not finding.line:
        return "", ""
    plain = [_plain(line) for line in excerpt.lines[max(0, finding.line - excerpt.first) :]]
    return (plain[0], next((line for line in plain[1:] if line), "")) if plain else ("", "")


def _plain(line: str) -> str:
    return _INSIGNIFICANT.sub("", line).replace("'", '"').rstrip(",")


def _digest(text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=DIGITS // 2).hexdigest() if text else ""


def matched(before: Sequence[Identity], after: Sequence[Identity]) -> dict[int, int]:
    """Index in ``after`` to index in ``before``, one to one."""
    found = dict(_by_fingerprint(before, after))
    taken = set(found.values())
    gone = [index for index in range(len(before)) if index not in taken]
    come = [index for index in range(len(after)) if index not in found]
    for _, new, old in sorted(_alike(before, gone, after, come)):
        if new not in found and old not in taken:
            found[new] = old
            taken.add(old)
    return found


def _by_fingerprint(before: Sequence[Identity], after: Sequence[Identity]) -> Iterator[tuple[int, int]]:
    known: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for index, one in enumerate(before):
        known[one.check, one.fingerprint].append(index)
    for index, one in enumerate(after):
        if left := known.get((one.check, one.fingerprint)):
            yield index, left.popleft()


def _alike(
    before: Sequence[Identity], gone: Sequence[int], after: Sequence[Identity], come: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Pairs that agree enough, as (minus the agreement, new, old): the best come first when sorted."""
    by_trace: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for old in gone:
        for trace in _traces(before[old]):
            by_trace[trace].append(old)
    for new in come:
        candidates = {old for trace in _traces(after[new]) if len(by_trace[trace]) <= MANY for old in by_trace[trace]}
        for old in candidates:
            agreement = _agreement(before[old], after[new])
            if agreement >= ENOUGH:
                yield -agreement, new, old


def _traces(one: Identity) -> Iterator[tuple[str, str, str]]:
    """What two findings must share one of to be compared at all."""
    for kind, value in (("name", one.name), ("text", one.text), ("after", one.after)):
        if value:
            yield one.check, kind, value


def _agreement(old: Identity, new: Identity) -> int:
    path = SAME_PATH if old.path == new.path else SAME_FILE_NAME if old.file_name == new.file_name else 0
    return (
        SAME_NAME * (bool(old.name) and old.name == new.name)
        + SAME_LINE * (bool(old.text) and old.text == new.text)
        + SAME_NEXT_LINE * (bool(old.after) and old.after == new.after)
        + SAME_MESSAGE * (old.shape == new.shape)
        + path
    )
