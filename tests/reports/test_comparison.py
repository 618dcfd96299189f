"""Comparisons in every format: the same counts, nothing of a name acts, a comment that stays short."""

import html5lib
import pytest
from tests.reports.example import HOSTILE, example, hostile
from tests.reports.test_hostile import ACTING

from fastreview.compare import compare
from fastreview_reports.comparison import MARKER, RENDER, comment


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
