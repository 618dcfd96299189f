"""The report of a session: what people write in it is shown, and never acts."""

import datetime
import io
import re

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from tests.reports.example import HOSTILE, example
from tests.reports.test_hostile import ACTING, parsed

from fastreview.mentor.document import Agreement, GoalCheck, Report, Said, Stand
from fastreview.mentor.growth import Change, Growth, Unprompted
from fastreview.mentor.records import Acceptance, Exercise
from fastreview_reports.mentor import FORMATS, html, pdf
from fastreview_reports.mentor_markdown import markdown
from fastreview_reports.mentor_prose import to_html, to_markdown

DAY = datetime.date(2026, 11, 22)
MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[go](javascript:alert(1))",
    "[go](JaVaScRiPt:alert(1) 'x')",
    "[go](data:text/html;base64,PHNjcmlwdD4=)",
    "[go][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![pixel](https://example.com/track.png)",
    '[a](<https://example.com/" onclick="alert(1)>)',
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "> " * 200 + "deep",
    "- " * 200 + "deep",
    "<!-- hidden -->",
    "@everyone #1 www.example.com https://example.com/plain",
]


def session(text: str = "Load them *once*.", name: str = "Ines") -> Report:
    review = example()
    change = Change("DAT008", name, name, name, 12, name)
    return Report(
        project=name,
        commit="0123456789abcdef",
        dirty=True,
        tool=review.tool,
        session="2026-11-22",
        on=DAY,
        mentor=name,
        mentee=name,
        goals=(name,),
        level=review.level,
        stands=(Stand("async", "senior", "junior", "intermediate", True, True, "senior", name),),
        growth=Growth("2026-10-01", False, (change,), (change,), (Unprompted("DAT008", name, (name,)),), new=(change,)),
        notes=(
            Said("essential", "mentor", text, name, name, 3, "moved", "DAT008", name, name, review.findings[0].excerpt),
            Said("celebratory", "mentee", text, name, "", 0, "here"),
        ),
        agreements=(Agreement(name, DAY, (GoalCheck("DAT008", name, "not-met", 2),), False, "2026-11-22"),),
        exercises=(Exercise(name, "DAT008", name, "00ff", name, text, (text, text, text)),),
        accepted=(Acceptance("DAT008", "00ff", name, name, name, name, DAY, DAY, "0"),),
        lapsed=(name,),
        next_steps=review.next_steps[:3],
        titles={"DAT008": name},
        strengths=review.strengths[:2],
        findings=3,
        blockers=1,
    )


@pytest.mark.parametrize("text", MARKUP)
def test_a_note_is_shown_and_never_acts(text: str) -> None:
    page = parsed(html(session(text)))
    tags = [tag for tag, _ in page.seen]
    assert tags.count("style") == 1
    assert not {"script", "img", "iframe", "object", "base", "link", "embed", "form", "input"} & set(tags)
    for tag, attributes in page.seen:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "style", "srcdoc"}], tag
        assert (attributes.get("href") or "https://").startswith(("https://", "http://"))


@pytest.mark.parametrize("text", MARKUP)
def test_as_markdown_it_is_inert_too(text: str) -> None:
    written = "\n".join(to_markdown(text))
    # Read again, with HTML allowed, as the strictest of readers would not.
    from markdown_it import MarkdownIt

    outside_code = re.sub(r"(?s)```.*?```|`[^`]*`", "", written)
    rendered = MarkdownIt("commonmark", {"html": True}).render(outside_code)
    assert not re.search(r"(?i)<(script|img|iframe|!--)", rendered)
    assert not re.search(r'(?i)href="(?!https?://)', rendered)


@pytest.mark.parametrize("text", HOSTILE, ids=[f"hostile{n}" for n in range(len(HOSTILE))])
def test_hostile_names(text: str) -> None:
    report = session(text, text)
    page = parsed(html(report))
    assert not {"script", "img", "iframe"} & {tag for tag, _ in page.seen}
    assert not ACTING.search(html(report).decode())
    assert not ACTING.search(markdown(report).decode().replace("\u2060", ""))


def test_markdown_keeps_what_is_meant() -> None:
    text = "**Load** them in *one* query, see [the docs](https://example.com/a?b=1):\n\n1. `selectinload`\n2. map\n\n> quoted"
    assert to_markdown(text) == [
        "**Load** them in *one* query, see [the docs](<https://example.com/a?b=1>):",
        "",
        "1. `selectinload`",
        "",
        "1. map",
        "",
        "> quoted",
        "",
    ]
    shown = to_html(text)
    assert '<a href="https://example.com/a?b=1" rel="noopener noreferrer">the docs</a>' in shown
    assert "<ol>" in shown


def test_the_pdf_is_tagged_deterministic_and_says_it_all() -> None:
    first, second = pdf(session()), pdf(session())
    assert first == second
    reader = PdfReader(io.BytesIO(first))
    text = " ".join(page.extract_text() for page in reader.pages)
    for said in (
        "Since session 2026-10-01",
        "Avoided in new code, unprompted",
        "Essential",
        "Agreed",
        "Hint 3 of 3",
        "Accepted for now",
    ):
        assert said in text
    root = reader.trailer["/Root"].get_object()
    assert isinstance(root, DictionaryObject)
    assert "/StructTreeRoot" in root


def test_every_format_says_the_same_level() -> None:
    for suffix, render in FORMATS.items():
        if suffix not in (".pdf", ".json"):
            assert "Ines" in render(session()).decode()


def test_it_rates_code_and_no_person() -> None:
    text = re.sub(r"<style>.*?</style>", "", html(session()).decode(), flags=re.DOTALL).lower()
    assert not re.search(r"\b(your level|you are|is a (junior|senior)|junior developer|senior developer)\b", text)
    assert "says nothing about the people who wrote it" in text
