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
def test_the_senior_sample_holds_senior(way: str, tmp_path: Path) -> None:
    review = reviewed("senior", way, tmp_path)
    assert review.level.possible in ("senior", "staff")
    assert not review.findings
    if way == "imported":
        assert review.level.proven in ("senior", "staff")
        assert review.level.assessed


@pytest.mark.parametrize("way", WAYS)
def test_the_intermediate_sample_holds_intermediate_and_no_more(way: str, tmp_path: Path) -> None:
    level = reviewed("intermediate", way, tmp_path).level
    assert (level.proven, level.possible) == ("intermediate", "intermediate")
