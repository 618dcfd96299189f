"""The page of a check, read from the docstring of its module; the project under review plays no part.

    Blocking call on the event loop

    Why it matters: paragraphs up to the first heading.

    ## Improve
    ## When not to apply
    ## Read
    - [Concurrency and async / await](https://fastapi.tiangolo.com/async/)

    ```python bad
    ```

The first line is the title: it names the problem and has no full stop. ``## When not to apply`` may be left out.
``## Read`` is a list of links to official documentation. A fence whose info string is ``<language> <verdict> [path]``
is a file of an example; other fences are part of the text. The verdict says what the check must find:

    bad               findings on the lines that end in ``# finding`` (or ``// finding``), and on no others; without
                      such marks at least one, anywhere. A finding on a file as a whole counts as on its first line
    good, fixed       nothing, and the check is met; ``fixed`` is the bad example after its repair
    not-applicable    the check does not apply to this project
    unknown           the check cannot tell from what was gathered

Consecutive fences of one verdict make one example of several files; a heading, a paragraph or a path that comes again
starts the next one. Text between examples is the note of the one that follows. Without a path the file is the usual one
of its language (``app/main.py``, ``pyproject.toml``, ``Dockerfile``). A file below ``facts/`` stands for a side that needs
the project to be run: ``facts/tests.json`` is a `TestRunFacts`, ``facts/types.json`` a `TypeCheckFacts`. Marks are cut off
before the file is analysed, no line moves. A docstring that holds backslashes is a raw one.
"""

import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module

from msgspec import Struct

from fastreview import review
from fastreview.check import Check
from fastreview.errors import BrokenPack

USUAL_PATH = {"python": "app/main.py", "toml": "pyproject.toml", "dockerfile": "Dockerfile"}

FACTS = "facts/"

_FENCE = re.compile(r"(?P<ticks>`{3,})\s*(?P<info>[^`]*)")
_MARK = re.compile(r"\s*(?:#|//)\s*finding\s*$")
_LINK = re.compile(r"[-*] \[(?P<title>[^\]]+)\]\((?P<url>https://\S+)\)\.?")


class Verdict(StrEnum):
    BAD = "bad"
    GOOD = "good"
    FIXED = "fixed"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"


_VERDICTS = frozenset(Verdict)


class ExampleFile(Struct, frozen=True):
    """``marked`` are the lines (from 1) on which a finding is expected; ``text`` is without the marks."""

    path: str
    language: str
    text: str
    marked: tuple[int, ...] = ()


class Example(Struct, frozen=True):
    """A small project and what the check must say of it. ``line`` is that of its first fence in the docstring."""

    verdict: Verdict
    files: tuple[ExampleFile, ...]
    note: str
    line: int

    @property
    def source(self) -> str:
        """For readers: the one file as it is, or several under their paths."""
        files = [file for file in self.files if not file.path.startswith(FACTS)]
        if len(files) == 1 and files[0].path == USUAL_PATH.get(files[0].language):
            return files[0].text
        return "\n".join(f"# {file.path}\n{file.text}" for file in files)


class CheckPage(Struct, frozen=True):
    """All that a check's docstring says; texts are Markdown, "" where the section is missing."""

    title: str
    why: str
    improve: str
    exceptions: str
    links: tuple[review.Link, ...]
    examples: tuple[Example, ...]

    def first(self, *verdicts: Verdict) -> str:
        """Source of the first example of the first of the verdicts that has one."""
        found = (example.source for verdict in verdicts for example in self.examples if example.verdict is verdict)
        return next(found, "")


def read(check: Check) -> CheckPage:
    """The page of a check, from its module.

    Raises:
        BrokenPack: when the module has no docstring, or it breaks the rules above.
    """
    docstring = inspect.getdoc(import_module(check.module))
    if not docstring:
        raise BrokenPack(f"{check.module} has no docstring: the page of {check.code} stands there.")
    return parse(docstring, check.module)


def as_review_page(check: Check, page: CheckPage) -> review.Page:
    """The part of the page that goes into the review document."""
    return review.Page(
        check.code,
        check.slug,
        page.title,
        page.why,
        page.improve,
        page.exceptions,
        page.links,
        page.first(Verdict.BAD),
        page.first(Verdict.FIXED, Verdict.GOOD),
    )


def gaps(page: CheckPage) -> tuple[str, ...]:
    """What a complete page has and this one lacks, in words."""
    verdicts = {example.verdict for example in page.examples}
    lacking = {
        "a title": not page.title,
        "a title without full stop": page.title.endswith("."),
        "why it matters": not page.why,
        "## Improve": not page.improve,
        "links under ## Read": not page.links,
        "a bad example": Verdict.BAD not in verdicts,
        "a good or fixed example": verdicts.isdisjoint({Verdict.GOOD, Verdict.FIXED}),
    }
    return tuple(what for what, lacks in lacking.items() if lacks)


