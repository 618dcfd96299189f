"""The HTML report in a browser: accessible, usable by keyboard, filtered, linked, and quiet on the network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.reports.example import HOSTILE, example, hostile
from tests.reports.test_mentor import session
from tests.reports.test_view import selected

from fastreview.compare import compare
from fastreview_reports import html, mentor
from fastreview_reports.comparison import RENDER

EVERY = "{rules: {'target-size': {enabled: true}}}"
"""All that axe-core knows, what WCAG 2.2 added included."""
CONTRAST = "{runOnly: ['color-contrast', 'target-size']}"
"""What the theme and the width can change; the other rules see the same document each time."""
OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true })"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(html.render(example()))
    return path.as_uri()


@pytest.fixture
def page(browser: Browser, report: str) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened.goto(report)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("width", "scheme", "rules"),
    [(1280, "light", EVERY), (360, "dark", EVERY), (1280, "dark", CONTRAST), (360, "light", CONTRAST)],
    ids=["wide-light", "narrow-dark", "wide-dark-contrast", "narrow-light-contrast"],
)
def test_axe_finds_nothing(
    browser: Browser, report: str, npm_packages: Path, width: int, scheme: Literal["light", "dark"], rules: str
) -> None:
    assert violations(browser, report, npm_packages, width, scheme, rules) == []


@pytest.mark.parametrize("name", ["mentor", "selection", "comparison"])
def test_axe_finds_nothing_in_the_other_pages(browser: Browser, npm_packages: Path, tmp_path: Path, name: str) -> None:
    """Of a session, of selected checks, of two reviews: wide and light, narrow and dark."""
    review = example()
    file = tmp_path / f"{name}.html"
    match name:
        case "mentor":
            file.write_bytes(mentor.html(session("Load them *once*, see `/orders`:\n\n- [x] one\n- [ ] two\n", "Ines")))
        case "selection":
            file.write_bytes(
                html.render(selected(review, {o.check for o in review.outcomes if o.dimension == "async"}))
            )
        case _:
            older = msgspec.structs.replace(review, findings=review.findings[::2])
            file.write_bytes(RENDER["html"](compare(older, review)))
    assert violations(browser, file.as_uri(), npm_packages, 1280, "light", EVERY) == []
    assert violations(browser, file.as_uri(), npm_packages, 360, "dark", EVERY) == []


def violations(
    browser: Browser, address: str, npm_packages: Path, width: int, scheme: Literal["light", "dark"], rules: str
) -> list[tuple[str, int, str]]:
    """What axe-core finds with every fold open: rule, count and the first place."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(address)
    page.evaluate(OPEN_ALL)
    page.evaluate((npm_packages / "axe-core" / "axe.min.js").read_text("utf-8"))
    found: list[tuple[str, int, str]] = page.evaluate(
        f"axe.run(document, {{resultTypes: ['violations'], ...{rules}}}).then(answer => answer.violations.map("
        "one => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 300)]))"
    )
    ran: int = page.evaluate("axe.getRules(['wcag2a', 'wcag2aa', 'wcag22aa']).length")
    page.close()
    assert ran > 50
    return found


