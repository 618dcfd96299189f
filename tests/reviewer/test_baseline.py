"""A baseline: what it holds, what of it is fixed, and what merges and strange names do to it."""

from pathlib import Path

import msgspec
import pytest
from tests.reports.example import example

from fastreview import baseline
from fastreview.compare import Identity
from fastreview.errors import UsageError
from fastreview.review import Review

replace = msgspec.structs.replace


@pytest.fixture(scope="module")
def review() -> Review:
    return example()


def test_what_is_written_is_read_back_sorted_and_without_lines(review: Review, tmp_path: Path) -> None:
    file = tmp_path / "b.txt"
    file.write_bytes(baseline.written(baseline.of(review)))
    lines = file.read_text("utf-8").splitlines()
    assert lines[1:] == sorted(set(lines[1:]))
    assert set(baseline.read(file)) == set(baseline.of(review))
    moved = tuple(replace(f, line=f.line + 40, end_line=f.end_line + 40, excerpt=None) for f in review.findings)
    assert set(baseline.against(replace(review, findings=moved), baseline.read(file)).ages) == {"known"}


def test_new_fixed_and_undecided(review: Review) -> None:
    first, *others = [f for f in review.findings if f.status == "open"]
    known = baseline.of(replace(review, findings=tuple(others)))
    found = baseline.against(review, known)
    assert found.new(review.findings) == (first,)
    assert (found.fixed, found.undecided) == ((), ())
    decided = tuple(replace(o, state="not-met" if o.check == first.check else "unknown") for o in review.outcomes)
    everything = baseline.of(review)
    found = baseline.against(replace(review, findings=(), outcomes=decided), everything)
    assert {one.check for one in found.fixed} == {first.check}
    assert len(found.fixed) + len(found.undecided) == len(everything)


@pytest.mark.parametrize("path", ["a b.py", "tab\there.py", "line\nend.py", "%41.py", "ümlaut.py", "bad\udc80.py"])
def test_any_path_survives(tmp_path: Path, path: str) -> None:
    one = Identity("ASY001", "0123456789abcdef", path, "GET /a", "", "abcdef01", "")
    file = tmp_path / "b.txt"
    file.write_bytes(baseline.written([one, one]))
    assert baseline.read(file) == (one,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no baseline"),
        ("ASY001\n", "is no baseline"),
        (f"{baseline.HEAD}\n<<<<<<< ours\n", "b.txt:2: a merge was not finished"),
        (f"{baseline.HEAD}\nASY001\tapp.py\n", "b.txt:2: this is no line"),
    ],
)
def test_what_is_no_baseline_is_said(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "b.txt").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message):
        baseline.read(tmp_path / "b.txt")


def test_a_missing_one_says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="fastreview baseline -o"):
        baseline.read(tmp_path / "b.txt")
