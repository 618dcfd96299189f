"""The built-in pack keeps its own conventions, and every example of every page holds."""

import ast
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

import fastreview_checks
from fastreview.check import Check
from fastreview.packs import load
from fastreview.pages import gaps, read
from fastreview.testing import ExampleCase, examples_of, run_example

PACK = "fastreview_checks"
ROOT = Path(fastreview_checks.__file__).parent
CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
LONGEST = 120
"""Lines of a check's file without its docstring."""

CHECKS = load([PACK]).checks
CASES = examples_of(PACK)


def path_of(check: Check) -> Path:
    return ROOT.joinpath(*check.module.split(".")[1:]).with_suffix(".py")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_example(case: ExampleCase) -> None:
    run_example(case)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_page_is_complete(check: Check) -> None:
    assert gaps(read(check)) == ()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_file_is_short_and_starts_with_its_page(check: Check) -> None:
    text = path_of(check).read_text("utf-8")
    page = ast.parse(text).body[0]

    assert isinstance(page, ast.Expr)
    assert page.lineno == 1, "lines of examples are counted from the first line of the file"
    assert len(text.splitlines()) - (page.end_lineno or 0) <= LONGEST


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_names_are_unique_and_equal_to_the_file(check: Check) -> None:
    assert CODE.fullmatch(check.code)
    assert [other.module for other in CHECKS if check.code == other.code or check.slug == other.slug] == [check.module]
    assert path_of(check).stem == check.slug.replace("-", "_")
    assert path_of(check).parent.name == check.dimension


def test_thresholds_are_of_checks() -> None:
    tables = tomllib.loads(files(PACK).joinpath("thresholds.toml").read_text("utf-8"))

    assert [code for code in tables if not CODE.fullmatch(code)] == []
