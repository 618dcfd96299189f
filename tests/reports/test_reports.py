"""What every format owes its reader: the same verdict and counts, the same bytes, nothing but the review, in bounds."""

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache

import html5lib
import msgspec
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from tests.reports.example import example

from fastreview.review import LEVELS, Review, State, decode
from fastreview.scoring import rules
from fastreview_reports import FORMATS, by_name, by_path, html, json, markdown, pdf, terminal
from fastreview_reports.text import safe
from fastreview_reports.view import report
from fastreview_reports.view.dimensions import CREDITS_NEEDED

SMALL, BIG = example(), example(8)


def plain(name: str, document: bytes) -> str:
    """The words of a document in reading order, white space as one blank."""
    match name:
        case "pdf":
            text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)
        case "html":
            tree = html5lib.parse(document, namespaceHTMLElements=False)
            body = tree.find("body")
            assert body is not None
            text = " ".join(body.itertext())
        case "markdown":
            text = re.sub(r"\\(.)", r"\1", document.decode())
        case _:
            text = document.decode()
    return re.sub(r"\s+", " ", text)


@cache
def rendered(name: str, times: int = 1) -> bytes:
    found = by_name(name)
    assert found
    return found.render(SMALL if times == 1 else BIG)


@pytest.mark.parametrize("name", ["terminal", "html", "pdf", "markdown"])
def test_all_formats_say_the_same_level_index_and_counts(name: str) -> None:
    view = report(SMALL)
    text = plain(name, rendered(name))
    assert view.verdict.sentence in text
    assert view.verdict.headline in text
    assert view.counts in text
    assert view.verdict.index in text
    for dimension in view.core + view.extension:
        assert dimension.interval in text
    for step in view.steps:
        assert step.title in text


def test_the_view_counts_what_the_document_holds() -> None:
    view = report(SMALL)
    shown = sum(group.count for group in view.findings + view.possible + view.set_aside)
    assert shown == len(SMALL.findings)
    assert sum(len(group.outcomes) for group in view.outcomes) == len(SMALL.outcomes)
    assert len(view.routes) == len(SMALL.routes)


@pytest.mark.parametrize("name", ["terminal", "html", "pdf", "markdown"])
def test_a_level_that_few_dimensions_hold_is_explained(name: str) -> None:
    level = msgspec.structs.replace(SMALL.level, proven="intermediate", made_up_by=0.625)
    review = msgspec.structs.replace(SMALL, level=level)

    found = by_name(name)
    assert found
    text = plain(name, found.render(review))
    assert "62 % of the whole rubric is shown, which makes up for the others." in text


def test_the_share_of_credits_that_is_called_needed_is_the_one_that_holds_a_level() -> None:
    assert {LEVELS[level]: float(share) for level, share in rules.SHARE_TO_HOLD.items()} == CREDITS_NEEDED


def test_the_json_reads_back_as_the_same_review() -> None:
    assert decode(json.render(SMALL)) == SMALL


@pytest.mark.parametrize("name", [entry.name for entry in FORMATS])
def test_the_same_review_gives_the_same_bytes(name: str) -> None:
    found = by_name(name)
    assert found
    assert found.render(SMALL) == rendered(name)


