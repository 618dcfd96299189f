"""The PDF: readable by machines that read aloud, its numbers true, its summary two pages long."""

import io
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject
from tests.reports.example import HOSTILE, example, hostile

from fastreview.review import Review
from fastreview_reports import by_name, by_path, pdf
from fastreview_reports.view import report
from fastreview_reports.view.paper import FILES, LINES, PLACES, TOLD, printed
from fastreview_reports.view.plain import plain

REVIEW = example()
EMPTY = msgspec.structs.replace(
    REVIEW, dimensions=(), outcomes=(), findings=(), strengths=(), routes=(), next_steps=(), more_proof=(),
    arithmetic=(), pages={}, gathered=(), plan=type(REVIEW.plan)(), architecture=type(REVIEW.architecture)(),
    level=msgspec.structs.replace(REVIEW.level, assessed=False, evidence=0.0, index=0.0, capped_by=()),
)  # fmt: skip
CODE = re.compile(r"\b[A-Z]{3}\d{3}\b")


@cache
def reader() -> PdfReader:
    return PdfReader(io.BytesIO(pdf.render(REVIEW)))


@cache
def pages() -> tuple[str, ...]:
    return tuple(re.sub(r"\s+", " ", page.extract_text()) for page in reader().pages)


def at(node: object, *keys: str) -> object:
    for key in keys:
        assert isinstance(node, DictionaryObject)
        node = node[key]
    return node


def elements(node: object) -> Iterator[DictionaryObject]:
    """The structure elements below one, in reading order."""
    if isinstance(node, IndirectObject):
        node = node.get_object()
    if isinstance(node, ArrayObject):
        for part in node:
            yield from elements(part)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node.raw_get("/K"))


def headings() -> Iterator[tuple[str, int]]:
    """Bookmarks with their page, from 0."""
    todo: list[object] = [reader().outline]
    while todo:
        match todo.pop(0):
            case list() as inner:
                todo[:0] = inner
            case entry:
                number = reader().get_destination_page_number(entry)  # type: ignore[arg-type]  # outline is untyped
                assert number is not None
                yield re.sub(r"\s+", " ", str(entry["/Title"])), number  # type: ignore[index]


def test_it_claims_and_carries_what_pdf_ua_asks_for() -> None:
    root = reader().root_object
    assert str(at(root, "/MarkInfo", "/Marked")).lower() == "true"
    assert str(root["/Lang"]) == "en"
    assert str(at(root, "/ViewerPreferences", "/DisplayDocTitle")).lower() == "true"
    assert reader().metadata is not None
    assert "Code review of harbour" in str(at(reader().metadata, "/Title"))
    metadata = root["/Metadata"]
    assert isinstance(metadata, StreamObject)
    assert re.search(rb'pdfuaid:part="1"|<pdfuaid:part>1<', metadata.get_data())
    every = list(elements(root["/StructTreeRoot"]))
    figures = [element for element in every if str(element["/S"]) == "/Figure"]
    assert figures
    assert all(str(figure.get("/Alt", "")).strip() for figure in figures)
    levels = [int(str(e["/S"])[2:]) for e in every if re.fullmatch(r"/H\d", str(e["/S"]))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    links = [note.get_object() for page in reader().pages for note in page.get("/Annots", [])]
    assert links
    assert all(link["/Contents"] and "/StructParent" in link for link in links)


def test_the_contents_name_the_pages_where_chapters_begin() -> None:
    starts = dict(reversed(list(headings())))
    contents = pages()[starts["Contents"]]
    for title in ("Verdict", "Next steps and plan", "Dimensions", "Findings", "Routes", "Evidence", "The arithmetic"):
        assert re.search(rf"{title} ?[. ]+{starts[title] + 1}\b", contents), title


def test_no_heading_ends_a_page() -> None:
    found = list(headings())
    assert len(found) > 20
    after: dict[int, list[str]] = {}
    for title, number in found:
        after.setdefault(number, []).append(title)
    for number, titles in after.items():
        # The page's own header, footer and list marks come last in its stream, as WeasyPrint draws them.
        body = re.sub(r"([\s\u2022]|\d+\.)*harbour .{1,30}fastreview \d+ of \d+$", "", pages()[number])
        assert body != pages()[number]
        assert not body.rstrip().endswith(titles[-1]), (titles[-1], number + 1)


def test_the_verdict_is_one_page_without_codes() -> None:
    verdict, contents = pages()[1], pages()[2]
    assert not CODE.search(verdict)
    assert not re.search(r"\b(gate|credit|never-event|subject|rung|check that)\b", verdict)
    assert "What to do first" in verdict
    assert "How sure this is" in verdict
    assert "How to read it" in contents


def test_the_arithmetic_is_complete() -> None:
    text = " ".join(pages()).replace(" ", "")
    assert REVIEW.arithmetic
    for line in REVIEW.arithmetic:
        if not re.search(r"\s{3,}\S+\s+\S{40,}", line):
            assert line.replace(" ", "")[:60] in text, line


@pytest.mark.parametrize("text", [*HOSTILE[:6], "n" * 10_000, "word " * 2_000])
def test_the_summary_has_two_pages_whatever_things_are_called(text: str) -> None:
    read = PdfReader(io.BytesIO(pdf.summary(hostile(text)))).pages
    assert len(read) == 2
    assert "Not looked at" in re.sub(r"\s+", " ", read[0].extract_text())
    assert "Done well" in read[1].extract_text()
    assert "says nothing about the people who wrote it" in re.sub(r"\s+", " ", read[1].extract_text())


def heights(page: PageObject) -> dict[str, float]:
    """The lowest place of each text on a page, in points from its bottom."""
    found: dict[str, float] = {}

    def note(text: str, around: list[float], own: list[float], *_: object) -> None:
        height = own[4] * around[1] + own[5] * around[3] + around[5]
        for part in filter(None, map(str.strip, text.split("\n"))):
            found[part] = min(found.get(part, math.inf), height)

    page.extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize("text", ["WWWWWWWW " * 40, "word " * 2_000])
def test_long_names_push_nothing_off_the_pages_of_the_summary(text: str) -> None:
    first, second = (heights(page) for page in PdfReader(io.BytesIO(pdf.summary(hostile(text)))).pages)
    bottom = 20 / 25.4 * 72
    [effort] = [height for said, height in first.items() if said.startswith("Effort up to")]
    [stamp] = [height for said, height in second.items() if said.startswith("fastreview 0") or "ruleset" in said]
    done_well = [
        height for said, height in second.items() if said.startswith(text[:8]) and height < second["Done well"]
    ]
    assert effort > bottom
    assert done_well
    assert min(done_well) > stamp > bottom


@pytest.mark.parametrize("review", [REVIEW, example(8), EMPTY], ids=["small", "big", "empty"])
def test_the_summary_has_two_pages_and_the_same_verdict(review: Review) -> None:
    read = PdfReader(io.BytesIO(pdf.summary(review)))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read.pages))
    view = report(review)
    assert len(read.pages) == 2
    assert view.verdict.headline in text
    assert view.counts in text
    assert all(step.title in text for step in view.steps)
    assert "says nothing about the people who wrote it" in text


