"""What became of the comments and signed acceptances that set findings aside: those that do nothing are told why."""

from collections.abc import Iterator, Sequence
from typing import Literal

from fastreview.check import Kind
from fastreview.mentor.records import Acceptance, Signed
from fastreview.outcome import Evaluation, Finding, Run, SubjectState
from fastreview.project import Place
from fastreview.review import SuppressionEntry
from fastreview.scoring import CheckResult
from fastreview.suppress import Suppression, Suppressions

State = Literal["used", "unused", "expired", "malformed", "undecided"]


def suppression_entries(
    suppressions: Suppressions, evaluations: Sequence[Evaluation], results: Sequence[CheckResult]
) -> Iterator[SuppressionEntry]:
    """Every comment, with what it did, by path and line."""
    if not suppressions.all:
        return
    by_check = {evaluation.check.code: evaluation for evaluation in evaluations}
    refused = {result.check.code for result in results if _accepted_too_many(result, by_check)}
    for one in sorted(suppressions.all, key=lambda one: (one.path, one.line)):
        at = Place(one.path, one.line)
        silenced = sum(at in f.set_aside_by for check in one.checks for f in by_check[check].findings)
        state, note = _state(one, silenced, by_check, refused)
        yield SuppressionEntry(
            one.path, one.line, one.checks, one.kind, one.reason, one.by, one.on, one.until, state, note, silenced
        )


def signed_entries(signed: Signed, evaluations: Sequence[Evaluation]) -> Iterator[SuppressionEntry]:
    """Every acceptance, with what it did to ``evaluations``, to which it was applied, by path and check."""
    by_check = {evaluation.check.code: evaluation for evaluation in evaluations}
    told = [(one, _signed_state(one, by_check.get(one.check))) for one in signed.counting]
    told += [(one, ("expired", f"it ended on {one.until}")) for one in signed.ended]
    told += [(one, ("malformed", "it was changed after it was signed: sign it again")) for one in signed.changed]
    for one, (state, note) in sorted(told, key=lambda pair: (pair[0].path, pair[0].check, pair[0].fingerprint)):
        found = _finding_of(one, by_check.get(one.check))
        yield SuppressionEntry(
            one.path,
            found.place.line if found else 0,
            (one.check,),
            "accepted",
            one.reason,
            one.reviewer,
            one.on.isoformat(),
            one.until.isoformat(),
            state,
            note,
            int(state == "used"),
            "signed",
        )


def _signed_state(one: Acceptance, evaluation: Evaluation | None) -> tuple[State, str]:
    found = _finding_of(one, evaluation)
    if found is not None and found.status == "waived":
        return "used", "it counts as waived: at most a tenth of what a check judges may be accepted, and no never-event"
    if found is not None and found.status == "accepted":
        return "used", ""
    if found is not None:
        return "unused", "the finding stands for more than was signed: sign it again"
    if evaluation is None or not _decided(evaluation):
        return "undecided", f"{one.check} could not be decided, so it may still be needed"
    return "unused", "it is not reported any more: remove its file in .fastreview/accepted"


def _finding_of(one: Acceptance, evaluation: Evaluation | None) -> Finding | None:
    findings = evaluation.findings if evaluation else ()
    return next((finding for finding in findings if finding.fingerprint == one.fingerprint), None)


def _accepted_too_many(result: CheckResult, by_check: dict[str, Evaluation]) -> bool:
    asked = sum(v.state is SubjectState.ACCEPTED for v in by_check[result.check.code].verdicts)
    return asked > result.subjects.accepted


def _state(one: Suppression, silenced: int, by_check: dict[str, Evaluation], refused: set[str]) -> tuple[State, str]:
    if one.problem:
        here = "" if one.checks else ", ".join(sorted({f.check for f in _here(one, by_check)}))
        return one.problem, f"{one.note} ({here} is reported here)" if here else one.note
    if silenced:
        return "used", one.note or _refusal(one, by_check, refused)
    undecided = [check for check in one.checks if not _decided(by_check[check])]
    if undecided:
        return "undecided", f"{', '.join(undecided)} could not be decided, so it may still be needed"
    return "unused", _near_miss(one, by_check)


def _refusal(one: Suppression, by_check: dict[str, Evaluation], refused: set[str]) -> str:
    if one.kind == "accepted" and any(by_check[check].check.kind is Kind.NEVER for check in one.checks):
        return "it counts as waived: a never-event is never accepted"
    if one.kind == "accepted" and refused & set(one.checks):
        return "some acceptances of this check count as waived: at most a tenth of its subjects may be accepted"
    return ""


def _decided(evaluation: Evaluation) -> bool:
    if evaluation.run is Run.NOT_APPLICABLE:
        return True
    return evaluation.run is Run.DONE and all(v.state is not SubjectState.UNKNOWN for v in evaluation.verdicts)


def _near_miss(one: Suppression, by_check: dict[str, Evaluation]) -> str:
    """Why nothing was set aside: another check reports here, or this one elsewhere, or nothing does."""
    if here := _here(one, by_check):
        return f"{', '.join(sorted({f.check for f in here}))} is what is reported here, not {', '.join(one.checks)}"
    own = [f for check in one.checks for f in by_check[check].findings if f.place.path == one.path]
    if own:
        nearest = min(own, key=lambda f: (abs(f.place.line - one.about), f.place.line))
        if nearest.place.line == one.about:
            return f"{nearest.check} stands here for further places too, and each needs a comment"
        where = f"on line {nearest.place.line}" if nearest.place.line else "of the file as a whole"
        how = "write the comment there" if nearest.place.line else "write the comment above its first statement"
        return f"{nearest.check} is reported {where}: {how}, or remove it"
    return "nothing is reported here any more: remove it"


def _here(one: Suppression, by_check: dict[str, Evaluation]) -> list[Finding]:
    """What other checks report on the comment's line."""
    places = ((one.path, one.about),)
    return [
        finding
        for evaluation in by_check.values()
        for finding in evaluation.findings
        if (finding.place.path, finding.place.line) in places and finding.check not in one.checks
    ]
