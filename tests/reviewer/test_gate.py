"""Verdicts of the gate, on changes of one example."""

import msgspec
import pytest
from tests.reports.example import example

from fastreview.compare import compare
from fastreview.gate import SMALL_CHANGE, absolute, no_level_lost, nothing_new
from fastreview.review import FindingEntry, Review

replace = msgspec.structs.replace


@pytest.fixture(scope="module")
def review() -> Review:
    found = example()
    first, *others = found.dimensions
    return replace(found, dimensions=(replace(first, proven="senior", possible="senior", assessed=True), *others))


@pytest.fixture(scope="module")
def lower(review: Review) -> Review:
    first, *others = review.dimensions
    return replace(review, dimensions=(replace(first, proven="intermediate"), *others))


def grave(review: Review) -> FindingEntry:
    return next(f for f in review.findings if f.severity in ("blocker", "major") and f.confidence != "possible")


def test_nothing_lost_passes(review: Review) -> None:
    verdict = no_level_lost(compare(review, review))
    assert verdict.passed
    assert verdict.sentence == "Gate level: passed. No level and no evidence was lost."


def test_a_lost_level_closes_it(review: Review, lower: Review) -> None:
    verdict = no_level_lost(compare(review, lower))
    assert not verdict.passed
    assert "fell from senior to intermediate" in verdict.text
    assert no_level_lost(compare(lower, review)).passed


def test_a_small_change_may_lose_a_share_but_no_gate(review: Review, lower: Review) -> None:
    assert no_level_lost(compare(review, lower), SMALL_CHANGE).passed
    assert "let through" in no_level_lost(compare(review, lower), SMALL_CHANGE).text
    assert not no_level_lost(compare(review, lower), SMALL_CHANGE + 1).passed
    name = review.dimensions[0].name
    gate = next(o for o in review.outcomes if o.dimension == name and o.kind != "credit")
    before = replace(review, outcomes=tuple(replace(o, state="met") if o == gate else o for o in review.outcomes))
    after = replace(lower, outcomes=tuple(replace(o, state="not-met") if o == gate else o for o in review.outcomes))
    assert not no_level_lost(compare(before, after), SMALL_CHANGE).passed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("evidence", "evidence fell from 83% to 70%"),
        ("sides", "not seen any more: app"),
        ("configured", "the configuration changes the measure"),
        ("off", "switched off: "),
        ("ruleset", "measured by different rules"),
    ],
)
def test_what_else_closes_it(review: Review, change: str, told: str) -> None:
    match change:
        case "evidence":
            after = replace(review, level=replace(review.level, evidence=0.7))
        case "sides":
            sides = tuple(replace(side, state="off") if side.what == "app" else side for side in review.gathered)
            after = replace(review, gathered=sides)
        case "configured":
            after = replace(review, scope=replace(review.scope, configured=("ARC002: complexity 40",)))
        case "off":
            first, *others = review.outcomes
            after = replace(review, outcomes=(replace(first, state="off"), *others))
        case _:
            after = replace(review, tool=replace(review.tool, ruleset="other"))
    verdict = no_level_lost(compare(review, after), 1)
    assert not verdict.passed
    assert told in verdict.text


def test_new_findings(review: Review) -> None:
    one = grave(review)
    assert nothing_new(review, []).passed
    closed = nothing_new(review, [one])
    assert not closed.passed
    assert f"{one.check} {one.slug} at {one.path}:{one.line}" in closed.text
    assert nothing_new(review, [replace(one, check="XXX001", severity="minor")]).passed
    assert nothing_new(review, [replace(one, confidence="possible")]).passed


def test_absolute_gates(review: Review) -> None:
    assert not absolute("below-staff", review).passed
    event = replace(review, outcomes=tuple(replace(o, kind="never", state="not-met") for o in review.outcomes[:1]))
    assert review.outcomes[0].check in absolute("never-event", event).sentence
    assert absolute("never-event", replace(review, outcomes=())).passed
