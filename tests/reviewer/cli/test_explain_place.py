"""`fastreview explain FILE:LINE`: what is reported there and why, or why nothing is."""

from pathlib import Path

import pytest
from tests.reviewer.cli.conftest import Run

from fastreview.explanation import explain
from fastreview.gather.facts import gather_static
from fastreview.pipeline import assess

JUNIOR = Path(__file__).parents[3] / "samples" / "junior"


def test_what_is_reported_is_explained(run: Run) -> None:
    out = run("explain", "app/main.py:41", JUNIOR, "--static").out
    assert out.startswith("app/main.py:41\n")
    assert "COR016" in out
    assert "Why " in out
    assert "Improve " in out
    assert "fastreview explain COR016 shows more." in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_a_line_without_findings_names_what_is_near(run: Run) -> None:
    out = run("explain", "app/main.py:1", JUNIOR, "--static").out
    assert "Nothing is reported here" in out
    assert "near: line" in out


@pytest.mark.parametrize(
    ("place", "said"),
    [("app/nothing.py:3", "is not part of the review"), ("__pycache__/x.py:1", "is not part of the review")],
)
def test_a_file_that_was_not_read(run: Run, place: str, said: str) -> None:
    assert said in run("explain", place, JUNIOR, "--static").out


def test_a_place_outside_is_refused(run: Run) -> None:
    result = run("explain", "../../elsewhere.py:3", JUNIOR)
    assert result.code == 2
    assert "is not below" in result.err


def test_places_on_the_way_are_explained_too() -> None:
    review = assess(gather_static(JUNIOR), JUNIOR).review
    finding = next(f for f in review.findings if f.related and f.related[0].path)
    place = finding.related[0]
    found = explain(review, place.path, place.line, [place.path])
    assert any(one.finding == finding and one.role == place.message for one in found.reported)
