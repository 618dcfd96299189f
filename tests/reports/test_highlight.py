"""Source code in reports: every character is kept, and tokens are told apart."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastreview_reports.highlight import highlight, highlight_short
from fastreview_reports.python_tokens import tokens

SOURCE = '''
@router.get("/items/{id}")  # one item
async def item(id: int = 3) -> "Item":
    """Never
    closed'''


@given(st.text(alphabet=st.sampled_from("ab \n\"'#@\\{}()0fr_def class")))
def test_no_character_is_lost(source: str) -> None:
    assert "".join(text for _, text in tokens(source)) == source


def test_tokens_of_python() -> None:
    kinds = {text: kind for kind, text in tokens(SOURCE)}
    assert kinds["async"] == kinds["def"] == "k"
    assert kinds["item"] == "f"
    assert kinds["@router.get"] == "d"
    assert kinds["# one item"] == "c"
    assert kinds['"/items/{id}"'] == kinds['"""Never\n    closed'] == "s"
    assert kinds["3"] == "m"
    assert kinds["int"] == "b"


@pytest.mark.parametrize("language", ["python", "toml", "no such language"])
def test_every_line_is_there_and_escaped(language: str) -> None:
    lines = ['a = "<b>"', "", "    # & more", "b = 1"]
    pieces = highlight_short(lines, language)
    assert [unescape(re.sub(r"</?t-\w>", "", piece)) for piece in pieces] == lines
    assert "<b>" not in "".join(pieces)


def test_two_ways_of_writing_the_same() -> None:
    assert highlight(["def a"], "python") == ['<span class="k">def</span> <span class="f">a</span>']
    assert highlight_short(["def a"], "python") == ["<t-k>def</t-k> <t-f>a</t-f>"]
    assert highlight(["[tool]", "a = 3"], "toml")[1] == 'a = <span class="m">3</span>'
