"""The verdict with its figures, and the sentence of counts."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from fastreview.review import FindingEntry, OutcomeEntry, Review, RouteEntry, Severity
from fastreview_reports import words
from fastreview_reports.view.sums import Sums


class Fact(Struct, frozen=True):
    """One figure under the verdict, and the lines that it comes from."""

    name: str
    value: str
    note: str
    sum: tuple[str, ...] = ()


class Verdict(Struct, frozen=True):
    """``headline`` is the same, letter by letter, in every format; ``proven`` and ``possible`` are 0 to 3."""

    sentence: str
    headline: str
    means: str
    index: str
    evidence: float
    assessed: bool
    proven: int
    possible: int
    caps: tuple[str, ...]


def verdict(review: Review, by_code: dict[str, OutcomeEntry]) -> Verdict:
    level = review.level
    caps = tuple(_cap(code, by_code.get(code)) for code in level.capped_by)
    return Verdict(
        sentence=words.verdict(level),
        headline=words.headline(level),
        means=f"{made_up(review)} {words.PROVEN_MEANS}".strip(),
        index=f"{level.index:.1f}",
        evidence=min(1.0, max(0.0, level.evidence)),
        assessed=level.assessed,
        proven=words.rank(level.proven),
        possible=words.rank(level.possible),
        caps=caps,
    )


def _cap(code: str, outcome: OutcomeEntry | None) -> str:
    """A never-event that happened, or one that nothing rules out: the two are not the same news."""
    if outcome is None:
        return code
    open_still = {"not-met": "", "off": ", which was not asked"}.get(outcome.state, ", which is not ruled out")
    return f"{outcome.title} ({code}){open_still}"


def made_up(review: Review) -> str:
    """Why a level is reached that most dimensions do not hold, or ""."""
    level = review.level
    if not level.made_up_by:
        return ""
    deciding = [dimension for dimension in review.dimensions if dimension.core and dimension.assessed]
    holding = sum(words.rank(dimension.proven) >= words.rank(level.proven) for dimension in deciding)
    return (
        f"{holding} of {words.number(len(deciding), 'dimension')} hold {words.label(level.proven)}; "
        f"{words.percent(level.made_up_by)} of the whole rubric is shown, which makes up for the others."
    )


def facts(
    review: Review, settled: Sequence[FindingEntry], doubtful: Sequence[FindingEntry], opened: Sums
) -> tuple[Fact, ...]:
    met = sum(outcome.state == "met" for outcome in review.outcomes)
    judged = sum(outcome.state != "not-applicable" for outcome in review.outcomes)
    more = f"and {len(doubtful)} possible" if doubtful else "none possible"
    scope = f"{words.number(review.scope.files, 'file')}, {words.number(review.scope.lines, 'line')}"
    states = Counter(outcome.state for outcome in review.outcomes)
    by_state = tuple(f"{states[state]:>5}  {label}" for state, (label, _) in words.STATES.items() if states[state])
    return (
        Fact("Evidence", words.percent(review.level.evidence), "of what applies was decided", opened.evidence),
        Fact("Index", f"{review.level.index:.1f}", "of 100, for trends only", opened.index),
        Fact("Checks passed", f"{met} of {judged}", "that apply", by_state),
        Fact(
            "Findings",
            f"{len(settled)}",
            count_line(f.severity for f in settled) or more,
            _by_dimension(review, settled),
        ),
        Fact("Routes", f"{review.scope.routes}", scope, _of_routes(review.routes)),
    )


def _by_dimension(review: Review, settled: Sequence[FindingEntry]) -> tuple[str, ...]:
    dimension_of = {outcome.check: outcome.dimension for outcome in review.outcomes}
    groups: dict[str, list[Severity]] = {}
    for finding in settled:
        groups.setdefault(dimension_of.get(finding.check, ""), []).append(finding.severity)
    ordered = [*(d.name for d in review.dimensions), ""]
    return tuple(
        f"{len(groups[name]):>5}  {words.dimension_label(name) if name else 'Other'}: {count_line(groups[name])}"
        for name in ordered
        if name in groups
    )


def _of_routes(routes: Sequence[RouteEntry]) -> tuple[str, ...]:
    counts = (
        *((count, method) for method, count in sorted(Counter(route.method for route in routes).items())),
        (sum(bool(route.security) for route in routes), "with authentication"),
        (sum(route.tests.called == "yes" for route in routes), "that a test calls"),
    )
    return tuple(f"{count:>5}  {what}" for count, what in counts) if routes else ()


def counts(
    review: Review,
    settled: Sequence[FindingEntry],
    doubtful: Sequence[FindingEntry],
    aside: Sequence[FindingEntry],
) -> str:
    severities = count_line(f.severity for f in settled)
    return "; ".join(
        part
        for part in (
            words.number(len(settled), "finding") + (f" ({severities})" if severities else ""),
            f"{len(doubtful)} possible" if doubtful else "",
            f"{len(aside)} waived or accepted" if aside else "",
            words.number(review.scope.routes, "route"),
            words.number(len({strength.check for strength in review.strengths}), "strength"),
        )
        if part
    )


def count_line(severities: Iterable[Severity]) -> str:
    """ "3 blocker, 12 major", without what there is none of."""
    counts = Counter(severities)
    return ", ".join(f"{counts[s]} {label.lower()}" for s, label in words.SEVERITIES.items() if counts[s])
