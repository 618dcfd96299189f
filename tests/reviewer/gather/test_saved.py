import gzip
from pathlib import Path

import pytest

from fastreview.errors import UsageError
from fastreview.gather.facts import gather_static
from fastreview.gather.saved import load_facts, save_facts

SAMPLE = Path(__file__).parents[3] / "samples" / "junior"


def test_saved_facts_are_the_same_facts(tmp_path: Path) -> None:
    facts = gather_static(SAMPLE)
    save_facts(facts, SAMPLE, tmp_path / "facts")
    assert load_facts(tmp_path / "facts") == (facts, SAMPLE)
    first = (tmp_path / "facts").read_bytes()
    save_facts(facts, SAMPLE, tmp_path / "facts")
    assert (tmp_path / "facts").read_bytes() == first


@pytest.mark.parametrize(
    "content", [b"", b"{}", gzip.compress(b"nonsense", mtime=0), gzip.compress(b"\x82", mtime=0), b"\x1f\x8b\x08broken"]
)
def test_other_files_are_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "facts").write_bytes(content)
    with pytest.raises(UsageError, match="does not hold facts"):
        load_facts(tmp_path / "facts")


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_facts(tmp_path / "facts")
    with pytest.raises(UsageError, match="cannot be written"):
        save_facts(gather_static(SAMPLE), SAMPLE, tmp_path / "no folder" / "facts")
