"""What the view computes for the report: sums behind numbers, tests and dependencies of routes, imports that break layers."""

import msgspec
from tests.reports.example import example

from fastreview_reports.view import report
from fastreview_reports.view.sums import sums

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
