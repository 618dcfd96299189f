"""A review in relation to what was before: a baseline, another review, a commit. What is new, what changed, and the gates."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from fastreview.cli.configuration import Asked
from fastreview.cli.printing import Progress
from fastreview.errors import UsageError
from fastreview.gate import ABSOLUTE, GATES, RELATIVE, Verdict, absolute, no_level_lost, nothing_new
from fastreview.review import Age, FindingEntry, Review

if TYPE_CHECKING:
    from fastreview.compare import Comparison
    from fastreview.gather.changes import Changes


class Before(Struct, frozen=True):
    """What to compare with: ``baseline`` is a file, ``against`` a review document, a commit or ``last`` for the kept
    one, ``diff`` a commit from which a branch was made, ``store`` is where reviews are kept; "" where nothing was asked for."""

    baseline: str = ""
    against: str = ""
    diff: str = ""
    store: str = ""

    def __bool__(self) -> bool:
        return bool(self.baseline or self.against or self.diff)

    def serves(self, gate: str) -> bool:
        """Whether the gate can be judged: a baseline knows findings, not levels."""
        return gate not in RELATIVE or bool(self.against or self.diff or (gate == "new" and self.baseline))


class Related(Struct, frozen=True):
    """``whole`` has every finding with its age, ``shown`` only those that were asked for."""

    whole: Review
    shown: Review
    comparison: "Comparison | None" = None
    verdicts: tuple[Verdict, ...] = ()


def gates(given: Sequence[str], before: Before) -> tuple[str, ...]:
    """The gates to judge.

    Raises:
        UsageError: for a gate that is not known, or that has nothing to compare with.
    """
    for gate in given:
        if gate not in GATES:
            raise UsageError(f'There is no gate "{gate}" for --fail-on: {", ".join(GATES)}.')
        if gate == "new" and not before.serves(gate):
            raise UsageError(
                "--fail-on new needs to know what is old: --baseline FILE, --against FILE|REF or --diff REF."
            )
        if gate == "level" and not before.serves(gate):
            raise UsageError("--fail-on level needs something to compare with: --against FILE|REF or --diff REF.")
    return tuple(dict.fromkeys(gate for gate in given if gate != "never"))


def related(review: Review, path: Path, wish: Asked, before: Before, progress: Progress) -> Related:
    """Compares as asked; ``path`` is the reviewed folder.

    Raises:
        UsageError: when what to compare with is not there.
    """
    changed = _changes(path, before.diff) if before.diff else None
    comparison = _comparison(review, path, wish, before, changed, progress)
    new, told_of_old = _new(review, before, comparison)
    notices = [*review.notices, *told_of_old]
    ages = [_age(finding, new) for finding in review.findings]
    findings = tuple(msgspec.structs.replace(f, age=age) for f, age in zip(review.findings, ages, strict=True))
    shown = findings
    if before.baseline:
        shown = tuple(f for f in findings if f.age == "new")
        notices.append(f"{len(shown)} of {len(findings)} findings are not in the baseline.")
    if changed is not None:
        shown = tuple(f for f in shown if _touched(f, changed))
    left_out = len(findings) - len(shown)
    told = (
        (f"Not shown here: {left_out} findings that are known or that the change does not touch.",) if left_out else ()
    )
    whole = msgspec.structs.replace(review, findings=findings, notices=tuple(notices))
    verdicts = tuple(_verdict(gate, review, before, new, comparison, changed) for gate in gates(wish.fail_on, before))
    fewer = msgspec.structs.replace(whole, findings=shown, notices=(*notices, *told))
    return Related(whole, fewer, comparison, verdicts)


def _changes(path: Path, revision: str) -> "Changes":
    from fastreview.gather.changes import changes_since
    from fastreview.gather.git import GitUnavailable

    try:
        return changes_since(path, revision)
    except GitUnavailable as problem:
        raise UsageError(f"--diff {revision}: {problem}.") from None


def _comparison(
    review: Review, path: Path, wish: Asked, before: Before, changed: "Changes | None", progress: Progress
) -> "Comparison | None":
    """With a document as it is; with a commit statically on both sides, so that both are measured alike."""
    from fastreview.cli.documents import load_review
    from fastreview.cli.reviewed_at import review_of_commit, static_review
    from fastreview.cli.stored import names_stored, stored_review
    from fastreview.compare import compare

    if before.against and Path(before.against).is_file():
        return compare(load_review(Path(before.against)), review)
    if names_stored(before.against):
        return compare(stored_review(before.against, path, before.store), review)
    revision = before.against or (changed.base if changed is not None else "")
    if not revision:
        return None
    old = review_of_commit(revision, path, progress, wish)
    return compare(old, review if wish.options.static else static_review(path, str(path), wish))


_Mark = tuple[str, str]


def _new(
    review: Review, before: Before, comparison: "Comparison | None"
) -> tuple[dict[_Mark, FindingEntry] | None, list[str]]:
    """New findings by check and fingerprint, None where nothing says what is old; and what is to be told of the baseline."""
    if before.baseline:
        from fastreview import baseline

        found = baseline.against(review, baseline.read(Path(before.baseline)))
        notices = []
        if found.fixed:
            count = (
                "1 finding of the baseline is" if len(found.fixed) == 1 else f"{len(found.fixed)} of the baseline are"
            )
            notices.append(f"{count} fixed: `fastreview baseline --update` drops what is fixed.")
        return {(f.check, f.fingerprint): f for f in found.new(review.findings)}, notices
    if comparison is None:
        return None, []
    marks = {(f.check, f.fingerprint) for f in comparison.of("new")}
    return {(f.check, f.fingerprint): f for f in review.findings if (f.check, f.fingerprint) in marks}, []


def _age(finding: FindingEntry, new: dict[_Mark, FindingEntry] | None) -> Age:
    if new is None:
        return ""
    return "new" if (finding.check, finding.fingerprint) in new else "known"


def _touched(finding: FindingEntry, changed: "Changes") -> bool:
    """In the changed lines, or on a way through the program that leads over them."""
    places = ((finding.path, finding.line, finding.end_line), *((r.path, r.line, r.line) for r in finding.related))
    return any(path and changed.touch(path, first, last) for path, first, last in places)


def _verdict(
    gate: str,
    review: Review,
    before: Before,
    new: dict[_Mark, FindingEntry] | None,
    comparison: "Comparison | None",
    changed: "Changes | None",
) -> Verdict:
    if gate in ABSOLUTE:
        return absolute(gate, review)
    assert gate in RELATIVE  # noqa: S101 - `gates` let nothing else through
    if gate == "new":
        if before.baseline:
            return nothing_new(review, list((new or {}).values()))
        # Also what was new in the static review that was compared, whatever a review of the imported app calls it.
        return nothing_new(review, comparison.of("new") if comparison is not None else ())
    assert comparison is not None  # noqa: S101 - `gates` saw to it
    return no_level_lost(comparison, changed.count if changed is not None else None)
