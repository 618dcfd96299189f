"""Two sessions about one service, as two people would have them."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from msgspec import structs
from tests.reports.example import example
from tests.reviewer.mentor.conftest import RATES, Mentor, Run, edited

from fastreview.mentor.exercise import aim, choose
from fastreview.mentor.folder import Folder

SECOND = ("start", "--mentor", "Ines", "--mentee", "Tom", "--on", "2026-12-01", "--rate", RATES)
BLOCKING = "    time.sleep(0.1)\n"


def number(ran_out: str, check: str) -> str:
    """The number of the first finding of a check, as the review lists it."""
    found = re.search(rf"(?m)^ +(?:\d+|-)  ([0-9a-f]{{8}})  {check} ", ran_out)
    assert found, f"{check} is not in:\n{ran_out}"
    return found[1]


def test_the_estimate_comes_before_the_result(mentor: Mentor) -> None:
    begun = mentor("start", "--mentor", "Ines", "--mentee", "Tom")
    assert begun.code == 0
    assert "Next: fastreview mentor review --rate core=LEVEL --rate architecture=LEVEL" in begun.out
    refused = mentor("review", "--static")
    assert refused.code == 2
    assert "before the result is seen; missing: core" in refused.err
    shown = mentor("review", "--static", "--rate", RATES)
    assert shown.code == 0
    assert re.search(r"(?m)^  async +intermediate +\w+", shown.out)
    late = mentor("review", "--static", "--rate", "async=senior")
    assert late.code == 2
    assert "seen already" in late.err


def test_nothing_but_the_folder_is_written(reviewed: Mentor, service: Path) -> None:
    names = {path.relative_to(service).as_posix() for path in service.rglob("*") if path.is_file()}
    assert names == {
        "app/__init__.py",
        "app/main.py",
        ".fastreview/mentoring/2026-11-01/session.toml",
        ".fastreview/mentoring/2026-11-01/estimates.toml",
        ".fastreview/mentoring/2026-11-01/snapshot.json",
    }


def test_the_same_session_gives_the_same_bytes(reviewed: Mentor, service: Path) -> None:
    file = service / ".fastreview/mentoring/2026-11-01/snapshot.json"
    before = file.read_bytes()
    assert reviewed("review", "--static", "--again").code == 0
    assert file.read_bytes() == before


def test_a_look_at_the_code_between_sessions_loses_nothing(reviewed: Mentor, service: Path) -> None:
    file = service / ".fastreview/mentoring/2026-11-01/snapshot.json"
    before = file.read_bytes()
    edited(service, BLOCKING, "")
    shown = reviewed("review", "--static").out
    assert "keeps what it saw" in shown
    assert "Since session 2026-11-01" in shown
    assert "ASY001" in shown.partition("+ fixed")[2].partition("Findings")[0]
    assert file.read_bytes() == before
    reviewed(*SECOND)
    assert "+ fixed" in reviewed("review", "--static").out
    late = reviewed("review", "--static", "--again", "--session", "2026-11-01")
    assert (late.code, "is over" in late.err) == (2, True)
    assert file.read_bytes() == before


def test_what_is_fixed_moved_and_new(reviewed: Mentor, service: Path) -> None:
    reviewed("agree", "The loop stays free", "--checks", "ASY001", "--by", "2026-12-24")
    edited(service, BLOCKING, "")
    edited(
        service,
        "app = FastAPI()",
        '@router.get("/boxes")\nasync def boxes() -> list[Item]:\n    return []\n\n\napp = FastAPI()',
    )
    assert reviewed(*SECOND).code == 0
    shown = reviewed("review", "--static").out
    assert "+ fixed: " in shown
    assert re.search(r"ASY001 [^\n]*", shown.partition("fixed:")[2])
    told = json.loads(reviewed("status", "--format", "json").out)["report"]
    [unprompted] = [one for one in told["growth"]["unprompted"] if one["check"] == "ASY001"]
    assert unprompted["subjects"] == ["app.main.boxes"]
    [goal] = told["agreements"]
    assert goal["met"] is True


def test_what_stayed_fixed_and_what_is_back(reviewed: Mentor, service: Path) -> None:
    edited(service, BLOCKING, "")
    reviewed(*SECOND)
    reviewed("review", "--static")
    reviewed(
        "start", "--mentor", "Ines", "--mentee", "Tom", "--session", "third", "--on", "2027-01-01", "--rate", RATES
    )
    assert "+ stayed fixed: " in reviewed("review", "--static").out
    edited(service, '    return [Item(name="a")]', BLOCKING + '    return [Item(name="a")]')
    assert "- back again: " in reviewed("review", "--static").out


def test_code_that_is_gone_is_not_fixed(reviewed: Mentor, service: Path) -> None:
    text = (service / "app/main.py").read_text()
    start, end = text.index('@router.get("/items")'), text.index('@router.get("/parts")')
    (service / "app/main.py").write_text(text[:start] + text[end:])
    reviewed(*SECOND)
    shown = reviewed("review", "--static").out
    gone = shown.partition("gone with its code")[2].partition("unchanged")[0]
    assert "ASY001" in gone
    assert "ASY001" not in shown.partition("+ fixed")[2].partition("gone with its code")[0]


def test_an_exercise_is_proven_by_a_review(reviewed: Mentor, service: Path) -> None:
    assert reviewed("exercise", "--static", "--finding", "ASY001").code == 0
    hints = [reviewed("exercise", "--hint", n).out for n in "123"]
    assert len(set(hints)) == 3
    assert "app/main.py:17" in hints[0]
    assert "time.sleep(0.1)" in hints[2]
    failing = reviewed("exercise", "--prove", "--static")
    assert failing.code == 1
    assert "still fails" in failing.out
    edited(service, BLOCKING, "")
    proven = reviewed("exercise", "--prove", "--static", "--on", "2026-11-20")
    assert (proven.code, "holds for" in proven.out) == (0, True)
    assert "proven on 2026-11-20" in " ".join(reviewed("status").out.split())


def test_an_exercise_is_not_proven_by_removing_the_code(reviewed: Mentor, service: Path) -> None:
    reviewed("exercise", "--static", "--finding", "ASY001")
    edited(service, "async def list_items", "async def list_others")
    result = reviewed("exercise", "--prove", "--static")
    assert result.code == 1
    assert "not there any more" in result.out


def test_notes_follow_the_code(reviewed: Mentor, service: Path) -> None:
    listed = reviewed("review", "--static", "--all").out
    for about in (number(listed, "ASY001"), "GET /parts", "app.main.list_parts", "app/main.py", "app/main.py:22"):
        made = reviewed("note", about, "--type", "actionable", "--text", f"About {about}.")
        assert made.code == 0, made.err
    edited(service, '@router.get("/items")', '# One more line.\n\n\n@router.get("/items")')
    edited(service, "list_parts", "list_spares")
    told = json.loads(reviewed("status", "--format", "json").out)["report"]
    states = {note["text"]: (note["state"], note["line"]) for note in told["notes"]}
    assert states["About app.main.list_parts."] == ("moved", 24)
    assert states["About app/main.py:22."] == ("moved", 24)
    assert states["About app/main.py."][0] == "here"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("note", "GET /nowhere", "--type", "essential", "--text", "x"), 'There is no route "GET /nowhere"'),
        (("note", "nonsense", "--type", "essential", "--text", "x"), "names no finding, route, file or function"),
        (("note", "app/main.py", "--type", "rude", "--text", "x"), "There is no note of type"),
        (("note", "app/main.py", "--type", "essential"), "Say it with --text"),
        (("note", "app/main.py", "--text", "x"), "--type TYPE"),
        (("agree", "x", "--checks", "XXX999", "--by", "2026-12-24"), "There is no check"),
        (("agree", "x", "--checks", "ASY001", "--by", "soon"), "is no date"),
        (("agree", "x", "--checks", "ASY001", "--by", "2020-01-01"), "before the session"),
        (("override", "async", "wizard", "--reason", "x"), "There is no level"),
        (("override", "speed", "senior", "--reason", "x"), "There is no dimension"),
        (("override", "async", "senior"), "--reason TEXT"),
        (("exercise", "--hint", "1"), "no such exercise"),
        (("report", "-o", "x.docx"), "does not end like"),
        (("status", "--session", "nope"), 'There is no session "nope"'),
        (("start", "--mentor", "a", "--mentee", "b", "--session", "../out"), "letters, digits"),
        (("start", "--mentor", "a"), "--mentee NAME"),
        (("start", "--mentor", "a", "--mentee", "b", "--rate", "speed=senior"), "There is no dimension"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(reviewed: Mentor, arguments: tuple[str, ...], said: str) -> None:
    ran = reviewed(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_without_a_session_or_a_review(mentor: Mentor, run: Run, tmp_path: Path) -> None:
    assert "mentor start" in mentor("review", "--static").err
    mentor("start", "--mentor", "a", "--mentee", "b")
    assert "mentor review" in mentor("note", "app/main.py", "--type", "essential", "--text", "x").err
    assert run("mentor", "start", str(tmp_path / "nowhere"), "--mentor", "a", "--mentee", "b").code == 2


def test_the_report_has_both_voices(reviewed: Mentor, service: Path, tmp_path: Path) -> None:
    reviewed("note", "GET /parts", "--type", "celebratory", "--text", "Bounded from the *start*.")
    reviewed("note", "GET /parts", "--type", "informative", "--by", "mentee", "--text", "I copied it from the docs.")
    reviewed("override", "async", "senior", "--reason", "Measured under load.")
    reviewed("exercise", "--static", "--finding", "ASY001")
    files = [tmp_path / f"r{suffix}" for suffix in (".html", ".md", ".pdf", ".json")]
    assert reviewed("report", *(part for file in files for part in ("-o", str(file)))).code == 0
    for file in files[:2]:
        text = file.read_text()
        for said in (
            "Bounded from the",
            "I copied it from the docs.",
            "Measured under load.",
            "Ines",
            "Tom",
            "Hint 3 of 3",
        ):
            assert said in text, (file.name, said)
    assert files[2].read_bytes().startswith(b"%PDF-")
    assert json.loads(files[3].read_bytes())["mentee"] == "Tom"
    assert reviewed("report").out == files[1].read_text()


def test_what_two_people_write_at_once_merges(reviewed: Mentor, service: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=service, check=True, capture_output=True)  # noqa: S607

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "first session")
    git("checkout", "-qb", "mentee")
    reviewed("note", "GET /items", "--by", "mentee", "--type", "informative", "--text", "Why not?")
    reviewed("agree", "Lists stay small", "--checks", "DAT006", "--by", "2026-12-24")
    git("add", "-A")
    git("commit", "-qm", "mentee")
    git("checkout", "-q", "main")
    reviewed("note", "GET /items", "--type", "essential", "--text", "It blocks.")
    reviewed("override", "async", "intermediate", "--reason", "Nearly there.")
    git("add", "-A")
    git("commit", "-qm", "mentor")
    git("merge", "-q", "mentee")
    told = json.loads(reviewed("status", "--format", "json").out)["report"]
    assert {note["text"] for note in told["notes"]} == {"Why not?", "It blocks."}
    assert [goal["goal"] for goal in told["agreements"]] == ["Lists stay small"]


def test_a_reply_stands_below_the_note(reviewed: Mentor) -> None:
    reviewed("note", "GET /items", "--type", "essential", "--text", "It blocks.")
    reviewed("note", "GET /items", "--by", "mentee", "--type", "informative", "--text", "I see it now.")
    text = reviewed("report").out
    assert text.count("### `GET /items`") == 1
    assert "> It blocks.\n>\n> (Ines)\n\n> I see it now.\n>\n> (Tom)" in text
    assert "Good to know" not in text


TWICE = """

