"""Whatever a project calls its things, a report shows it as text: in a browser, a terminal, a wiki and a PDF."""

import base64
import hashlib
import io
import re
from html.parser import HTMLParser

import html5lib
import pytest
from pypdf import PdfReader
from tests.reports.example import HOSTILE, example, hostile

from fastreview.review import decode
from fastreview_reports import html, json, markdown, pdf, terminal
from fastreview_reports.markdown import code, plain
from fastreview_reports.page import environment, resource
from fastreview_reports.prose import to_html
from fastreview_reports.text import escape_acting, visible

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u206f\ufeff]")
VOID = {"meta", "input", "br", "hr", "link", "img", "wbr"}
hostile_text = pytest.mark.parametrize("text", HOSTILE, ids=[f"hostile{n}" for n in range(len(HOSTILE))])


class Balanced(HTMLParser):
    """Collects tags with their attributes and checks that every one is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def parsed(document: bytes) -> Balanced:
    parser = Balanced()
    parser.feed(document.decode())
    assert parser.open == []
    return parser


@hostile_text
def test_html_shows_it_as_text(text: str) -> None:
    document = html.render(hostile(text))
    page = parsed(document)
    tags = [tag for tag, _ in page.seen]
    assert tags.count("script") == tags.count("style") == 1
    assert not {"img", "iframe", "object", "base", "link", "embed"} & set(tags)
    for tag, attributes in page.seen:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "style", "srcdoc"}], tag
        address = attributes.get("href") or "#"
        assert address.startswith(("#", "https://", "http://"))
    assert not ACTING.search(document.decode())
    assert b"49" not in document or "7 * 7" not in text or b"{{ 7 * 7 }}" in document


@hostile_text
def test_terminal_gets_no_escape(text: str) -> None:
    document = terminal.render(hostile(text)).decode()
    assert not ACTING.search(document)
    assert max(map(len, document.split("\n"))) <= 80
    if text.startswith("[bold red]"):
        assert "[bold red]" in document


@hostile_text
def test_markdown_stays_inert(text: str) -> None:
    document = markdown.render(hostile(text)).decode()
    assert not ACTING.search(document)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", document)
    bare = re.sub(r"\\.", "", outside)
    assert not re.search(r"<(?!https://)", bare)
    assert "@everyone" not in outside
    assert not re.search(r"\]\((?!<https://)", bare)
    assert "\n# heading" not in document
    assert "```" not in bare


@hostile_text
def test_json_is_faithful_and_safe_to_print(text: str) -> None:
    review = hostile(text)
    document = json.render(review)
    assert not ACTING.search(document.decode())
    if "\udc80" not in text:
        assert decode(document) == review
    else:
        assert "surrogate \\udc80" in decode(document).project.name


def test_pdf_shows_them_as_text() -> None:
    everything = hostile(" ".join(name[:40] for name in HOSTILE[:6]))
    document = pdf.render(everything)
    assert b"/JavaScript" not in document
    reader = PdfReader(io.BytesIO(document))
    addresses = [
        str(annotation.get_object().get("/A", {}).get("/URI", "https://"))
        for page in reader.pages
        for annotation in page.get("/Annots", [])
    ]
    assert all(address.startswith(("http://", "https://")) for address in addresses)
    assert "<script>alert(1)</script>" in re.sub(r"\s", "", " ".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize("text", ["n" * 10_000, "\x1b[31m\x00" * 50], ids=["long", "controls"])
def test_pdf_takes_each(text: str) -> None:
    assert pdf.render(hostile(text)).startswith(b"%PDF")


def test_the_policy_names_exactly_our_style_and_script() -> None:
    page = parsed(html.render(example()))
    policy = next(
        a["content"] for t, a in page.seen if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.keys() == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    text = html.render(example()).decode()
    for kind, rule in (("style", "style-src"), ("script", "script-src")):
        (body,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert not re.search(
        r"url\(|@import|fetch\(|XMLHttpRequest|innerHTML|eval\(",
        resource("assets", "report.css") + resource("assets", "report.js"),
    )


def test_the_html_is_valid_and_its_ids_and_links_agree() -> None:
    document = html.render(example(8))
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(document)
    page = parsed(document)
    ids = [a["id"] for _, a in page.seen if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for _, a in page.seen if str(a.get("href", "")).startswith("#")}
    assert targets <= set(ids)


def test_without_javascript_nothing_is_missing() -> None:
    text = html.render(example()).decode()
    without = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert without.count('class="finding"') == len(example().findings)
    hidden = [a for _, a in parsed(without.encode()).seen if "hidden" in a]
    assert hidden == []


def test_every_template_escapes() -> None:
    assert environment().autoescape is True
    for name in ("report.html.j2", "parts.html.j2"):
        assert "|safe" not in resource("templates", name).replace(" ", "")
    assert resource("templates", "print.html.j2").replace(" ", "").count("|safe") == 1


@pytest.mark.parametrize(
    ("markdown_text", "expected"),
    [
        ("a `b` **c** *d*", "<p>a <code>b</code> <strong>c</strong> <em>d</em></p>"),
        ("- one\n- two\n  more", "<ul><li>one</li><li>two more</li></ul>"),
        ("[x](https://example.org/a)", '<p><a href="https://example.org/a" rel="noopener noreferrer">x</a></p>'),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>"),
        ("[x](data:text/html,x)", "<p>[x](data:text/html,x)</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("```python\nx < 1\n```", '<pre class="code"><code>x &lt; 1</code></pre>'),
        ("```\nnever closed", '<pre class="code"><code>never closed</code></pre>'),
        ("para\nline\n\nnext", "<p>para line</p>\n<p>next</p>"),
    ],
)
def test_the_markdown_of_a_page(markdown_text: str, expected: str) -> None:
    assert to_html(markdown_text) == expected


def test_acting_characters_are_written_out() -> None:
    assert visible("a\x1b[31m\u202eb\udc80") == "a\\x1b[31m\\u202eb\\udc80"
    assert visible("x" * 500).endswith("… (500 characters)")
    assert escape_acting('"\x9b\u202e\U000e0041"') == '"\\u009b\\u202e\\udb40\\udc41"'


def test_markdown_text_and_code_spans() -> None:
    assert plain("*a* @b #1") == "\\*a\\* @\u2060b \\#\u20601"
    assert code("a`b|c") == "``a`b\\|c``"
    assert code("`a`") == "`` `a` ``"


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_reach_the_contrast_of_wcag_aa(theme: int) -> None:
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", resource("assets", "report.css"))
    colours = {name: values[theme] for name, *values in pairs}
    for text in ("ink", "soft", "accent", "bad", "warn"):
        for ground in ("paper", "raised"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for text in ("ink", "tok-k", "tok-s", "tok-m", "tok-f", "tok-c"):
        for ground in ("sunk", "mark"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["ink"], colours["bad-wash"]) >= 4.5
    assert contrast(colours["bad"], colours["bad-wash"]) >= 4.5