def parse(docstring: str, module: str) -> CheckPage:
    """Reads a docstring without indentation; ``module`` is for messages only.

    Raises:
        BrokenPack: for a heading, link, verdict or path that is not as described above, and for an open fence.
    """
    reading = _Reading(module)
    title, _, rest = docstring.partition("\n")
    for block in _blocks(rest.split("\n"), module):
        reading.take(block)
    return CheckPage(
        title.strip(),
        reading.text(""),
        reading.text("Improve"),
        reading.text("When not to apply"),
        tuple(_links(reading.text("Read"), module)),
        tuple(reading.examples),
    )


class _Block(Struct, frozen=True):
    """A fence with its info string, or one line of text (``info`` is None). Lines count from 1 in the docstring."""

    info: str | None
    text: str
    line: int
    raw: str


def _blocks(lines: list[str], module: str) -> Iterator[_Block]:
    number = 0
    while number < len(lines):
        line = lines[number].rstrip()
        opening = _FENCE.fullmatch(line) if line.startswith("`") else None
        if not opening:
            yield _Block(None, line, number + 2, "")
            number += 1
            continue
        closing = next((n for n in range(number + 1, len(lines)) if lines[n].rstrip() == opening["ticks"]), None)
        if closing is None:
            raise BrokenPack(f"{module}: the fence on line {number + 2} of the docstring is never closed.")
        yield _Block(
            opening["info"].strip(),
            "".join(f"{line}\n" for line in lines[number + 1 : closing]),
            number + 2,
            "\n".join(lines[number : closing + 1]),
        )
        number = closing + 1


class _Reading:
    """What was read so far: sections by heading, and the examples."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.examples: list[Example] = []
        self._sections: dict[str, list[str]] = {"": []}
        self._section = ""
        self._note: list[str] = []

    def text(self, section: str) -> str:
        return "\n".join(self._sections.get(section, [])).strip()

    def take(self, block: _Block) -> None:
        words = block.info.split() if block.info else []
        if len(words) > 1 and words[1] in _VERDICTS:
            self._take_file(block, words)
        elif len(words) > 1:
            verdicts = ", ".join(Verdict)
            raise BrokenPack(f'{self.module}: "{block.info}" needs one of {verdicts} as its second word.')
        elif block.text.startswith("## ") and block.info is None:
            self._take_heading(block.text[3:].strip())
        elif self.examples:
            self._note.append(block.raw or block.text)
        else:
            self._sections[self._section].append(block.raw or block.text)

    def _take_heading(self, heading: str) -> None:
        if heading not in {"Improve", "When not to apply", "Read"} or heading in self._sections or self.examples:
            raise BrokenPack(
                f'{self.module}: "## {heading}" is not expected here; the headings are Improve, When not to apply and '
                "Read, once each, before the examples."
            )
        self._section = heading
        self._sections[heading] = []

    def _take_file(self, block: _Block, words: list[str]) -> None:
        language, verdict = words[0], Verdict(words[1])
        file = _file(language, words[2:], block.text, self.module)
        note = "\n".join(self._note).strip()
        self._note.clear()
        last = self.examples[-1] if self.examples else None
        if last and last.verdict is verdict and not note and all(file.path != other.path for other in last.files):
            self.examples[-1] = Example(verdict, (*last.files, file), last.note, last.line)
        else:
            self.examples.append(Example(verdict, (file,), note, block.line))


def _file(language: str, path: list[str], text: str, module: str) -> ExampleFile:
    where = path[0] if path else USUAL_PATH.get(language, "")
    if len(path) > 1 or not where or where.startswith("/") or ".." in where.split("/"):
        raise BrokenPack(f'{module}: an example in {language} needs one relative path, it has "{" ".join(path)}".')
    lines = text.splitlines()
    marked = tuple([number for number, line in enumerate(lines, 1) if "finding" in line and _MARK.search(line)])
    for number in marked:
        lines[number - 1] = _MARK.sub("", lines[number - 1])
    return ExampleFile(where, language, "".join([f"{line}\n" for line in lines]), marked)


def _links(text: str, module: str) -> Iterator[review.Link]:
    for line in text.splitlines():
        if line.strip():
            link = _LINK.fullmatch(line.strip())
            if not link:
                raise BrokenPack(
                    f'{module}: "{line.strip()}" under "## Read" is not of the form "- [title](https://...)".'
                )
            yield review.Link(link["title"], link["url"])
