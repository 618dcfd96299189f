"""What the view computes for the report: sums behind numbers, tests and dependencies of routes, imports that break layers."""

import msgspec
import pytest
from tests.reports.example import example

from fastreview.review import Effort, NextStep, Review, State, SubjectCounts
from fastreview_reports.view import report, shown
from fastreview_reports.view.effort import effort
from fastreview_reports.view.sums import sums
from fastreview_reports.words import day

ARITHMETIC = (
    "P pass, F fail; n = P + F.",
    "allowed = floor(tolerance x n).",
    "",
    "core",
    "  Intermediate",
    "    gate   COR002 missing-response-contract: n 19 = P 12 + F 7: not met",
    "    held: no (COR002)",
    "",
    "extension (shown, decides nothing)",
    "    credit EXT001 reusable-component: not applicable, there is no package",
    "",
    "overall",
    "  proven",
    "",
    "evidence: weight x (n - U)/n",
    "  535 of 542 = 98.7 %",
    "",
    "index: 13.3",
)


def test_every_number_finds_its_lines() -> None:
    found = sums(ARITHMETIC)
    assert found.rules == ARITHMETIC[:2]
    assert found.dimensions == {"core": ARITHMETIC[4:7], "extension": ARITHMETIC[9:10]}
    assert found.checks["COR002"] == "missing-response-contract: n 19 = P 12 + F 7: not met"
    assert set(found.checks) == {"COR002", "EXT001"}
    assert found.overall == ("  proven",)
    assert found.evidence == ARITHMETIC[14:16]
    assert found.index == ("index: 13.3",)


def test_no_line_of_the_arithmetic_is_lost() -> None:
    found = sums(ARITHMETIC)
    kept = [
        *found.rules,
        *found.overall,
        *found.evidence,
        *found.index,
        *(x for part in found.dimensions.values() for x in part),
    ]
    names = {"core", "extension (shown, decides nothing)", "overall", ""}
    assert sorted(kept) == sorted(line for line in ARITHMETIC if line not in names)
    assert sums(()).rules == ()


def test_routes_know_their_tests_and_what_their_dependencies_need() -> None:
    view = report(example())
    assert {route.tests for route in view.routes} == {"5 tests", "none", "unknown", ""}
    guarded = next(route for route in view.routes if route.protected)
    assert [(one.name, one.needs) for one in guarded.dependencies] == [
        ("get_session", ()),
        ("current_user", ("oauth2", "get_session")),
    ]
    assert guarded.endpoint == "read_me"


def test_only_imports_with_a_finding_break_the_layers() -> None:
    review = example()
    assert [(one.path, one.line) for one in report(review).broken] == [("harbour/services/cancel.py", 31)]
    waived = tuple(msgspec.structs.replace(one, status="waived") for one in review.findings)
    assert report(msgspec.structs.replace(review, findings=waived)).broken == ()


def test_large_reviews_show_fewer_findings_in_full() -> None:
    assert max(len(group.in_full) for group in report(example()).findings) > 8
    assert max(len(group.in_full) for group in report(example(8)).findings) == 8


def selected(review: Review, codes: set[str]) -> Review:
    """The review as one of these checks only."""
    return msgspec.structs.replace(
        review,
        outcomes=tuple(o if o.check in codes else msgspec.structs.replace(o, state="off") for o in review.outcomes),
        findings=tuple(f for f in review.findings if f.check in codes),
        level=msgspec.structs.replace(review.level, assessed=False),
    )


def test_a_review_of_a_dimension_shows_that_dimension_and_claims_no_level() -> None:
    review = example()
    name = review.outcomes[0].dimension
    codes = {outcome.check for outcome in review.outcomes if outcome.dimension == name}
    view = shown(selected(review, codes))
    label = next(d.label for d in report(review).core if d.name == name)
    assert view.verdict.sentence == f"This is a review of the dimension {label} only."
    assert [d.name for d in (*view.core, *view.extension)] == [name]
    assert {outcome.code for group in view.outcomes for outcome in group.outcomes} == codes
    assert not any((view.steps, view.effort, view.gaps, view.plan.weeks, view.verdict.caps, view.arithmetic))
    assert "evidence" not in view.verdict.headline
    assert shown(review) == report(review)


def test_a_review_of_one_check_shows_no_dimension() -> None:
    view = shown(selected(example(), {"SEC001"}))
    assert view.verdict.sentence == "This is a review of SEC001 only."
    assert not view.core + view.extension


def test_a_review_that_lacks_evidence_is_not_partial() -> None:
    review = example()
    outcomes = tuple(
        msgspec.structs.replace(outcome, state="off" if number == 0 else "unknown")
        for number, outcome in enumerate(review.outcomes)
    )
    level = msgspec.structs.replace(review.level, assessed=False)
    assert report(msgspec.structs.replace(review, outcomes=outcomes, level=level)).selection is None


@pytest.mark.parametrize(
    ("efforts", "told"),
    [
        ((), ""),
        (("minutes",), "up to an hour for 1 check"),
        (("minutes", "hours"), "1 to 5 hours for 2 checks"),
        (("hours", "days", "days"), "1 to 4.5 days for 3 checks"),
    ],
)
def test_the_effort_up_to_the_next_level_is_a_range(efforts: tuple[Effort, ...], told: str) -> None:
    steps = [NextStep("SEC001", "", one, "", "") for one in efforts]
    evidence = NextStep("SEC002", "", "days", "", "", kind="prove")
    assert effort([*steps, evidence]) == told


def test_a_day_is_told_in_words() -> None:
    assert day("2026-11-02") == "2 November 2026"
    assert day("someday") == "someday"


@pytest.mark.parametrize(
    ("state", "told"),
    [("met", ""), ("unknown", "not counted yet (import the app)"), ("not-met", "in part only (2 of 5 routes fail)")],
)
def test_a_strength_of_a_check_that_is_not_met_says_so(state: State, told: str) -> None:
    review = example()
    code = review.strengths[0].check
    counts = SubjectCounts(passed=3, failed=2) if state == "not-met" else SubjectCounts(passed=1)
    outcomes = tuple(
        msgspec.structs.replace(o, state=state, reason="import the app", subjects=counts, unit="route")
        if o.check == code
        else o
        for o in review.outcomes
    )
    view = report(msgspec.structs.replace(review, outcomes=outcomes))
    assert next(strength.partly for strength in view.strengths if strength.code == code) == told
    assert [bool(strength.partly) for strength in view.strengths] == sorted(bool(s.partly) for s in view.strengths)
