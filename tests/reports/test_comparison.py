"""Comparisons in every format: the same counts, nothing of a name acts, a comment that stays short."""

import html5lib
import pytest
from msgspec import structs
from tests.reports.example import HOSTILE, example, hostile
from tests.reports.test_hostile import ACTING

from fastreview.compare import compare
from fastreview_reports.comparison import MARKER, RENDER, comment, view


@pytest.mark.parametrize("name", list(RENDER))
@pytest.mark.parametrize("text", HOSTILE)
def test_names_do_nothing(name: str, text: str) -> None:
    found = RENDER[name](compare(example(), hostile(text))).decode()
    assert not ACTING.search(found)
    assert len(found) < 300_000
    if name == "html":
        page = html5lib.parse(found, namespaceHTMLElements=False)
        assert not page.findall(".//script")
        assert not page.findall(".//img")


@pytest.mark.parametrize("name", list(RENDER))
def test_the_same_reviews_give_the_same_bytes(name: str) -> None:
    found = compare(example(), example())
    assert RENDER[name](found) == RENDER[name](found)


def test_a_comment_is_short_and_found_again() -> None:
    text = comment(compare(hostile("x"), example()), ("Gate level: passed.",)).decode()
    assert text.startswith(MARKER)
    assert "Gate level: passed." in text
    assert text.count("\n- `ASY") + text.count("\n- `SEC") + text.count("\n- `COR") <= 5


def test_a_commit_and_the_work_tree_on_it_have_names_of_their_own() -> None:
    review = example()
    clean, dirty = (
        structs.replace(review, project=structs.replace(review.project, dirty=dirty)) for dirty in (False, True)
    )
    commit = review.project.commit[:8]
    shown = view(compare(clean, dirty))
    assert shown.sides == (f"Commit {commit}", f"Work tree on {commit}")
    assert shown.heading == f"{review.project.name}: commit {commit} to work tree on {commit}"
    assert view(compare(clean, clean)).sides == ("Before", "After")


def test_code_in_messages_has_no_ticks_where_there_is_no_markdown() -> None:
    findings = tuple(structs.replace(f, message="The key `SECRET_KEY` is here.") for f in example().findings)
    found = compare(structs.replace(example(), findings=()), structs.replace(example(), findings=findings))
    assert "The key SECRET_KEY is here." in RENDER["terminal"](found).decode()
    assert "The key <code>SECRET_KEY</code> is here." in RENDER["html"](found).decode()
