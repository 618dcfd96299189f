"""Signed acceptances in scoring: a tenth at most, never a never-event, and only as they were signed."""

import datetime
import json
from pathlib import Path

import pytest
from msgspec import structs
from tests.reviewer.cli.conftest import Run, run

from fastreview.errors import UsageError
from fastreview.mentor.acceptance import seal, signed, sorted_out
from fastreview.mentor.merged import stands_for
from fastreview.mentor.records import Acceptance
from fastreview.review import FindingEntry, OutcomeEntry, RelatedPlace, SubjectCounts

__all__ = ["run"]

TODAY = datetime.date(2026, 11, 22)
UNTIL = datetime.date(2027, 1, 31)
FINDING = FindingEntry(
    "ASY001",
    "blocking-call",
    "major",
    "certain",
    "GET /a",
    "app.py",
    1,
    1,
    "It blocks.",
    "00ff00ff00ff00ff",
    (),
    None,
    "open",
)


def outcome(counts: SubjectCounts, kind: str = "gate") -> OutcomeEntry:
    made = OutcomeEntry(
        "ASY001",
        "blocking-call",
        "Blocking",
        "async",
        "intermediate",
        "gate",
        1,
        0.0,
        "not-met",
        counts,
        "",
        "",
        "route",
    )
    return structs.replace(made, kind=kind)


def sign(
    found: OutcomeEntry, reviewer: str = "Ines", reason: str = "Rare.", until: datetime.date = UNTIL
) -> Acceptance:
    return signed(FINDING, found, reviewer, reason, TODAY, until)


def test_a_tenth_may_be_accepted() -> None:
    assert sign(outcome(SubjectCounts(passed=9, failed=1))).reviewer == "Ines"
    with pytest.raises(UsageError, match="none may be accepted"):
        sign(outcome(SubjectCounts(passed=8, failed=1)))
    with pytest.raises(UsageError, match="at most 1 may be accepted"):
        sign(outcome(SubjectCounts(passed=9, failed=1, accepted=1)))


def test_a_never_event_may_not() -> None:
    with pytest.raises(UsageError, match="never-event"):
        sign(outcome(SubjectCounts(passed=99, failed=1), "never"))


@pytest.mark.parametrize("until", [TODAY, datetime.date(2020, 1, 1), datetime.date(2028, 1, 1)])
def test_it_ends_within_a_year(until: datetime.date) -> None:
    with pytest.raises(UsageError, match="within a year"):
        sign(outcome(SubjectCounts(passed=9, failed=1)), until=until)


def test_it_names_who_and_why() -> None:
    for reviewer, reason in ((" ", "Rare."), ("Ines", "")):
        with pytest.raises(UsageError, match="reviewer and a reason"):
            sign(outcome(SubjectCounts(passed=9, failed=1)), reviewer, reason)


def test_what_ended_or_was_changed_does_not_count() -> None:
    good = sign(outcome(SubjectCounts(passed=9, failed=1)))
    moved_on = structs.replace(good, until=datetime.date(2030, 1, 1))
    assert sorted_out([good], TODAY).counting == (good,)
    assert sorted_out([good], UNTIL).counting == (good,)
    ended = sorted_out([good], UNTIL + datetime.timedelta(days=1))
    assert (ended.counting, len(ended.lapsed)) == ((), 1)
    assert "ended on 2027-01-31" in ended.lapsed[0]
    assert "changed after it was signed" in sorted_out([moved_on], TODAY).lapsed[0]
    assert seal(good) == good.seal


ROUTE = """

@app.get("/r{n}")
async def r{n}() -> dict[str, int]:
    {body}
    return {{"n": {n}}}
"""


@pytest.fixture
def service(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    routes = (ROUTE.format(n=n, body="time.sleep(1)" if n < 3 else "pass") for n in range(20))
    (root / "main.py").write_text("import time\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n" + "".join(routes))
    return root


def reviewed(run: Run, root: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(run(root, "--static", "--format", "json").out)
    return found


def blocking(document: dict[str, object]) -> tuple[dict[str, int], dict[str, str]]:
    """Counts of ASY001, and the status of its findings by number."""
    outcomes, findings = document["outcomes"], document["findings"]
    assert isinstance(outcomes, list)
    assert isinstance(findings, list)
    counts: dict[str, int] = next(o["subjects"] for o in outcomes if o["check"] == "ASY001")
    return counts, {f["fingerprint"]: f["status"] for f in findings if f["check"] == "ASY001"}


def test_what_is_accepted_leaves_the_count_up_to_the_limit(run: Run, service: Path) -> None:
    before, numbers = blocking(reviewed(run, service))
    assert before["fail"] == 3
    options = ("--static", "--reviewer", "Ines", "--reason", "It runs once a day.")
    until = (datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=60)).isoformat()
    first, second, third = sorted(numbers)
    for number in (first, second):
        ran = run("mentor", "accept", number, str(service), *options, "--until", until)
        assert ran.code == 0, ran.err
    document = reviewed(run, service)
    counts, states = blocking(document)
    assert counts == {"pass": 17, "fail": 1, "unknown": 0, "waived": 0, "accepted": 2}
    assert states == {first: "accepted", second: "accepted", third: "open"}
    assert "accepted by Ines" in json.dumps(document["scope"])
    refused = run("mentor", "accept", third, str(service), *options, "--until", until)
    assert refused.code == 2
    assert "at most 2 may be accepted" in refused.err


def test_files_beyond_the_limit_only_waive(run: Run, service: Path) -> None:
    document = reviewed(run, service)
    _, numbers = blocking(document)
    findings = document["findings"]
    assert isinstance(findings, list)
    subjects = {f["fingerprint"]: f["subject"] for f in findings}
    folder = service / ".fastreview" / "accepted"
    folder.mkdir(parents=True)
    until = datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=60)
    for number in numbers:
        draft = Acceptance("ASY001", number, subjects[number], "main.py", "Ines", "Rare.", TODAY, until, "")
        text = "".join(
            f"{key} = {value if isinstance(value, datetime.date) else json.dumps(value)}\n"
            for key, value in structs.asdict(structs.replace(draft, seal=seal(draft))).items()
        )
        (folder / f"{number}.toml").write_text(text)
    counts, states = blocking(reviewed(run, service))
    assert (counts["fail"], counts["waived"], counts["accepted"]) == (0, 1, 2)
    assert sorted(states.values()) == ["accepted", "accepted", "waived"]