def test_the_bytes_do_not_depend_on_the_process() -> None:
    program = (
        "import hashlib; from tests.reports.example import example; from fastreview_reports import FORMATS;"
        "print([hashlib.sha256(f.render(example())).hexdigest() for f in FORMATS])"
    )
    path = "import sys; sys.path[:0] = ['reviewer', 'reports', '.'];"
    runs = {
        subprocess.run(
            [sys.executable, "-c", path + program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_a_service_of_200_routes_stays_readable_in_size() -> None:
    assert len(BIG.routes) == 200
    assert sum(f.status == "open" for f in BIG.findings) > 350
    started = time.process_time()
    page = html.render(BIG)
    assert time.process_time() - started < 0.3
    assert len(page) < 1_500_000
    started = time.process_time()
    document = pdf.render(BIG)
    assert time.process_time() - started < 15
    assert len(PdfReader(io.BytesIO(document)).pages) < 60
    assert len(markdown.render(BIG)) < 65_536


def test_many_findings_of_one_check_are_folded() -> None:
    one = SMALL.findings[0]
    many = tuple(msgspec.structs.replace(one, line=n, fingerprint=f"{n}") for n in range(900))
    view = report(msgspec.structs.replace(SMALL, findings=many))
    (group,) = view.findings
    assert (group.count, len(group.in_full) + len(group.rows), group.more) == (900, 500, 400)
    assert len({f.anchor for f in group.in_full + group.rows}) == 500
    assert b"and 400 more" in html.render(msgspec.structs.replace(SMALL, findings=many))


def test_an_empty_review_renders_everywhere() -> None:
    empty = msgspec.structs.replace(
        SMALL, dimensions=(), outcomes=(), findings=(), strengths=(), routes=(), next_steps=(), more_proof=(),
        arithmetic=(), pages={}, gathered=(), plan=type(SMALL.plan)(), architecture=type(SMALL.architecture)(),
        scope=msgspec.structs.replace(SMALL.scope, files=0, lines=0, routes=0),
        level=msgspec.structs.replace(SMALL.level, assessed=False, evidence=0.0, index=0.0),
    )  # fmt: skip
    for entry in FORMATS:
        document = entry.render(empty)
        assert document
        if entry.name in {"terminal", "markdown", "html", "pdf"}:
            assert "Not assessed: only 0 % of what applies could be decided." in plain(entry.name, document)


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_the_terminal_report_fits_its_width(width: int) -> None:
    lines = terminal.render(BIG, width=width).decode().split("\n")
    assert max(map(len, lines)) <= width


def test_colour_is_an_addition_only() -> None:
    coloured = terminal.render(SMALL, colour=True).decode()
    assert "\x1b[" in coloured
    bare = "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", coloured).split("\n"))
    assert bare == terminal.render(SMALL).decode()


def test_writing_respects_no_colour_and_the_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

        def fileno(self) -> int:
            return 1

    monkeypatch.setattr("os.get_terminal_size", lambda _: os.terminal_size((80, 24)))
    monkeypatch.setenv("TERM", "xterm")

    def shown(encoding: str) -> bytes:
        raw = io.BytesIO()
        screen = Screen(raw, encoding=encoding)
        terminal.write(SMALL, screen)
        screen.flush()
        return raw.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert b"\x1b[" in shown("utf-8")
    monkeypatch.setenv("NO_COLOR", "1")
    assert b"\x1b" not in shown("utf-8")
    assert b"####" in shown("ascii")
    paper = io.StringIO()
    terminal.write(SMALL, paper)
    assert "\x1b" not in paper.getvalue()


def test_the_pdf_has_bookmarks_numbers_and_embedded_fonts() -> None:
    reader = PdfReader(io.BytesIO(rendered("pdf")))
    titles = [entry["/Title"] for entry in reader.outline if not isinstance(entry, list)]
    assert {"Verdict", "Dimensions", "Findings", "Routes", "Evidence"} <= set(titles)
    assert f"2 of {len(reader.pages)}" in reader.pages[1].extract_text()
    assert "harbour" in reader.pages[3].extract_text()
    assert not {"/CreationDate", "/ModDate"} & set(reader.metadata or {})
    fonts = [part for part in reader.resolved_objects.values() if isinstance(part, DictionaryObject)]
    described = [font for font in fonts if font.get("/Type") == "/FontDescriptor"]
    assert described
    assert all({"/FontFile2", "/FontFile3"} & set(font) for font in described)


def test_missing_system_libraries_are_one_plain_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(pdf.MissingLibraries) as raised:
        pdf.render(SMALL)
    assert all(word in str(raised.value) for word in ("apt install", "dnf install", "brew install"))


def test_knowing_the_formats_is_cheap() -> None:
    program = (
        "import sys; sys.path[:0] = ['reviewer', 'reports']; import typing, collections.abc, time; "
        "a = time.perf_counter(); import fastreview_reports; b = time.perf_counter(); "
        "print(b - a, *(m for m in ('jinja2', 'weasyprint', 'pygments', 'rich', 'msgspec') if m in sys.modules))"
    )
    answers = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(3)
    ]
    assert all(len(answer) == 1 for answer in answers)
    assert min(float(answer[0]) for answer in answers) < 0.005


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.html", "html"), ("B.PDF", "pdf"), ("x/r.json", "json"), ("r.md", "markdown"), ("r.doc", None)],
)
def test_a_format_is_found_by_suffix(path: str, name: str | None) -> None:
    found = by_path(path)
    assert (found and found.name) == name