def test_the_summary_is_a_format_of_its_own() -> None:
    assert by_path("x/team.summary.pdf") == by_name("pdf-summary")
    assert by_path("x/team.pdf") == by_name("pdf")


def test_without_any_font_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text(
        f"<fontconfig><dir>{tmp_path}/none</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    program = (
        "import sys; sys.path[:0] = ['reviewer', 'reports']; from fastreview_reports import pdf\n"
        "try: pdf.printed('<p>x')\nexcept pdf.MissingLibraries as error: print(error)"
    )
    environment = {**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert "fonts-dejavu-core" in done.stdout


def test_rows_are_folded_by_file_and_count_what_they_leave_out() -> None:
    one = REVIEW.findings[0]
    many = tuple(
        msgspec.structs.replace(one, path=f"a{n // 10:02}.py", line=n + 1, fingerprint=f"{n}") for n in range(200)
    )
    (entry,) = printed(report(msgspec.structs.replace(REVIEW, findings=many)).findings, with_code=False)
    assert len(entry.files) == FILES
    assert {len(row.places) for row in entry.files} == {PLACES}
    assert sum(len(row.places) + row.more for row in entry.files) + entry.more == 200


def test_excerpts_are_short_and_hold_the_place() -> None:
    shown = [f for entry in printed(report(REVIEW).findings, with_code=True) for f in entry.shown if f.excerpt]
    assert shown
    for finding in shown:
        assert finding.excerpt
        assert len(finding.excerpt.lines) <= LINES
        assert finding.excerpt.first <= finding.line < finding.excerpt.first + max(1, len(finding.excerpt.lines))


def test_told_text_is_cut_outside_code_spans() -> None:
    one = REVIEW.findings[0]
    long = msgspec.structs.replace(one, message=f"{'a ' * 38}`some name with blanks in it` and on.", fingerprint="2")
    long = msgspec.structs.replace(long, line=one.line + 1)
    (entry,) = printed(report(msgspec.structs.replace(REVIEW, findings=(one, long))).findings, with_code=False)
    (told,) = [told for row in entry.files for line, told in row.places if line == long.line]
    assert told.count("`") % 2 == 0
    assert len(told) < TOLD + len(one.subject) + 10


def test_plain_words_say_what_holds_the_verdict_down() -> None:
    code = REVIEW.next_steps[0].check
    title = next(outcome.title for outcome in REVIEW.outcomes if outcome.check == code)
    capped = msgspec.structs.replace(REVIEW, level=msgspec.structs.replace(REVIEW.level, capped_by=(code,)))
    said = plain(capped)
    assert any(title in sentence and "holds the verdict down" in sentence for sentence in said.meaning)
    assert said.steps[0].first
    assert not plain(msgspec.structs.replace(REVIEW, findings=())).meaning[-1].endswith("severity.")
    assert "Too little" in plain(EMPTY).meaning[0]
    assert len(said.areas) == sum(dimension.core for dimension in REVIEW.dimensions)
