"""Files written by hand: what is wrong is said with its line, and nothing is lost."""

import datetime
from pathlib import Path

import pytest

from fastreview.errors import BadRecord, UsageError
from fastreview.mentor.folder import MAX_BYTES, Folder, SessionFolder
from fastreview.mentor.records import Anchor, Estimates, Goal, Note, Session

DAY = datetime.date(2026, 11, 22)


TEXTS = (
    "One line.",
    "Two\n\n- a list\n\n```python\n+++\n```",
    '"""quotes""" and \\ and +++',
    "tab\tünïcode \U0001f600",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_note_comes_back_as_it_was(session: SessionFolder, text: str) -> None:
    note = Note("essential", Anchor("route", route='GET /a"b'), "mentee", text)
    session.note(note)
    assert list(session.notes().values()) == [note]


def test_two_people_write_two_files(session: SessionFolder) -> None:
    about = Anchor("file", path="app/main.py")
    first = session.note(Note("essential", about, text="One."))
    second = session.note(Note("essential", about, text="Two."))
    again = session.note(Note("essential", about, text="One."))
    assert (first == again, first == second) == (True, False)


def test_sessions_of_one_day_are_told_apart(session: SessionFolder) -> None:
    folder = session.folder
    other = folder.start(Session(DAY, "Ines", "Tom"), Estimates())
    assert [found.name for found in folder.sessions()] == ["2026-11-22", "2026-11-22-2"]
    assert folder.session().name == other.name
    with pytest.raises(UsageError, match="already"):
        folder.start(Session(DAY, "Ines", "Tom"), Estimates(), "2026-11-22")


GOAL = 'goal = "x"\nchecks = ["ASY001"]\nby = 2026-12-24\n'
WRONG = [
    (GOAL.replace("2026-12-24", '"soon"'), 'x.toml:3: "by": ', "Write a day in a goal"),
    (GOAL.replace("checks", "cheks"), 'x.toml:2: there is no key "cheks"', "mend its spelling"),
    ('goal = "x"\nby = 2026-12-24\n', 'x.toml:1: "checks" is missing', 'checks = ["ASY001"]'),
    (GOAL.replace('["ASY001"]', "[1]"), 'x.toml:2: "checks": ', 'checks = ["ASY001"]'),
    (GOAL.replace("goal = ", "goal "), "x.toml:1: this is not TOML", 'key = "text"'),
    (f"<<<<<<< HEAD\n{GOAL}=======\n{GOAL}>>>>>>> other\n", "x.toml:1: this is not TOML", "merge"),
    ("\ufffe" * 3, "x.toml:1: this is not TOML", ""),
    ("goal = " + "[" * 3_000, "x.toml:", ""),
]


@pytest.mark.parametrize(("text", "what", "advice"), WRONG)
def test_a_wrong_file_is_named_with_line_and_advice(session: SessionFolder, text: str, what: str, advice: str) -> None:
    goals = session.path / "goals"
    goals.mkdir()
    (goals / "x.toml").write_text(text, "utf-8")
    with pytest.raises(BadRecord) as error:
        session.goals()
    assert str(error.value).startswith(".fastreview/mentoring/2026-11-22/goals/x.toml:")
    assert what in str(error.value)
    assert advice in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Just text.", 'n.md:1: a note begins with a line "+++"'),
        ("+++\ntype = 'essential'\n", "n.md:3: the fields of the note do not end"),
        ("+++\ntype = 'rude'\n[about]\nkind = 'file'\n+++\nx", 'n.md:2: "type"'),
        ("+++\ntype = 'essential'\n[about]\nkind = 'planet'\n+++\nx", 'n.md:4: "kind"'),
        ("+++\ntype = 'essential'\n+++\nx", 'n.md:2: "about" is missing'),
    ],
)
def test_a_wrong_note_too(session: SessionFolder, text: str, said: str) -> None:
    notes = session.path / "notes"
    notes.mkdir()
    (notes / "n.md").write_text(text)
    with pytest.raises(BadRecord) as error:
        session.notes()
    assert said in str(error.value)


def test_what_is_too_large_not_text_or_leads_out(session: SessionFolder, tmp_path: Path) -> None:
    goals = session.path / "goals"
    goals.mkdir()
    file = goals / "x.toml"
    file.write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(BadRecord, match="larger"):
        session.goals()
    file.write_bytes(b"goal = '\xff'")
    with pytest.raises(BadRecord, match="UTF-8"):
        session.goals()
    file.unlink()
    file.symlink_to("/etc/hostname")
    with pytest.raises(BadRecord, match="leads out"):
        session.goals()


def test_a_folder_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / ".fastreview").symlink_to(tmp_path / "out")
    with pytest.raises(UsageError, match="leads out"):
        Folder(tmp_path / "in")


def test_a_link_is_not_written_through(session: SessionFolder, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (session.path / "goals").symlink_to(outside)
    with pytest.raises(UsageError, match="leads out"):
        session.agree(Goal("x", ("ASY001",), DAY))
    assert not list(outside.iterdir())


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"There is no folder nowhere\."):
        Folder(Path("nowhere"))