def test_words_rate_code_and_never_a_person() -> None:
    people: Callable[[str], list[str]] = re.compile(
        r"\b(you|your|developer|developers|author)\b", re.IGNORECASE
    ).findall
    sentence = report(SMALL).verdict.sentence
    assert not people(sentence)
    assert sentence.startswith("This code")


def test_making_a_review_safe_twice_changes_nothing() -> None:
    once: Review = safe(SMALL)
    assert safe(once) == once


def test_the_end_of_the_terminal_report_names_the_first_step_again() -> None:
    first = next(step for step in report(SMALL).steps if not step.proving)
    end = terminal.render(SMALL, width=100).decode().split("Begin here")[1]
    assert first.title in end
    assert f"fastreview explain {first.code} " in end


@pytest.mark.parametrize("name", ["terminal", "html", "pdf", "pdf-summary", "markdown"])
def test_a_selection_of_checks_is_answered_check_by_check_and_not_with_a_level(name: str) -> None:
    asked = next(outcome for outcome in SMALL.outcomes if outcome.state == "met")
    review = msgspec.structs.replace(
        SMALL,
        outcomes=tuple(o if o is asked else msgspec.structs.replace(o, state="off") for o in SMALL.outcomes),
        findings=(),
        level=msgspec.structs.replace(SMALL.level, assessed=False, capped_by=("SEC004",)),
    )
    found = by_name(name)
    assert found
    text = plain("pdf" if name == "pdf-summary" else name, found.render(review))
    assert f"Partial review, 1 of {len(SMALL.outcomes)} checks selected: no overall level is claimed" in text
    assert asked.title in text
    for noise in ("Held below", "Next steps", "next three steps", "Profile", "Gaps by level", "Area by area", "Week 1"):
        assert noise not in text


@pytest.mark.parametrize("name", ["html", "pdf", "pdf-summary", "markdown", "terminal"])
def test_a_report_says_what_the_next_level_costs_and_the_documents_say_of_which_day(name: str) -> None:
    found = by_name(name)
    assert found
    text = plain("pdf" if name == "pdf-summary" else name, found.render(SMALL))
    assert f"Up to the next level: {report(SMALL).effort}" in text.replace("**", "")
    if name not in ("markdown", "terminal"):
        assert f"22 November 2026, commit {SMALL.project.commit[:10]}" in text


@pytest.mark.parametrize(
    ("state", "said"), [("not-met", ""), ("unknown", ", which is not ruled out"), ("off", ", which was not asked")]
)
def test_a_never_event_that_nothing_rules_out_is_not_told_as_one_that_happened(state: State, said: str) -> None:
    first = msgspec.structs.replace(SMALL.outcomes[0], state=state)
    level = msgspec.structs.replace(SMALL.level, capped_by=(first.check,))
    view = report(msgspec.structs.replace(SMALL, outcomes=(first, *SMALL.outcomes[1:]), level=level))
    assert view.verdict.caps == (f"{first.title} ({first.check}){said}",)
