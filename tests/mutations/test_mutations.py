"""Defects planted in the senior sample, one at a time: each is found, by its check, where it was planted.

A mutation is a TOML file in a folder named after its check:

    check = "ASY007"
    why = "the client of the payment provider waits for ever"

    [[change]]
    file = "src/orders/payments.py"     # below samples/senior
    find = "timeout=settings.timeout"   # stands there once; "" appends, or makes the file
    put = "timeout=None"

    [expected]
    file = "src/orders/payments.py"     # "" where the finding is about the project as a whole
    at = "timeout=None"                 # in one of the lines that the finding names; "" for any
"""

import shutil
import tomllib
from functools import cache
from pathlib import Path

import pytest
from msgspec import Struct, convert

from fastreview.check import Confidence
from fastreview.engine import evaluate
from fastreview.gather.facts import gather_static
from fastreview.outcome import Finding
from fastreview.packs import Ruleset, load
from fastreview.project import Project

HERE = Path(__file__).parent
SENIOR = HERE.parents[1] / "samples" / "senior"
LEFT_BEHIND = shutil.ignore_patterns(".venv", "__pycache__", ".*_cache")


class Change(Struct, forbid_unknown_fields=True):
    file: str
    put: str
    find: str = ""


class Expected(Struct, forbid_unknown_fields=True):
    file: str
    at: str = ""


class Mutation(Struct, forbid_unknown_fields=True):
    check: str
    why: str
    change: list[Change]
    expected: Expected


MUTATIONS = sorted(HERE.glob("*/*.toml"))


@pytest.mark.parametrize("file", MUTATIONS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_what_is_planted_is_found(file: Path, tmp_path: Path) -> None:
    mutation = convert(tomllib.loads(file.read_text("utf-8")), Mutation)
    assert file.parent.name == mutation.check.lower()
    root = tmp_path / "service"
    shutil.copytree(SENIOR, root, ignore=LEFT_BEHIND)
    for change in mutation.change:
        plant(root / change.file, change)
    findings = found(root, mutation.check)
    assert any(fits(finding, mutation.expected, root) for finding in findings), (mutation.why, findings)


def test_the_sample_itself_is_silent() -> None:
    silent = found(SENIOR, "")
    assert [finding.message for finding in silent] == []


def plant(file: Path, change: Change) -> None:
    text = file.read_text("utf-8") if file.exists() else ""
    assert not change.find or text.count(change.find) == 1, f"{change.find!r} must stand once in {change.file}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace(change.find, change.put) if change.find else text + change.put, "utf-8")


def found(root: Path, code: str) -> tuple[Finding, ...]:
    """What is said with more than a shrug."""
    project = Project(gather_static(root), ruleset().limits)
    checks = [check for check in ruleset().checks if code in ("", check.code)]
    assert checks, f"there is no check {code}"
    findings = (finding for one in evaluate(project, checks) for finding in one.findings)
    return tuple(finding for finding in findings if finding.confidence is not Confidence.POSSIBLE)


def fits(finding: Finding, expected: Expected, root: Path) -> bool:
    if not expected.file:
        return True
    if finding.place.path != expected.file:
        return False
    lines = (root / expected.file).read_text("utf-8").split("\n")
    named = lines[max(0, finding.place.line - 1) : max(finding.place.line, finding.place.end_line)]
    return any(expected.at in line for line in named)


@cache
def ruleset() -> Ruleset:
    return load(("fastreview_checks",))
