"""What became of the findings of earlier sessions: mended, still mended, moved, back; and what new code does by itself.

A finding that is no longer there is *fixed* only where its check was evaluated and its subject is still there and does not
fail: it passes, or nothing is left in it to judge (a function that was taken off the event loop). Code that is gone and facts
that were missing are none of it, and are told apart.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from fastreview.compare.identity import identities, matched
from fastreview.mentor.merged import stands_for
from fastreview.outcome import Evaluation, Run, SubjectState
from fastreview.review import FindingEntry, Review

UNPROMPTED_SHOWN = 12
PROJECT = "project"
TELLING = 0.2
"""Share of a check's subjects that failed last time: where nearly all pass anyway, new code that passes tells nothing."""
LINES = 6
"""Lines of a finding that are kept and compared."""


class Change(Struct, frozen=True):
    """One finding and where it was, or is."""

    check: str
    title: str
    subject: str
    path: str
    line: int
    message: str = ""


class Unprompted(Struct, frozen=True):
    """A check that was talked about holds on subjects that are new since the last session."""

    check: str
    title: str
    subjects: tuple[str, ...]
    more: int = 0


class Growth(Struct, frozen=True):
    """Since the session called ``since``. ``gone``: with its code, or the check no longer applies there. ``undecided``:
    nothing could be said this time. ``same_rules`` is False where another version of the rules judged."""

    since: str
    same_rules: bool
    fixed: tuple[Change, ...] = ()
    stayed: tuple[Change, ...] = ()
    """Fixed before the last session, and still."""
    unprompted: tuple[Unprompted, ...] = ()
    moved: tuple[Change, ...] = ()
    returned: tuple[Change, ...] = ()
    new: tuple[Change, ...] = ()
    gone: tuple[Change, ...] = ()
    undecided: tuple[Change, ...] = ()
    persisting: int = 0


class Judged:
    """How each subject stands under each check now."""

    def __init__(self, evaluations: Sequence[Evaluation]) -> None:
        self.runs = {one.check.code: one.run for one in evaluations}
        self.units = {one.check.code: one.check.each.unit for one in evaluations}
        self.subjects = {verdict.subject for one in evaluations for verdict in one.verdicts} - {PROJECT}
        self._shown: dict[str, list[str]] = {}
        self._states: dict[tuple[str, str], SubjectState] = {}
        for one in evaluations:
            for verdict in one.verdicts:
                key = (one.check.code, verdict.subject)
                # Two subjects may share a name: the name passes when both do.
                if self._states.get(key, SubjectState.PASS) is SubjectState.PASS:
                    self._states[key] = verdict.state
                if verdict.rung is not None and verdict.state is SubjectState.PASS:
                    self._shown.setdefault(one.check.code, []).append(verdict.subject)

    def state(self, check: str, subject: str) -> SubjectState | None:
        return self._states.get((check, subject))

    def shown(self, check: str) -> list[str]:
        """Subjects that pass with evidence, not for want of anything to object to."""
        return self._shown.get(check, [])

    def passing(self, check: str) -> list[str]:
        return [s for (code, s), state in self._states.items() if code == check and state is SubjectState.PASS]


class Seen(Struct, frozen=True):
    """An earlier session, as growth is measured from it."""

    name: str
    review: Review
    subjects: tuple[str, ...]


def growth(before: Sequence[Seen], now: Review, judged: Judged, talked_about: Collection[str]) -> Growth | None:
    """``before`` are the earlier sessions, the first one first; ``talked_about`` the checks of their notes and goals.

    None when this is the first.
    """
    if not before:
        return None
    last = before[-1]
    found = match(_open(last.review), _open(now))
    titles = {outcome.check: outcome.title for outcome in (*last.review.outcomes, *now.outcomes)}
    fates: dict[Fate, list[Change]] = {"fixed": [], "gone": [], "undecided": [], "still": []}
    for finding in found.left:
        fates[fate(finding, judged)].append(_change(finding, titles))
    # A finding that stands for several subjects names one of them: the others were there before.
    met_before = [finding for finding in found.new if _told_with_others(finding, last.review)]
    once = _fixed_once(before)
    present = {finding.fingerprint for finding in _open(now)}
    stayed = [f for f in once.values() if f.fingerprint not in present and fate(f, judged) == "fixed"]
    new = [finding for finding in found.new if finding not in met_before]
    returned = [finding for finding in new if finding.fingerprint in once]
    prompted = set(talked_about) | {c.check for c in fates["fixed"]} | {f.check for f in once.values()}
    return Growth(
        since=last.name,
        same_rules=last.review.tool.ruleset == now.tool.ruleset,
        fixed=tuple(fates["fixed"]),
        stayed=tuple(_change(finding, titles) for finding in stayed),
        unprompted=unprompted(last, now, judged, prompted, titles),
        moved=tuple(_change(finding, titles) for finding in found.moved),
        returned=tuple(_change(finding, titles) for finding in returned),
        new=tuple(_change(finding, titles) for finding in new if finding not in returned),
        gone=tuple(fates["gone"]),
        undecided=tuple(fates["undecided"]),
        persisting=found.same + len(fates["still"]),
    )


