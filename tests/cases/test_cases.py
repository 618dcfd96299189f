"""Planted cases: what a check must find in small projects, and where it must stay silent.

Each folder beside this file holds the cases of one check and is called by its code and slug (``asy001-blocking-call``).
A file is Markdown: a title, prose, then one case under each ``##`` heading: prose and the files of one project, with the
info strings and the ``# finding`` marks of check pages (`fastreview.pages`).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastreview.packs import load
from fastreview.pages import parse
from fastreview.testing import ExampleCase, run_example

HERE = Path(__file__).parent
RULES = load(["fastreview_checks"])
CHECKS = {f"{check.code.lower()}-{check.slug}": check for check in RULES.checks}


def cases_of(path: Path) -> Iterator[ExampleCase]:
    """The cases of one file; their lines are those of the file."""
    text = path.read_text("utf-8")
    for number, heading in enumerate(re.finditer(r"^## .+\n", text, re.MULTILINE), 1):
        following = re.compile(r"^## ", re.MULTILINE).search(text, heading.end())
        section = text[heading.start() : following.start() if following else len(text)]
        above = text.count("\n", 0, heading.start())
        # The heading is the title of a page without sections; blank lines keep the count of lines.
        page = parse(heading[0].strip() + "\n" * (above + 1) + section.partition("\n")[2], str(path))
        (example,) = page.examples
        yield ExampleCase(CHECKS[path.parent.name], RULES.limits, example, number)


def collected() -> Iterator[object]:
    for path in sorted(HERE.glob("*/*.md")):
        headings = re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE)
        for case, heading in zip(cases_of(path), headings, strict=True):
            name = re.sub(r"\W+", "-", heading.lower()).strip("-")
            yield pytest.param(path, case, id=f"{path.parent.name}/{path.stem}/{name}")


@pytest.mark.parametrize(("path", "case"), [*collected()])
def test_case(path: Path, case: ExampleCase) -> None:
    try:
        run_example(case)
    except AssertionError as error:
        error.add_note(f"The case stands at {path.relative_to(HERE)}:{case.example.line}.")
        raise


def test_every_folder_is_a_check() -> None:
    assert {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("__")} <= set(CHECKS)
