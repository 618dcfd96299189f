"""Pages: sections, links, examples, and what is refused."""

import re
from inspect import cleandoc

import pytest

from fastreview.errors import BrokenPack
from fastreview.pages import CheckPage, Example, ExampleFile, Verdict, gaps, parse
from fastreview.review import Link

PAGE = cleandoc("""
    Blocking call on the event loop

    One blocked loop stops every request.

    It shows under load only.

    ## Improve

    Use an async client:

    ```python
    async with client: ...
    ```

    ## When not to apply

    Start-up code.

    ## Read

    - [Concurrency](https://fastapi.tiangolo.com/async/)
    - [Event loop (asyncio)](https://docs.python.org/3/library/asyncio-eventloop.html#x_(y))

    ```python bad
    import requests

    requests.get("x")  # noqa: S113  # finding
    # finding
    ```

    ```python fixed
    pass
    ```
    ```toml fixed
    [tool.x]
    ```

    The library is handed to a thread:

    ```python good app/threads.py
    url = "https://x/#finding"
    ```
    ```python good app/other.py
    pass
    ```
    ```python good app/threads.py
    pass
    ```

    ```yaml not-applicable .github/workflows/ci.yml
    on: push
    ```
""")


def page(examples: str = "", sections: str = "") -> CheckPage:
    return parse(f"Title\n\nWhy.\n\n## Improve\n\nSo.\n\n{sections}\n\n{examples}", "pack.core.one")


def test_sections_and_links() -> None:
    parsed = parse(PAGE, "pack.core.one")

    assert parsed.title == "Blocking call on the event loop"
    assert parsed.why == "One blocked loop stops every request.\n\nIt shows under load only."
    assert parsed.improve == "Use an async client:\n\n```python\nasync with client: ...\n```"
    assert parsed.exceptions == "Start-up code."
    assert parsed.links == (
        Link("Concurrency", "https://fastapi.tiangolo.com/async/"),
        Link("Event loop (asyncio)", "https://docs.python.org/3/library/asyncio-eventloop.html#x_(y)"),
    )
    assert gaps(parsed) == ()


def test_examples_are_grouped_by_verdict_path_and_notes() -> None:
    examples = parse(PAGE, "pack.core.one").examples

    assert [(example.verdict, [file.path for file in example.files], example.note) for example in examples] == [
        (Verdict.BAD, ["app/main.py"], ""),
        (Verdict.FIXED, ["app/main.py", "pyproject.toml"], ""),
        (Verdict.GOOD, ["app/threads.py", "app/other.py"], "The library is handed to a thread:"),
        (Verdict.GOOD, ["app/threads.py"], ""),
        (Verdict.NOT_APPLICABLE, [".github/workflows/ci.yml"], ""),
    ]
    assert [PAGE.splitlines()[example.line - 1] for example in examples] == [
        "```python bad",
        "```python fixed",
        "```python good app/threads.py",
        "```python good app/threads.py",
        "```yaml not-applicable .github/workflows/ci.yml",
    ]


def test_marks_are_cut_off_and_no_line_moves() -> None:
    bad, _, good, *_ = parse(PAGE, "pack.core.one").examples

    assert bad.files[0].text == 'import requests\n\nrequests.get("x")  # noqa: S113\n\n'
    assert bad.files[0].marked == (3, 4)
    assert good.files[0].text == 'url = "https://x/#finding"\n'
    assert good.files[0].marked == ()


@pytest.mark.parametrize(
    ("info", "line", "text"),
    [
        ("dockerfile", "USER root # finding", "USER root"),
        ("javascript bad x.js", "a() //finding", "a()"),
        ("yaml bad x.yml", "on: push  #  finding  ", "on: push"),
    ],
)
def test_marks_in_other_languages(info: str, line: str, text: str) -> None:
    [example] = page(f"```{info if ' ' in info else info + ' bad'}\n{line}\n```").examples

    assert example.files[0].text == f"{text}\n"
    assert example.files[0].marked == (1,)


def test_the_source_for_readers_names_the_files_where_there_are_several() -> None:
    one = ExampleFile("app/main.py", "python", "a = 1\n")
    two = ExampleFile("app/b.py", "python", "b = 2\n")

    assert Example(Verdict.BAD, (one,), "", 1).source == "a = 1\n"
    assert Example(Verdict.BAD, (two,), "", 1).source == "# app/b.py\nb = 2\n"
    assert Example(Verdict.BAD, (one, two), "", 1).source == "# app/main.py\na = 1\n\n# app/b.py\nb = 2\n"


def test_longer_fences_hold_fences() -> None:
    [example] = page("````markdown bad README.md\n```python bad\n```\n````").examples

    assert example.files[0].text == "```python bad\n```\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```python bad\nx", "the fence on line 11 of the docstring is never closed"),
        ("```python wrong\n```", '"python wrong" needs one of bad, good, fixed, not-applicable, unknown'),
        ("```yaml bad\n```", "an example in yaml needs one relative path"),
        ("```python bad /etc/passwd\n```", "needs one relative path"),
        ("```python bad ../x.py\n```", "needs one relative path"),
        ("```python bad a.py b.py\n```", "needs one relative path"),
        ("## Improve\n", '"## Improve" is not expected here'),
        ("## Fix\n", '"## Fix" is not expected here'),
        ("```python bad\n```\n## Read\n", '"## Read" is not expected here'),
        ("## Read\n- http://example.com", "is not of the form"),
        ("## Read\n- [x](http://example.com)", "is not of the form"),
    ],
)
def test_a_page_that_breaks_the_rules_is_refused(text: str, message: str) -> None:
    with pytest.raises(BrokenPack, match=re.escape(message)):
        page(text)


def test_gaps_are_named() -> None:
    assert gaps(parse("Title.", "pack.core.one")) == (
        "a title without full stop",
        "why it matters",
        "## Improve",
        "links under ## Read",
        "a bad example",
        "a good or fixed example",
    )
