"""The harness: which examples hold, and what it says of those that do not."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fastreview.facts import Facts, Gathered, Scope, Side
from fastreview.facts.files import FileFacts
from fastreview.testing import examples_of, run_example

WritePack = Callable[[Mapping[str, str]], str]

CODE = """
from fastreview.api import Confidence, Found, Hit, NotApplicable, Place, Project, Side, Unknown, check


@check("FAK001", dimension="core", level=1, gate=True, needs=(Side.SOURCE,))
def wrong_word(project: Project) -> Found:
    for path, line, text in project.facts.files.commands:
        match text:
            case "wrong":
                yield Hit(Place(path, line), "wrong is wrong")
            case "doubtful":
                yield Hit(Place(path, line), "may be wrong", confidence=Confidence.POSSIBLE)
            case "missing":
                raise Unknown("something is missing")
            case "elsewhere":
                raise NotApplicable("it stands elsewhere")
            case "crash":
                raise LookupError("oops")
"""


def gather(root: Path) -> Facts:
    """Every line of every file is a command."""
    lines = tuple(
        (path.relative_to(root).as_posix(), number, line)
        for path in sorted(root.rglob("*.*"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    )
    return Facts(Scope("example", (".",), "."), (Gathered(Side.SOURCE, "ok"),), (), FileFacts(commands=lines))


@pytest.fixture
def complaint(write_pack: WritePack) -> Callable[[str], str]:
    """What the harness says of the examples of a page, "" when they hold."""

    def of(examples: str) -> str:
        package = write_pack({"core/wrong_word.py": f'"""Wrong word\n\n{examples}\n"""\n{CODE}'})
        complaints = []
        for case in examples_of(package):
            try:
                run_example(case, gather)
            except AssertionError as error:
                complaints.append(str(error).replace(package, "pack"))
        return "\n".join(complaints)

    return of


@pytest.mark.parametrize(
    "example",
    [
        "```python bad\nfine\nwrong  # finding\nwrong  # finding\n```",
        "```python bad\nfine\nwrong\n```",
        "```python bad\ndoubtful  # finding\n```",
        "```python bad a/one.py\nwrong  # finding\n```\n```python bad a/two.py\nfine\nwrong  # finding\n```",
        "```python good\nfine\n```",
        "```python fixed\nfine\n```",
        "```python not-applicable\nelsewhere\n```",
        "```python unknown\nmissing\n```",
    ],
)
def test_examples_that_hold(complaint: Callable[[str], str], example: str) -> None:
    assert complaint(example) == ""


WHERE = "(pack.core.wrong_word, example on line 3 of the docstring):"


@pytest.mark.parametrize(
    ("example", "text"),
    [
        (
            "```python bad\nwrong\nfine  # finding\nwrong  # finding\n```",
            (
                f"FAK001-bad-1 {WHERE}\n  app/main.py:2: no finding here: fine\n"
                "  app/main.py:1: not marked: wrong is wrong"
            ),
        ),
        (
            "```python bad\nfine  # finding\n```",
            f"FAK001-bad-1 {WHERE}\n  app/main.py:1: no finding here: fine\n  got project pass",
        ),
        ("```python bad\nfine\n```", f"FAK001-bad-1 {WHERE}\n  expected a finding, got project pass"),
        ("```python good\nwrong\n```", f"FAK001-good-1 {WHERE}\n  app/main.py:1: wrong is wrong: wrong"),
        ("```python good\ndoubtful\n```", f"FAK001-good-1 {WHERE}\n  app/main.py:1: may be wrong: doubtful"),
        (
            "```python fixed\nmissing\n```",
            f"FAK001-fixed-1 {WHERE}\n  expected the check to be met, got project unknown (something is missing)",
        ),
        (
            "```python good\nelsewhere\n```",
            f"FAK001-good-1 {WHERE}\n  expected the check to be met, got not-applicable (it stands elsewhere)",
        ),
        (
            "```python not-applicable\nwrong\n```",
            f"FAK001-not-applicable-1 {WHERE}\n  expected not-applicable, got project fail, a finding on app/main.py:1",
        ),
        ("```python unknown\nfine\n```", f"FAK001-unknown-1 {WHERE}\n  expected unknown, got project pass"),
        ("```python bad\ncrash\n```", f"FAK001-bad-1 {WHERE}\n  the check crashed: LookupError: oops"),
    ],
)
def test_examples_that_do_not_hold_say_why(complaint: Callable[[str], str], example: str, text: str) -> None:
    assert complaint(example) == text
