import json
from pathlib import Path

import pytest

from .conftest import Run

SAMPLES = Path(__file__).parents[3] / "samples"


def test_folders_in_every_format(run: Run) -> None:
    for name, start in (("terminal", "stockroom"), ("markdown", "# stockroom"), ("html", "<!doctype html>")):
        ran = run("compare", SAMPLES / "junior", SAMPLES / "senior", "--format", name)
        assert ran.code == 0
        assert ran.out.startswith(start)
        assert "rose from Junior" in ran.out
        if name == "terminal":
            assert max(map(len, ran.out.splitlines())) <= 80


def test_documents(run: Run, tmp_path: Path) -> None:
    run(SAMPLES / "junior", "--static", "-q", "-o", tmp_path / "a.json")
    found = json.loads(run("compare", tmp_path / "a.json", SAMPLES / "junior", "--format", "json").out)
    assert {finding["kind"] for finding in found["findings"]} == {"persisting"}
    assert found["cautions"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nope", "."], "nope is no file, no folder and no commit"),
        ([__file__, "."], "cannot be used"),
        ([".", ".", "--format", "pdf"], 'There is no format "pdf"'),
    ],
)
def test_mistakes_are_sentences(run: Run, words: list[str], message: str) -> None:
    ran = run("compare", *words)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_folder_without_a_service_has_nothing_to_compare(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("compare", tmp_path / "empty", SAMPLES / "junior").code == 3


def test_kept_reviews(run: Run) -> None:
    junior = SAMPLES / "junior"
    assert "so there is no last" in run("compare", "last", junior, junior).err
    assert run(junior, "--static", "-q", "--format", "json").code == 0
    found = json.loads(run("compare", "last", junior, junior, "--format", "json").out)
    assert {finding["kind"] for finding in found["findings"]} == {"persisting"}
    assert "so there is no last~1" in run("compare", "last~1", junior, junior).err
    ran = run(junior, "--static", "--against", "last", "--fail-on", "new,level", "--format", "comment")
    assert ran.code == 0
    assert "Gate level: passed." in ran.out
