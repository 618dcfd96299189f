"""A short run of the measurement in tests/benchmarks/recognition.py."""

from tests.benchmarks.recognition import ROOT, WANTED, measure

EDITS = ("reformatted to 60 columns, single quotes", "second module renamed", "functions renamed")


def test_findings_are_known_again_after_edits_that_mend_nothing() -> None:
    found = list(measure(ROOT / "samples" / "junior", EDITS))
    assert [figures.edit for figures in found] == list(EDITS)
    assert all(figures.there > 100 for figures in found)
    assert all(figures.share >= WANTED for figures in found), found
