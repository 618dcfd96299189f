"""Comments that set findings aside: what they are about, what they need, and what is said of those that do nothing."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from fastreview.gather.facts import gather_static
from fastreview.pipeline import assess
from fastreview.pipeline.review import Choice
from fastreview.review import Review, SuppressionEntry
from fastreview.scoring import score

TODAY = date(2026, 11, 22)
HEAD = "import time\nfrom fastapi import FastAPI\napp = FastAPI()\n"
ReviewOf = Callable[[str], Review]


@pytest.fixture
def review_of(tmp_path: Path) -> ReviewOf:
    def build(body: str) -> Review:
        (tmp_path / "main.py").write_text(HEAD + dedent(body), "utf-8")
        return assess(gather_static(tmp_path), tmp_path, Choice(selected=("ASY001", "ASY003")), TODAY).review

    return build


def endpoint(line: str, above: str = "") -> str:
    return f'@app.get("/a")\nasync def a() -> None:\n{f"    {above}" if above else ""}\n    {line}\n'


def only(review: Review) -> SuppressionEntry:
    [entry] = review.suppressions
    return entry


def counts(review: Review) -> dict[str, int]:
    [outcome] = [outcome for outcome in review.outcomes if outcome.check == "ASY001"]
    found = outcome.subjects
    return {"fail": found.failed, "waived": found.waived, "accepted": found.accepted, "pass": found.passed}


SLEEP = "time.sleep(1)"


@pytest.mark.parametrize(
    "body",
    [
        endpoint(f"{SLEEP}  # fastreview: ignore[ASY001] measured: no harm"),
        endpoint(f"{SLEEP}  #fastreview:ignore[ blocking-call , ASY003 ] false-positive: no harm"),
        endpoint(f"{SLEEP}  # noqa: X1  # fastreview: ignore[asy001] - no harm  # noqa"),
        endpoint(SLEEP, above="# fastreview: ignore[ASY001] fixme: ticket 12"),
        endpoint(SLEEP, above="# fastreview: ignore[ASY001] until=2026-11-22 ticket 12\n    # more words"),
        endpoint(f"{SLEEP}  # fastreview: ignore[ASY001] accepted: nobody answers for it"),
        endpoint(f"{SLEEP}  # fastreview: ignore[ASY001] accepted: too long by=jo on=2026-11-01 until=2028-11-01"),
    ],
)
def test_a_waiver_silences_and_does_not_help(review_of: ReviewOf, body: str) -> None:
    review = review_of(body)
    assert counts(review) == {"fail": 0, "waived": 1, "accepted": 0, "pass": 0}
    assert [finding.status for finding in review.findings] == ["waived"]
    assert (only(review).state, only(review).findings) == ("used", 1)
    assert next(o.state for o in review.outcomes if o.check == "ASY001") == "not-met"


@pytest.mark.parametrize(
    ("body", "state", "note"),
    [
        (endpoint(f"{SLEEP}  # fastreview: ignore[ASY001]"), "malformed", "no reason"),
        (endpoint(f"{SLEEP}  # fastreview: ignore[ASY001] fixme"), "malformed", "no reason"),
        (endpoint(f"{SLEEP}  # fastreview: ignore[] because"), "malformed", "names no check"),
        (endpoint(f"{SLEEP}  # fastreview: ignore[blocking-cal] why"), "malformed", "did you mean ASY001?"),
        (endpoint(f"{SLEEP}  # fastreview: ignore[XYZ] why"), "malformed", "(ASY001 is reported here)"),
        (endpoint(f"{SLEEP}  # fastreview ignore[ASY001] why"), "malformed", "not written as"),
        (endpoint(f"{SLEEP}  # fastreview: disable=ASY001 why"), "malformed", "not written as"),
        (endpoint(f"{SLEEP}  # fastreview: ignore[ASY001] why until=tomorrow"), "malformed", "no date"),
        (endpoint(f"{SLEEP}  # fastreview: ignore[ASY001] why until=2026-11-21"), "expired", "ended on 2026-11-21"),
        (endpoint(f"{SLEEP}  # fastreview: ignore[ASY003] why"), "unused", "ASY001 is what is reported here"),
        (endpoint(SLEEP, above="# fastreview: ignore[ASY001] why\n    x = 1"), "unused", "reported on line 8"),
        (endpoint("x = 1  # fastreview: ignore[ASY001] why"), "unused", "nothing is reported here any more"),
    ],
)
def test_what_does_nothing_is_told_why(review_of: ReviewOf, body: str, state: str, note: str) -> None:
    review = review_of(body)
    assert (only(review).state, only(review).findings) == (state, 0)
    assert note in only(review).note
    assert all(finding.status == "open" for finding in review.findings)
    assert counts(review)["waived"] == 0


@pytest.mark.parametrize(
    "text", ["# see the fastreview pages", 'x = "# fastreview: ignore[ASY001] why"', "# fastreview"]
)
def test_prose_and_strings_are_no_comments_of_ours(review_of: ReviewOf, text: str) -> None:
    assert review_of(endpoint(SLEEP, above=text)).suppressions == ()


def test_a_finding_of_two_places_needs_a_comment_at_each(review_of: ReviewOf) -> None:
    first = 'open("x").read()  # fastreview: ignore[ASY001] small file'
    review = review_of(endpoint(f"{first}\n    {SLEEP}"))
    assert counts(review)["fail"] == 1
    assert [finding.status for finding in review.findings] == ["open"]
    assert "further places" in only(review).note
    review = review_of(endpoint(f"{first}\n    {SLEEP}  # fastreview: ignore[ASY001] measured"))
    assert counts(review)["waived"] == 1
    assert [entry.state for entry in review.suppressions] == ["used", "used"]


def test_acceptances_leave_the_denominator_up_to_a_tenth(review_of: ReviewOf) -> None:
    fine = "".join(f'@app.get("/f{n}")\nasync def f{n}() -> None:\n    pass\n' for n in range(9))
    accepted = f"{SLEEP}  # fastreview: ignore[ASY001] accepted: measured by=jo on=2026-11-01 until=2027-01-31"
    review = review_of(endpoint(accepted) + fine)
    assert counts(review) == {"fail": 0, "waived": 0, "accepted": 1, "pass": 9}
    assert [finding.status for finding in review.findings] == ["accepted"]
    assert only(review).note == ""
    fewer = review_of(endpoint(accepted) + fine.rpartition("@app")[0])
    assert counts(fewer) == {"fail": 0, "waived": 1, "accepted": 0, "pass": 8}
    assert "at most a tenth" in only(fewer).note


def test_a_never_event_is_never_accepted(tmp_path: Path) -> None:
    comment = "# fastreview: ignore[SEC001] accepted: a demo by=jo on=2026-11-01 until=2027-01-31"
    text = f'from fastapi import FastAPI\napp = FastAPI()\nPASSWORD = "hunter2-Xq81-zz"  {comment}\n'
    (tmp_path / "main.py").write_text(text, "utf-8")
    outcome = assess(gather_static(tmp_path), tmp_path, today=TODAY)
    never = {check.check.code for check in outcome.evaluations if check.check.kind.value == "never"}
    review = outcome.review
    for entry in review.suppressions:
        if entry.state == "used" and never & set(entry.checks):
            assert "never accepted" in entry.note
    assert all(f.status != "accepted" for f in review.findings if f.check in never)
    assert score(outcome.evaluations).headline == review.level


def test_the_head_of_a_function_is_one_place(tmp_path: Path) -> None:
    body = """
        # fastreview: ignore[COR] not a code
        @app.get("/a")  # fastreview: ignore[COR002] why not
        async def a(
            x: int,
        ):  # fastreview: ignore[TYP001] why not
            return x
    """
    (tmp_path / "main.py").write_text(HEAD + dedent(body), "utf-8")
    review = assess(gather_static(tmp_path), tmp_path, today=TODAY).review
    at_head = {f.check for f in review.findings if f.path == "main.py" and f.line in (6, 7)}
    silenced = {check for entry in review.suppressions if entry.state == "used" for check in entry.checks}
    assert silenced == at_head & {"COR002", "TYP001"}


def test_the_same_comments_in_two_processes(review_of: ReviewOf, monkeypatch: pytest.MonkeyPatch) -> None:
    body = endpoint(f"{SLEEP}  # fastreview: ignore[ASY001] measured: no harm")
    one = review_of(body)
    monkeypatch.setattr("fastreview.engine.LINES_PER_PROCESS", 1)
    monkeypatch.setattr("fastreview.engine.processors", lambda: 2)
    two = review_of(body)
    assert (one.findings, one.outcomes, one.suppressions) == (two.findings, two.outcomes, two.suppressions)