Fate = Literal["fixed", "gone", "undecided", "still"]


class Matched(Struct, frozen=True):
    """``same`` counts those at their place; ``left`` are findings of before that nothing of now continues."""

    same: int
    moved: tuple[FindingEntry, ...]
    new: tuple[FindingEntry, ...]
    left: tuple[FindingEntry, ...]


def match(before: Sequence[FindingEntry], now: Sequence[FindingEntry]) -> Matched:
    """Tells the findings of now that continue one of before from new ones, and names those that nothing continues."""
    pairs = matched(identities(before), identities(now))
    known = set(pairs.values())
    moved = tuple(now[new] for new, old in pairs.items() if _place(now[new]) != _place(before[old]))
    return Matched(
        same=len(pairs) - len(moved),
        moved=moved,
        new=tuple(finding for index, finding in enumerate(now) if index not in pairs),
        left=tuple(finding for index, finding in enumerate(before) if index not in known),
    )


def fate(finding: FindingEntry, judged: Judged) -> Fate:
    """Why a finding is not there any more. "still": it is told with another one, as its subject fails."""
    match judged.state(finding.check, finding.subject):
        case SubjectState.PASS:
            return "fixed"
        case SubjectState.UNKNOWN:
            return "undecided"
        case None:
            return _without_verdict(finding, judged)
        case _:
            return "still"


def _without_verdict(finding: FindingEntry, judged: Judged) -> Fate:
    if judged.runs.get(finding.check) not in (Run.DONE, Run.NOT_APPLICABLE):
        return "undecided"
    return "fixed" if finding.subject in judged.subjects else "gone"


def unprompted(
    last: Seen, now: Review, judged: Judged, prompted: Collection[str], titles: Mapping[str, str]
) -> tuple[Unprompted, ...]:
    """Checks of ``prompted`` that hold on what is new; what was only renamed is not new."""
    known = set(last.subjects)
    old_names = {_last_word(name) for name in known}
    endpoints = {route.endpoint.rpartition(".")[2] for route in last.review.routes}
    renamed = {f"{r.method} {r.path}" for r in now.routes if r.endpoint.rpartition(".")[2] in endpoints}
    found = []
    for check in sorted(prompted):
        if judged.units.get(check) == PROJECT or not _telling(check, last.review):
            continue
        names = [
            name
            for name in judged.passing(check)
            if name not in known and name not in renamed and _last_word(name) not in old_names
        ]
        if names:
            names.sort()
            rest = max(0, len(names) - UNPROMPTED_SHOWN)
            found.append(Unprompted(check, titles.get(check, check), tuple(names[:UNPROMPTED_SHOWN]), rest))
    return tuple(found)


def _telling(check: str, review: Review) -> bool:
    """Did enough of its subjects fail for passing to say something?"""
    counts = next((outcome.subjects for outcome in review.outcomes if outcome.check == check), None)
    return counts is not None and counts.failed >= TELLING * (counts.failed + counts.passed) > 0


def _told_with_others(finding: FindingEntry, before: Review) -> bool:
    units = {outcome.check: outcome.unit for outcome in before.outcomes}
    return any(
        finding.subject
        in stands_for(
            known.subject, known.message, (place.message for place in known.related), units.get(known.check, "")
        )
        for known in before.findings
        if known.check == finding.check and known.related
    )


def _place(finding: FindingEntry) -> tuple[str, str]:
    return finding.path, finding.subject


def _open(review: Review) -> list[FindingEntry]:
    return [f for f in review.findings if f.status == "open" and f.confidence != "possible"]


def _fixed_once(before: Sequence[Seen]) -> dict[str, FindingEntry]:
    """Findings of an earlier session that were gone in a later one, by fingerprint."""
    found: dict[str, FindingEntry] = {}
    for index, seen in enumerate(before[:-1]):
        later = match(_open(seen.review), _open(before[index + 1].review))
        found |= {finding.fingerprint: finding for finding in later.left}
    in_last = {finding.fingerprint for finding in _open(before[-1].review)}
    return {key: finding for key, finding in found.items() if key not in in_last}


def flagged(finding: FindingEntry) -> tuple[str, ...]:
    """The lines that a finding is about, of those that its excerpt shows."""
    end = max(finding.end_line, finding.line) - finding.line + 1
    return from_the_line(finding)[:end]


def from_the_line(finding: FindingEntry) -> tuple[str, ...]:
    """The lines of its excerpt from the one that it stands on: those by which it is known again."""
    excerpt = finding.excerpt
    if excerpt is None or finding.line < excerpt.first:
        return ()
    return excerpt.lines[finding.line - excerpt.first :][:LINES]


def _last_word(name: str) -> str:
    """Of a qualified name, the function's; a route stays whole, two of them often end alike."""
    return name if " " in name else name.rpartition(".")[2]


def _change(finding: FindingEntry, titles: Mapping[str, str]) -> Change:
    title = titles.get(finding.check, finding.slug)
    return Change(finding.check, title, finding.subject, finding.path, finding.line, finding.message)
