"""`compare`: two review documents in, what differs between them out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from fastreview.compare.contract import route_changes
from fastreview.compare.document import (
    SCHEMA,
    Comparison,
    FindingChange,
    FindingKind,
    LevelChange,
    OutcomeChange,
    Stamp,
    StrengthChange,
)
from fastreview.compare.identity import identities, matched
from fastreview.review import DimensionEntry, FindingEntry, Headline, OutcomeEntry, Review, StrengthEntry

DECIDED = ("met", "not-met", "not-applicable")
SEVERITIES = ("blocker", "major", "minor", "info")
_ORDER: tuple[FindingKind, ...] = ("new", "revealed", "undecided", "set-aside", "fixed", "moved", "persisting")


def compare(before: Review, after: Review) -> Comparison:
    """What happened between the two. Findings by what happened to them, the gravest first."""
    return Comparison(
        schema=SCHEMA,
        before=_stamp(before),
        after=_stamp(after),
        level=_level("", before.level, after.level),
        evidence_before=before.level.evidence,
        evidence_after=after.level.evidence,
        dimensions=tuple(_dimensions(before, after)),
        outcomes=tuple(_outcomes(before, after)),
        findings=_findings(before, after),
        strengths=tuple(_strengths(before, after)),
        routes=route_changes(before.routes, after.routes),
        cautions=tuple(_cautions(before, after)),
    )


def _stamp(review: Review) -> Stamp:
    return Stamp(
        review.project.name,
        review.project.commit,
        review.project.dirty,
        review.tool.ruleset,
        review.tool.model,
        review.scope.configured,
        tuple(side.what for side in review.gathered if side.state == "ok"),
    )


def _cautions(before: Review, after: Review) -> Iterator[str]:
    """What else than the code makes a difference."""
    old, new = _stamp(before), _stamp(after)
    if before.project.name != after.project.name:
        yield f"These are two projects: {before.project.name} and {after.project.name}."
    if (old.ruleset, old.model) != (new.ruleset, new.model):
        yield "The two were measured by different rules: checks or thresholds are not the same."
    elif old.configured != new.configured:
        told = "; ".join(sorted(set(old.configured) ^ set(new.configured)))
        yield f"The project's configuration changes the measure between the two: {told}."
    off = [{o.check for o in review.outcomes if o.state == "off"} for review in (before, after)]
    if switched := off[1] - off[0]:
        yield f"Switched off since: {', '.join(sorted(switched))}."
    if lost := [side for side in old.sides if side not in new.sides]:
        yield f"Not seen any more: {', '.join(lost)}. What depends on it is undecided now, not fixed."
    if gained := [side for side in new.sides if side not in old.sides]:
        yield f"Not seen before: {', '.join(gained)}. What depends on it was undecided, so it is not told as new."


def _level(name: str, old: Headline | DimensionEntry, new: Headline | DimensionEntry) -> LevelChange:
    return LevelChange(
        name,
        old.proven,
        new.proven,
        old.possible,
        new.possible,
        old.index,
        new.index,
        old.assessed,
        new.assessed,
    )


def _dimensions(before: Review, after: Review) -> Iterator[LevelChange]:
    known = {dimension.name: dimension for dimension in before.dimensions}
    for new in after.dimensions:
        old = known.get(new.name)
        if old is not None and (old.assessed or new.assessed):
            yield _level(new.name, old, new)


def _outcomes(before: Review, after: Review) -> Iterator[OutcomeChange]:
    old, new = ({outcome.check: outcome for outcome in review.outcomes} for review in (before, after))
    for check in sorted(old.keys() | new.keys()):
        was, now = old.get(check), new.get(check)
        told = now or was
        if told is not None and (was is None or now is None or was.state != now.state):
            yield OutcomeChange(
                check,
                told.slug,
                told.title,
                told.dimension,
                told.level,
                told.kind,
                was.state if was else "absent",
                now.state if now else "absent",
            )


def _findings(before: Review, after: Review) -> tuple[FindingChange, ...]:
    pairs = matched(identities(before.findings), identities(after.findings))
    old_outcomes, new_outcomes = ({o.check: o for o in review.outcomes} for review in (before, after))
    never = {o.check for o in (*before.outcomes, *after.outcomes) if o.kind == "never"}
    changes = []
    for index, finding in enumerate(after.findings):
        was = before.findings[pairs[index]] if index in pairs else None
        kind = _kind(finding, was, old_outcomes.get(finding.check))
        if kind is not None:
            changes.append(_change(kind, finding, finding.check in never, was))
    seen = set(pairs.values())
    for index, finding in enumerate(before.findings):
        if index not in seen and finding.status == "open":
            gone: FindingKind = "fixed" if _decided(new_outcomes.get(finding.check)) else "undecided"
            changes.append(_change(gone, finding, finding.check in never))
    return tuple(sorted(changes, key=_rank))


def _kind(finding: FindingEntry, was: FindingEntry | None, outcome: OutcomeEntry | None) -> FindingKind | None:
    """None for what was set aside before, or came with its waiver: nothing that is open changed."""
    if finding.status != "open":
        return "set-aside" if was is not None and was.status == "open" else None
    if was is None or was.status != "open":
        return "new" if _decided(outcome) else "revealed"
    return "moved" if was.path != finding.path else "persisting"


def _decided(outcome: OutcomeEntry | None) -> bool:
    """Whether the check was able to say that something is not there: on all subjects, or its failures would show."""
    return outcome is not None and outcome.state in DECIDED and not outcome.subjects.unknown


def _change(kind: FindingKind, finding: FindingEntry, never: bool, was: FindingEntry | None = None) -> FindingChange:  # noqa: FBT001
    return FindingChange(
        kind,
        finding.check,
        finding.slug,
        never,
        finding.severity,
        finding.confidence,
        finding.subject,
        finding.path,
        finding.line,
        finding.message,
        finding.fingerprint,
        f"{was.path}:{was.line}" if was is not None and kind == "moved" else "",
    )


def _rank(change: FindingChange) -> tuple[object, ...]:
    return (
        _ORDER.index(change.kind),
        not change.never,
        SEVERITIES.index(change.severity),
        change.confidence == "possible",
        change.check,
        change.path,
        change.line,
        change.fingerprint,
    )


def _strengths(before: Review, after: Review) -> Iterator[StrengthChange]:
    """By check and by the last part of the subject's name, so that a move is none."""
    old, new = _by_subject(before.strengths), _by_subject(after.strengths)
    for gained, ours, others in ((True, new, old), (False, old, new)):
        by_check: dict[str, list[StrengthEntry]] = defaultdict(list)
        for key, strength in ours.items():
            if key not in others:
                by_check[strength.check].append(strength)
        for check, strengths in sorted(by_check.items()):
            first = strengths[0]
            yield StrengthChange(gained, check, first.slug, first.message, first.path, first.line, len(strengths))


def _by_subject(strengths: Sequence[StrengthEntry]) -> dict[tuple[str, str], StrengthEntry]:
    found: dict[tuple[str, str], StrengthEntry] = {}
    for strength in strengths:
        found.setdefault((strength.check, strength.subject.rpartition(".")[2]), strength)
    return found
