"""What a session saw, as a file: readable line by line, small, and the same again."""

import json

import pytest
from msgspec import structs
from tests.reports.example import example

from fastreview.errors import BadRecord
from fastreview.mentor.folder import SessionFolder
from fastreview.mentor.snapshot import SCHEMA, Snapshot, encode, load, snapshot
from fastreview.review import Review
from fastreview.review import encode as encode_review


def test_a_finding_has_a_line_of_its_own() -> None:
    review = example()
    text = encode(snapshot(review, (), None)).decode()
    assert json.loads(text)["schema"] == SCHEMA
    for finding in review.findings:
        assert len([line for line in text.split("\n") if f'"{finding.fingerprint}"' in line]) == 1
    assert len(text) < 0.6 * len(encode_review(review))


def test_it_comes_back(session: SessionFolder) -> None:
    seen = snapshot(example(), (), None)
    session.folder.write_bytes(session.snapshot_file, encode(seen))
    assert load(session) == seen


def test_names_that_are_no_text_do_not_stop_it() -> None:
    review = example()
    odd = structs.replace(review.findings[0], path="caf\udce9.py")
    seen = snapshot(structs.replace(review, findings=(odd,)), (), None)
    assert json.loads(encode(seen))["review"]["findings"][0]["path"] == "caf\\udce9.py"


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b"<<<<<<< HEAD\n{}", b"[" * 100_000])
def test_a_broken_one_is_told(session: SessionFolder, data: bytes) -> None:
    session.snapshot_file.write_bytes(data)
    with pytest.raises(BadRecord, match="mentor review"):
        load(session)


def test_another_version_is_told(session: SessionFolder) -> None:
    other = Snapshot("fastreview-session/9", _kept(), ())
    session.snapshot_file.write_bytes(encode(other))
    with pytest.raises(BadRecord, match="another version"):
        load(session)


def _kept() -> Review:
    return snapshot(example(), (), None).review