@router.get("/more")
async def more() -> None:
    time.sleep(1)
    time.sleep(2)
"""


def test_one_of_two_faults_of_a_function_leaves_it_failing(reviewed: Mentor, service: Path) -> None:
    edited(service, "\n\napp = FastAPI()", TWICE + "\n\napp = FastAPI()")
    reviewed(*SECOND)
    reviewed("review", "--static")
    edited(service, "    time.sleep(2)\n", "    pass\n")
    reviewed(
        "start", "--mentor", "Ines", "--mentee", "Tom", "--session", "third", "--on", "2027-01-01", "--rate", RATES
    )
    reviewed("review", "--static")
    growth = json.loads(reviewed("status", "--format", "json").out)["report"]["growth"]
    assert [change for change in growth["fixed"] if change["check"] == "ASY001"] == []


def test_a_function_that_is_taken_off_the_loop_is_fixed(reviewed: Mentor, service: Path) -> None:
    edited(service, "async def list_items", "def list_items")
    reviewed(*SECOND)
    reviewed("review", "--static")
    growth = json.loads(reviewed("status", "--format", "json").out)["report"]["growth"]
    assert [change["subject"] for change in growth["fixed"] if change["check"] == "ASY001"] == ["app.main.list_items"]
    assert [change for change in growth["gone"] if change["check"] == "ASY001"] == []


def test_a_finding_that_moves_to_another_file_is_moved(reviewed: Mentor, service: Path) -> None:
    text = (service / "app/main.py").read_text()
    start, end = text.index('@router.get("/items")'), text.index('@router.get("/parts")')
    head = text[: text.index("@router.get")]
    (service / "app/items.py").write_text(head + text[start:end])
    moved = text[:start] + text[end:]
    wired = moved.replace("app.include_router(router)", "app.include_router(router)\napp.include_router(items)")
    (service / "app/main.py").write_text("from app.items import router as items\n" + wired)
    reviewed(*SECOND)
    reviewed("review", "--static")
    growth = json.loads(reviewed("status", "--format", "json").out)["report"]["growth"]
    assert ("ASY001", "app/items.py") in {(change["check"], change["path"]) for change in growth["moved"]}
    assert "ASY001" not in {change["check"] for key in ("fixed", "new", "gone") for change in growth[key]}


def test_a_finding_is_named_by_the_short_number_of_the_list(reviewed: Mentor, service: Path) -> None:
    shown = reviewed("review", "--static", "--all").out
    short, _, check = next(line.split()[:3] for line in shown.splitlines() if " ASY001 " in line)
    assert reviewed("note", short, "--type", "essential", "--text", "It blocks.").code == 0
    (note,) = Folder(service).session().notes().values()
    assert note.about.check == check
    assert "ASY001 fails" in reviewed("exercise", "--finding", short, "--static").out
    assert reviewed("exercise", "--finding", short, "--hint", "1").code == 0
    accepted = reviewed(
        "accept",
        short,
        "--static",
        "--reviewer",
        "Ines",
        "--reason",
        "Rare.",
        "--on",
        "2026-11-22",
        "--until",
        "2027-01-31",
    )
    assert "ASY001" in accepted.out + accepted.err
    assert 'There is no finding "99999"' in reviewed("accept", "99999", "--static").err


def test_a_new_finding_does_not_renumber_those_that_the_session_saw(reviewed: Mentor, service: Path) -> None:
    def numbers() -> dict[str, str]:
        rows = (line.split() for line in reviewed("review", "--static", "--all").out.splitlines())
        return {row[1]: row[0] for row in rows if len(row) > 3 and len(row[1]) == 8 and row[2][3:].isdigit()}

    before = numbers()
    (service / "app" / "more.py").write_text('SECRET_KEY = "3488a63e1765035d386f05409663f55c"\n')
    after = numbers()
    assert {number for key, number in after.items() if key not in before} == {"-"}
    assert {key: number for key, number in after.items() if key in before} == {
        k: before[k] for k in before if k in after
    }


@pytest.mark.parametrize(
    ("goals", "checks", "level"),
    [
        ((), (), "intermediate"),
        (("Reach Senior by spring",), (), "senior"),
        (("Free the loop",), ("TST003",), "senior"),
        (("From intermediate to senior",), ("COR001",), "senior"),
    ],
)
def test_an_exercise_is_for_the_level_that_was_agreed_on(
    goals: tuple[str, ...], checks: tuple[str, ...], level: str
) -> None:
    review = example()
    outcome = review.outcomes[0]
    review = structs.replace(
        review,
        level=structs.replace(review.level, proven="junior"),
        outcomes=(
            structs.replace(outcome, check="TST003", level="senior"),
            structs.replace(outcome, check="COR001", level="intermediate"),
        ),
    )
    assert aim(review, goals, checks) == level


def test_what_is_beyond_the_aim_is_no_first_exercise() -> None:
    review = example()
    fitting = choose(review)
    harder = tuple(structs.replace(o, level="staff") if o.check == fitting.check else o for o in review.outcomes)
    easier = structs.replace(review, outcomes=harder)
    assert choose(easier, aim="senior").check != fitting.check
    assert choose(easier, aim="staff").check == fitting.check
    assert choose(easier, (fitting.check,), aim="senior").check == fitting.check
