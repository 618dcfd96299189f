"""Signed acceptances: findings that a named reviewer takes responsibility for until a day.

What is accepted leaves the denominator of its check (`fastreview.scoring`): at most a tenth of the check's subjects,
never of a never-event. The seal notices that a file was changed after signing, such as a day moved on by hand; who
signed is what version control proves.
"""

import datetime
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from math import floor

import msgspec
from msgspec import structs

from fastreview.check import Confidence, Kind
from fastreview.errors import UsageError
from fastreview.mentor.merged import stands_for
from fastreview.mentor.records import Acceptance, Signed
from fastreview.outcome import Evaluation, Finding, Run, SubjectState, Verdict
from fastreview.review import FindingEntry, OutcomeEntry
from fastreview.scoring.rules import ACCEPTED_AT_MOST

LONGEST = datetime.timedelta(days=366)


def seal(acceptance: Acceptance) -> str:
    text = msgspec.json.encode(structs.replace(acceptance, seal=""), order="deterministic")
    return blake2b(text, digest_size=8).hexdigest()


def signed(
    finding: FindingEntry,
    outcome: OutcomeEntry,
    reviewer: str,
    reason: str,
    on: datetime.date,
    until: datetime.date,
) -> Acceptance:
    """The acceptance of ``finding``.

    Raises:
        UsageError: when it may not be accepted: a never-event, no room below the limit, no reason, a day that is past or
            more than a year away.
    """
    if outcome.kind == "never":
        raise UsageError(f"{finding.check} is a never-event: it cannot be accepted, only mended.")
    if not reviewer.strip() or not reason.strip():
        raise UsageError("An acceptance names its reviewer and a reason: --reviewer NAME --reason TEXT.")
    if not on < until <= on + LONGEST:
        raise UsageError(
            f"An acceptance ends after {on} and within a year: --until {on + datetime.timedelta(days=90)}."
        )
    counts = outcome.subjects
    total = counts.passed + counts.failed + counts.unknown + counts.waived + counts.accepted
    limit = _limit(total)
    subjects = stands_for(finding.subject, finding.message, (place.message for place in finding.related), outcome.unit)
    already = counts.accepted if finding.status != "accepted" else max(0, counts.accepted - len(subjects))
    if not subjects or already + len(subjects) > limit:
        unit = outcome.unit or "subject"
        allowed = f"at most {limit}" if limit else "none"
        about = f"this finding is about {len(subjects) or 'very many'} of them and " if len(subjects) != 1 else ""
        raise UsageError(
            f"{finding.check} judges {total} subjects ({unit}), of which {allowed} may be accepted (a tenth); "
            f"{about}{already} already {'is' if already == 1 else 'are'}. What is left is to mend it."
        )
    draft = Acceptance(
        check=finding.check,
        fingerprint=finding.fingerprint,
        subject=finding.subject,
        path=finding.path,
        reviewer=reviewer.strip(),
        reason=reason.strip(),
        on=on,
        until=until,
        seal="",
        others=subjects[1:],
    )
    return structs.replace(draft, seal=seal(draft))


def sorted_out(acceptances: Iterable[Acceptance], today: datetime.date) -> Signed:
    given = tuple(acceptances)
    changed = tuple(one for one in given if seal(one) != one.seal)
    ended = tuple(one for one in given if one not in changed and one.until < today)
    lapsed = (
        *(f"{_what(one)} ended on {one.until} and no longer counts" for one in ended),
        *(f"{_what(one)} was changed after it was signed and does not count; sign it again" for one in changed),
    )
    return Signed(tuple(one for one in given if one not in changed and one not in ended), lapsed, ended, changed)


def _what(one: Acceptance) -> str:
    return f"The acceptance of {one.check} at {one.subject} by {one.reviewer}"


def told(signed: Signed) -> tuple[str, ...]:
    """Of everything that was accepted, for the review document."""
    return (
        *(f"{a.check} at {a.subject} is accepted by {a.reviewer} until {a.until}: {a.reason}" for a in signed.counting),
        *signed.lapsed,
    )


def applied(evaluations: Sequence[Evaluation], acceptances: Sequence[Acceptance]) -> tuple[Evaluation, ...]:
    """The evaluations with what is accepted marked so. Beyond the limit, and of a never-event, it is only waived."""
    if not acceptances:
        return tuple(evaluations)
    by_check: dict[str, list[Acceptance]] = {}
    for one in sorted(acceptances, key=lambda one: (one.on, one.fingerprint)):
        by_check.setdefault(one.check, []).append(one)
    return tuple(
        _accepted(evaluation, by_check[evaluation.check.code])
        if evaluation.check.code in by_check and evaluation.run is Run.DONE
        else evaluation
        for evaluation in evaluations
    )


def _accepted(evaluation: Evaluation, acceptances: Sequence[Acceptance]) -> Evaluation:
    signed = {one.fingerprint: one for one in acceptances}
    unit = evaluation.check.each.unit
    faults = {finding.fingerprint: _subjects(finding, unit) for finding in evaluation.findings if _fails(finding)}
    # Comments in the code may have accepted some already.
    already = sum(verdict.state is SubjectState.ACCEPTED for verdict in evaluation.verdicts)
    left = 0 if evaluation.check.kind is Kind.NEVER else _limit(len(evaluation.verdicts)) - already
    failing = {verdict.subject for verdict in evaluation.verdicts if verdict.state is SubjectState.FAIL}
    states: dict[str, tuple[SubjectState, Acceptance]] = {}
    for one in acceptances:
        for subject in one.subjects:
            its_faults = [fingerprint for fingerprint, subjects in faults.items() if subject in subjects]
            covered = its_faults and all(f in signed and subject in signed[f].subjects for f in its_faults)
            if covered and subject in failing and subject not in states:
                states[subject] = (SubjectState.ACCEPTED if left > 0 else SubjectState.WAIVED, one)
                left -= 1

    def verdict(one: Verdict) -> Verdict:
        if one.subject not in states or one.state is not SubjectState.FAIL:
            return one
        state, by = states[one.subject]
        reason = f"accepted by {by.reviewer} until {by.until}: {by.reason}"
        return structs.replace(one, state=state, reason=reason)

    def finding(one: Finding) -> Finding:
        """Set aside only with all that it stands for."""
        found = [states[subject][0] for subject in faults.get(one.fingerprint, ()) if subject in states]
        if not found or len(found) < len(faults[one.fingerprint]):
            return one
        status = SubjectState.WAIVED if SubjectState.WAIVED in found else SubjectState.ACCEPTED
        return structs.replace(one, status=status.value)

    return structs.replace(
        evaluation,
        verdicts=tuple(map(verdict, evaluation.verdicts)),
        findings=tuple(map(finding, evaluation.findings)),
    )


def _fails(finding: Finding) -> bool:
    return finding.confidence is not Confidence.POSSIBLE


def _subjects(finding: Finding, unit: str) -> tuple[str, ...]:
    """Of a finding that stands for more than it names, "" is one that nobody can accept."""
    named = stands_for(finding.subject, finding.message, (step.message for step in finding.related), unit)
    return named or (finding.subject, "")


def _limit(total: int) -> int:
    return floor(ACCEPTED_AT_MOST * total)
