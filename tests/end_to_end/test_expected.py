"""What fastreview says of the samples does not change unnoticed."""

import json
from pathlib import Path

import pytest
from tests.end_to_end.expected import SAMPLES, WAYS, path_of, reviewed, summary


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_reviewed_as_expected(sample: str, way: str, tmp_path: Path) -> None:
    review = reviewed(sample, way, tmp_path)
    assert summary(review) == json.loads(path_of(sample, way).read_text("utf-8"))
    assert {g.what: g.state for g in review.gathered}["app"] == ("ok" if way == "imported" else "off")


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_found_in_the_senior_sample(way: str, tmp_path: Path) -> None:
    review = reviewed("senior", way, tmp_path)
    assert review.level.possible in ("senior", "staff")
    assert not review.findings


def test_the_senior_sample_holds_senior_when_its_tests_and_types_are_run(tmp_path: Path) -> None:
    review = reviewed("senior", "measured", tmp_path)
    assert {side.what: side.state for side in review.gathered if side.state != "ok"} == {}
    assert review.level.proven in ("senior", "staff")
    assert review.level.assessed
    assert not [finding for finding in review.findings if finding.confidence != "possible"]
    states = {outcome.check: outcome.state for outcome in review.outcomes}
    assert {states[code] for code in ("ASY004", "TST002", "TST003", "TST004", "TYP005")} == {"met"}


@pytest.mark.parametrize("way", WAYS)
def test_the_intermediate_sample_holds_intermediate_and_no_more(way: str, tmp_path: Path) -> None:
    level = reviewed("intermediate", way, tmp_path).level
    assert (level.proven, level.possible) == ("intermediate", "intermediate")
