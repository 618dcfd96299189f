"""The guides of the samples speak of files that are there and of checks that a review reports."""

import json
import re

import pytest
from tests.end_to_end.expected import ROOT, SAMPLES, path_of

from fastreview.packs import load

NAMED = re.compile(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|toml|yaml|md|txt))`")
CODE = re.compile(r"\b[A-Z]{3}\d{3}\b")


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_file_of_a_guide_is_there(sample: str) -> None:
    folder = ROOT / "samples" / sample
    senior = ROOT / "samples" / "senior"
    named = NAMED.findall((folder / "GUIDE.md").read_text("utf-8"))
    assert named
    roots = (folder, senior, senior / "src" / "stockroom")
    routes = ("/orders/export", "/health")
    missing = [name for name in named if name not in routes and not any((root / name).exists() for root in roots)]
    assert not missing


@pytest.mark.parametrize("sample", ["junior", "intermediate"])
def test_every_check_of_a_guide_is_reported(sample: str) -> None:
    table = [line for line in (ROOT / "samples" / sample / "GUIDE.md").read_text("utf-8").splitlines() if "|" in line]
    codes = set(CODE.findall("\n".join(table))) & {check.code for check in load().checks}
    expected = json.loads(path_of(sample, "imported").read_text("utf-8"))
    assert codes
    assert not codes - expected["findings"].keys() - set(expected["unknown"])