def test_a_keyboard_reaches_everything_and_shows_where_it_is(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the verdict"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#verdict"
    reached: list[str] = []
    for _ in range(400):
        page.keyboard.press("Tab")
        seen: tuple[str, bool, bool] = page.evaluate(
            "(() => { const one = document.activeElement, box = one.getBoundingClientRect(), look = getComputedStyle(one);"
            " return [one.tagName + (one.id ? `#${one.id}` : ''), box.width > 0 && box.height > 0,"
            " look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2]; })()"
        )
        if seen[0] == "BODY":
            break
        assert seen[1], f"{seen[0]} has the focus and is not seen"
        assert seen[2], f"{seen[0]} does not show that it has the focus"
        reached.append(seen[0])
    assert {"INPUT#query", "SELECT#by-severity", "SELECT#by-route", "BUTTON#expand"} <= set(reached)
    assert reached.count("SUMMARY") > 30
    page.focus(".weeks summary >> nth=0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('.weeks details').open") is False


def test_filters_and_links(page: Page) -> None:
    every = page.locator("#findings .finding").count()
    shown = page.locator("#findings .finding:not([hidden])")
    page.select_option("#by-severity", "blocker")
    assert 0 < shown.count() < every
    assert page.locator("#shown").text_content() == f"{shown.count()} of {every} findings shown"
    page.select_option("#by-confidence", "possible")
    page.select_option("#by-level", "Staff")
    assert shown.count() == 0
    page.click("#filter button[type=reset]")
    page.wait_for_function("document.querySelectorAll('#findings .finding[hidden]').length === 0")
    some_file = page.locator("#by-file option").nth(1).get_attribute("value") or ""
    page.select_option("#by-file", some_file)
    assert all(text.startswith(some_file) for text in shown.locator(".place >> nth=0").all_text_contents())
    page.click("#filter button[type=reset]")
    page.fill("#query", "no such word anywhere")
    assert shown.count() == 0
    target = page.locator("#findings .finding").last.get_attribute("id")
    page.evaluate("id => { location.hash = id }", target)
    page.wait_for_function("id => document.getElementById(id).checkVisibility()", arg=target)
    assert page.input_value("#query") == ""


def test_routes_lead_to_their_findings(page: Page) -> None:
    rows = page.locator(".routes tbody tr:not([hidden])")
    page.select_option("#route-kind", "found")
    assert 0 < rows.count() < len(example().routes)
    page.locator(".routes .num a").first.click()
    route = page.input_value("#by-route")
    assert route in {f"{one.method} {one.path}" for one in example().routes}
    assert set(page.locator("#findings .finding:not([hidden]) b").all_text_contents()) == {route}


def test_links_are_copied_and_the_theme_changes(page: Page) -> None:
    button = page.locator("#findings .finding .copy").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.getElementById('said').textContent !== ''")
    assert page.evaluate("location.hash").startswith("#finding-")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


@pytest.mark.parametrize("name", ["example", "long"])
def test_nothing_is_wider_than_a_telephone(browser: Browser, report: str, tmp_path: Path, name: str) -> None:
    path = tmp_path / "long.html"
    path.write_bytes(html.render(hostile("n" * 10_000)))
    page = browser.new_page(viewport={"width": 360, "height": 780})
    page.goto(report if name == "example" else path.as_uri())
    page.evaluate(OPEN_ALL)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide == 360


def test_hostile_names_run_nothing_and_load_nothing(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_bytes(html.render(hostile(" ".join(text[:300] for text in HOSTILE if "\udc80" not in text))))
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    page.evaluate(OPEN_ALL)
    page.fill("#query", "x")
    page.select_option("#by-severity", "major")
    page.close()
    assert asked == [path.as_uri()]
    assert said == []


def test_without_javascript_all_is_there_and_no_dead_control(browser: Browser, report: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report)
    assert page.locator("#findings .finding").count() == len(example().findings)
    assert page.locator("button:visible, select:visible, input:visible").count() == 0
    context.close()


def test_what_is_new_stands_alone(browser: Browser, tmp_path: Path) -> None:
    review = example()
    aged = tuple(
        msgspec.structs.replace(one, age="new" if number < 3 else "known") for number, one in enumerate(review.findings)
    )
    path = tmp_path / "aged.html"
    path.write_bytes(
        html.render(msgspec.structs.replace(review, findings=aged, notices=("Of 60 findings, 3 are new.",)))
    )
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.locator(".notice").all_text_contents() == ["Of 60 findings, 3 are new."]
    page.select_option("#by-age", "new")
    assert page.locator("#findings .finding:not([hidden])").count() == 3
    page.close()


def test_a_review_of_nothing_raises_no_error(browser: Browser, tmp_path: Path) -> None:
    empty = msgspec.structs.replace(
        example(), findings=(), routes=(), traces=(), next_steps=(), outcomes=(), arithmetic=(), injection=()
    )
    path = tmp_path / "empty.html"
    path.write_bytes(html.render(empty))
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    assert page.locator("h1").count() == 1
    page.close()
    assert errors == []
