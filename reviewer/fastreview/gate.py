"""The gate: whether a change may go in. Its verdicts are sentences, so that nobody has to look up why it is closed."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from fastreview.review import LEVELS, FindingEntry, Review

if TYPE_CHECKING:
    # A review that compares with nothing pays for none of it.
    from fastreview.compare.document import Comparison, FindingChange, LevelChange

ABSOLUTE = ("never-event", "unmet", *(f"below-{level}" for level in LEVELS[1:]))
"""Gates that look at one review."""
RELATIVE = ("new", "level")
"""Gates that need something to compare with."""
GATES = ("never", *ABSOLUTE, *RELATIVE)

GRAVE = ("blocker", "major")
EVIDENCE_SLACK = 0.02
"""So much evidence may go without being told: a new subject of a kind that is undecided takes some with it."""
SMALL_CHANGE = 20
"""Lines added or removed. A dimension that such a change pushes below a level by shares alone, without a gate that fails or a
grave finding that is new, does not close the gate: it is told."""
NAMED = 5


class Verdict(Struct, frozen=True):
    """``text`` is one sentence or two."""

    gate: str
    passed: bool
    text: str

    @property
    def sentence(self) -> str:
        return f"Gate {self.gate}: {'passed. ' if self.passed else ''}{self.text}"


def absolute(gate: str, review: Review) -> Verdict:
    """The verdict of a gate that looks at one review."""
    if gate == "never-event":
        failed = [o for o in review.outcomes if o.kind == "never" and o.state == "not-met"]
        return Verdict(
            gate, not failed, f"{', '.join(f'{o.check} ({o.slug})' for o in failed) or 'No never-event fails'}."
        )
    if gate == "unmet":
        return _unmet(review)
    wanted = gate.removeprefix("below-")
    reached = wanted in LEVELS[: LEVELS.index(review.level.proven) + 1]
    return Verdict(gate, reached, f"the code is proven {review.level.proven}{'' if reached else f', not {wanted}'}.")


def _unmet(review: Review) -> Verdict:
    """Checks that were asked for and are not met, undecided ones among them: what is unknown is never green."""
    asked = [outcome for outcome in review.outcomes if outcome.state != "off"]
    short = [outcome for outcome in asked if outcome.state not in ("met", "not-applicable")]
    if short:
        told = ", ".join(f"{o.check} ({o.slug}{', ' + o.state if o.state != 'not-met' else ''})" for o in short)
        return Verdict("unmet", False, f"{told}.")
    if any(outcome.state == "met" for outcome in asked):
        return Verdict("unmet", True, "All checks that apply are met.")
    return Verdict("unmet", False, "none of the checks applies yet.")


def nothing_new(review: Review, new: "Sequence[FindingEntry] | Sequence[FindingChange]") -> Verdict:
    """Closed by a finding of a never-event, a blocker or a major one, that is ``new`` and more than possible."""
    never = {outcome.check for outcome in review.outcomes if outcome.kind == "never"}
    sure = [f for f in new if f.confidence != "possible"]
    grave = [f for f in sure if f.check in never or f.severity in GRAVE]
    if not grave:
        told = (
            f"{len(sure)} new {'finding is' if len(sure) == 1 else 'findings are'} minor."
            if sure
            else "Nothing is new."
        )
        return Verdict("new", True, told)
    named = "; ".join(f"{f.check} {f.slug} at {f.path}:{f.line}" for f in grave[:NAMED])
    more = f" and {len(grave) - NAMED} more" if len(grave) > NAMED else ""
    count = "1 grave finding is" if len(grave) == 1 else f"{len(grave)} grave findings are"
    return Verdict("new", False, f"{count} new: {named}{more}.")


def no_level_lost(comparison: "Comparison", changed_lines: int | None = None) -> Verdict:
    """Closed by a level that a dimension lost, by evidence that disappeared, and by a change of the measure itself.
    ``changed_lines`` is the size of the change where it is known."""
    losses: list[str] = []
    allowed: list[str] = []
    for change in (comparison.level, *comparison.dimensions):
        if change.steps < 0 or (change.assessed_before and not change.assessed_after):
            small = changed_lines is not None and changed_lines <= SMALL_CHANGE and _by_share_alone(change, comparison)
            (allowed if small else losses).append(_told(change))
    losses += _other_measure(comparison)
    losses += _less_evidence(comparison)
    if losses:
        return Verdict("level", False, f"{'; '.join(losses)}.")
    if allowed:
        told = "; ".join(allowed)
        return Verdict("level", True, f"{told}, by shares alone and by a change of {changed_lines} lines: let through.")
    return Verdict("level", True, "No level and no evidence was lost.")


def _told(change: "LevelChange") -> str:
    name = f"the dimension {change.dimension}" if change.dimension else "the project"
    if change.steps < 0:
        return f"{name} fell from {change.before} to {change.after}"
    return f"{name} is no longer assessed"


def _by_share_alone(change: "LevelChange", comparison: "Comparison") -> bool:
    """No gate of the dimension (of any, for the project) stopped being met, and nothing grave is new."""
    gates = [
        outcome
        for outcome in comparison.outcomes
        if outcome.kind != "credit"
        and outcome.before == "met"
        and outcome.after not in ("met", "not-applicable")
        and change.dimension in ("", outcome.dimension)
    ]
    grave = [f for f in comparison.of("new") if f.confidence != "possible" and (f.never or f.severity in GRAVE)]
    return not gates and not grave and change.assessed_after


def _other_measure(comparison: "Comparison") -> Iterator[str]:
    before, after = comparison.before, comparison.after
    if (before.ruleset, before.model) != (after.ruleset, after.model):
        yield "the two were measured by different rules, so their levels cannot be compared: compare with a commit instead"
    elif before.configured != after.configured:
        told = ", ".join(sorted(set(before.configured) ^ set(after.configured)))
        yield f"the configuration changes the measure ({told}), so a person has to agree"
    switched = [o.check for o in comparison.outcomes if o.after == "off"]
    if switched:
        yield f"switched off: {', '.join(switched[:NAMED])}{', ...' if len(switched) > NAMED else ''}"


def _less_evidence(comparison: "Comparison") -> Iterator[str]:
    if lost := [side for side in comparison.before.sides if side not in comparison.after.sides]:
        yield f"not seen any more: {', '.join(lost)}"
    fall = comparison.evidence_before - comparison.evidence_after
    if fall > EVIDENCE_SLACK:
        yield f"evidence fell from {comparison.evidence_before:.0%} to {comparison.evidence_after:.0%}"