def test_a_broken_acceptance_stops_the_review_with_its_line(run: Run, service: Path) -> None:
    folder = service / ".fastreview" / "accepted"
    folder.mkdir(parents=True)
    (folder / "a.toml").write_text("check = 3\n")
    ran = run(service, "--static")
    assert ran.code == 2
    assert ".fastreview/accepted/a.toml:1: " in ran.err


def test_a_finding_that_stands_for_several_is_accepted_with_all_of_them() -> None:
    merged = structs.replace(
        FINDING,
        message="It blocks. 1 more in this file.",
        related=(RelatedPlace("app.py", 9, "also GET /b"), RelatedPlace("app.py", 3, "called here")),
    )
    plenty, few = outcome(SubjectCounts(passed=18, failed=2)), outcome(SubjectCounts(passed=12, failed=2))
    made = signed(merged, plenty, "Ines", "Rare.", TODAY, UNTIL)
    assert made.subjects == ("GET /a", "GET /b")
    assert sorted_out([structs.replace(made, others=("GET /b", "GET /c"))], TODAY).counting == ()
    with pytest.raises(UsageError, match="about 2 of them"):
        signed(merged, few, "Ines", "Rare.", TODAY, UNTIL)
    with pytest.raises(UsageError, match="about very many"):
        signed(structs.replace(merged, related=()), plenty, "Ines", "Rare.", TODAY, UNTIL)


def test_subjects_of_merged_findings() -> None:
    assert stands_for("GET /a", "Bad.", (), "route") == ("GET /a",)
    message = "Bad. The same holds for 2 more routes in this file."
    assert stands_for("GET /a", message, ("also GET /b", "also GET /c"), "route") == ("GET /a", "GET /b", "GET /c")
    assert stands_for("GET /a", "Bad. 2 others meet it here.", ("also route GET /b, GET /c",), "route") == (
        "GET /a", "GET /b", "GET /c",
    )  # fmt: skip
    assert stands_for("GET /a", "Bad. 3 others meet it here.", ("also route GET /b, GET /c",), "route") == ()


def test_what_joins_an_accepted_finding_later_is_not_accepted(run: Run, tmp_path: Path) -> None:
    """COR003 is told once a file: two routes repeat their response model, then a third one does."""
    root = tmp_path / "shop"
    root.mkdir()
    head = "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\n\nclass A(BaseModel):\n    n: int\n\n\n"
    head += "class B(A):\n    m: int = 0\n\n\napp = FastAPI()\n"
    good = "\n\n@app.get('/g{n}', response_model=A)\nasync def g{n}() -> B:\n    return B(n={n})\n"
    bad = "\n\n@app.get('/b{n}', response_model=A)\nasync def b{n}() -> A:\n    return A(n={n})\n"
    start = head + "".join(good.format(n=n) for n in range(38)) + bad.format(n=1) + bad.format(n=2)
    (root / "main.py").write_text(start)
    [one] = [f for f in found(run, root) if f["check"] == "COR003"]
    until = (datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=60)).isoformat()
    ran = run(
        "mentor", "accept", one["fingerprint"], root, "--static", "--reviewer", "I", "--reason", "x", "--until", until
    )
    assert ran.code == 0, ran.err
    assert [f["status"] for f in found(run, root) if f["check"] == "COR003"] == ["accepted"]
    (root / "main.py").write_text(start + bad.format(n=3))
    assert [f["status"] for f in found(run, root) if f["check"] == "COR003"] == ["open"]


def found(run: Run, root: Path) -> list[dict[str, str]]:
    findings = reviewed(run, root)["findings"]
    assert isinstance(findings, list)
    return findings


def test_the_document_lists_what_was_signed_beside_the_comments(run: Run, service: Path) -> None:
    def entry() -> dict[str, object]:
        listed = reviewed(run, service)["suppressions"]
        assert isinstance(listed, list)
        (only,) = (one for one in listed if one["origin"] == "signed")
        found: dict[str, object] = only
        return found

    _, numbers = blocking(reviewed(run, service))
    day = datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=60)
    options = ("--static", "--reviewer", "Ines", "--reason", "Rare.", "--until", day.isoformat())
    assert run("mentor", "accept", min(numbers), str(service), *options).code == 0
    used = entry()
    assert (used["checks"], used["state"], used["findings"], used["by"]) == (["ASY001"], "used", 1, "Ines")
    assert used["path"] == "main.py"
    assert used["line"]

    (file,) = (service / ".fastreview" / "accepted").glob("*.toml")
    text = file.read_text()
    file.write_text(text.replace(day.isoformat(), (day + datetime.timedelta(days=9)).isoformat()))
    assert (entry()["state"], entry()["findings"]) == ("malformed", 0)

    file.write_text(text)
    main = service / "main.py"
    main.write_text(main.read_text().replace("time.sleep(1)", "pass"))
    gone = entry()
    assert (gone["state"], gone["line"], gone["findings"]) == ("unused", 0, 0)
