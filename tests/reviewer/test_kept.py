"""A review of what has not changed is recalled; any change makes a new one."""

import os
import subprocess
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from fastreview.gather.facts import gather_static
from fastreview.kept import KeptReviews, outside
from fastreview.pipeline import assess
from fastreview.review import Review

APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef root() -> int:\n    return 1\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "main.py").write_text(APP, "utf-8")
    (folder / "Dockerfile").write_text("FROM python\nCOPY . .\nCMD uvicorn main:app --reload\n", "utf-8")
    return folder


def kept(root: Path, *selected: str) -> KeptReviews:
    return KeptReviews(root, selected)


def keep(root: Path) -> Review:
    review = assess(gather_static(root), root).review
    kept(root).keep(review)
    return review


def test_nothing_changed(root: Path) -> None:
    assert kept(root).recall() is None
    review = keep(root)
    recalled = kept(root).recall()
    assert recalled is not None
    assert recalled.findings == review.findings
    assert recalled.level == review.level


@pytest.mark.parametrize("name", ["main.py", "Dockerfile", "new.py", ".env"])
def test_a_change_makes_a_new_review(root: Path, name: str) -> None:
    keep(root)
    with (root / name).open("a", encoding="utf-8") as file:
        file.write("# a comment\n")
    assert kept(root).recall() is None


def test_a_change_in_a_package_beside_the_service_makes_a_new_review(root: Path) -> None:
    above = root.parent
    (above / "pyproject.toml").write_text(
        '[tool.uv.workspace]\nmembers = ["service", "shared"]\n[tool.uv.sources]\nshared = { workspace = true }\n',
        "utf-8",
    )
    (root / "pyproject.toml").write_text('[project]\nname = "service"\ndependencies = ["shared"]\n', "utf-8")
    (root / "main.py").write_text(f"import shared\n{APP}", "utf-8")
    (above / "shared").mkdir()
    (above / "shared/pyproject.toml").write_text('[project]\nname = "shared"\n', "utf-8")
    beside = above / "shared/shared.py"
    beside.write_text("x = 1\n", "utf-8")
    facts = gather_static(root)
    assert outside(facts) == ("../shared/shared.py", "../shared")
    kept(root).keep(assess(facts, root).review, outside=outside(facts))
    assert kept(root).recall() is not None
    beside.write_text("x = 12\n", "utf-8")
    assert kept(root).recall() is None
    facts = gather_static(root)
    kept(root).keep(assess(facts, root).review, outside=outside(facts))
    assert kept(root).recall() is not None
    (above / "shared/later.py").write_text("y = 1\n", "utf-8")
    assert kept(root).recall() is None


def test_a_change_that_keeps_size_and_time_is_seen(root: Path) -> None:
    keep(root)
    before = (root / "main.py").stat()
    (root / "main.py").write_text(APP.replace("root", "boot"), "utf-8")
    os.utime(root / "main.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (root / "main.py").stat().st_size == before.st_size
    assert kept(root).recall() is None


def test_a_commit_makes_a_new_review(root: Path) -> None:
    keep(root)
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)  # noqa: S607
    assert kept(root).recall() is None


def test_another_choice_of_checks_is_another_review(root: Path) -> None:
    keep(root)
    assert kept(root, "ASY001").recall() is None


@pytest.mark.parametrize("data", [b"", b"garbage", b"\x93\x01\x02\x03"])
def test_what_cannot_be_read_counts_as_none(root: Path, data: bytes) -> None:
    keep(root)
    (file,) = (root.parent / "cache" / "reviews").glob("*.review")
    file.write_bytes(data)
    assert kept(root).recall() is None


def test_nothing_is_kept_inside_the_reviewed_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(root / "cache"))
    keep(root)
    assert not (root / "cache").exists()


def test_an_import_is_kept_as_long_as_nothing_is_installed(root: Path, tmp_path: Path) -> None:
    packages = tmp_path / "env" / "lib" / "python3.12" / "site-packages"
    packages.mkdir(parents=True)
    python = tmp_path / "env" / "bin" / "python"
    kept(root).keep(assess(gather_static(root), root).review, str(python))
    assert kept(root).recall() is not None
    (packages / "fastapi").mkdir()
    assert kept(root).recall() is None


def again(root: Path) -> None:
    """As after a checkout: the same content in new files, with other times."""
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        data = file.read_bytes()
        file.unlink()
        file.write_bytes(data)
        os.utime(file, (1, 1))


@pytest.fixture
def reviewed(root: Path) -> Review:
    facts = gather_static(root)
    review = assess(facts, root).review
    kept(root).keep(review, facts=facts)
    return review


def recalled_same(root: Path, *selected: str) -> Review | None:
    return kept(root, *selected).recall_same(gather_static(root))


def test_the_same_content_under_other_times_is_the_same_review(root: Path, reviewed: Review) -> None:
    again(root)
    assert kept(root).recall() is None
    assert recalled_same(root) == reviewed


@pytest.mark.parametrize("name", ["main.py", "Dockerfile", "new.py"])
def test_other_content_is_another_review(root: Path, reviewed: Review, name: str) -> None:
    assert reviewed.findings
    with (root / name).open("a", encoding="utf-8") as file:
        file.write("# a comment\n")
    again(root)
    assert recalled_same(root) is None


def test_a_file_that_is_gone_makes_another_review(root: Path, reviewed: Review) -> None:
    assert reviewed.findings
    (root / "Dockerfile").unlink()
    assert recalled_same(root) is None


def test_other_options_are_another_review_of_the_same_content(root: Path, reviewed: Review) -> None:
    assert reviewed.findings
    assert recalled_same(root, "ASY001") is None


def test_another_fastreview_makes_another_review(root: Path, reviewed: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reviewed.findings
    monkeypatch.setattr("fastreview.kept._own_sources", lambda: iter((b"changed",)))
    assert recalled_same(root) is None


@pytest.mark.parametrize("suffix", ["review", "same"])
@pytest.mark.parametrize("data", [b"", b"garbage", b"\x93\x01\x02\x03"])
def test_what_cannot_be_read_is_not_the_same(root: Path, reviewed: Review, suffix: str, data: bytes) -> None:
    assert reviewed.findings
    (file,) = (root.parent / "cache" / "reviews").glob(f"*.{suffix}")
    file.write_bytes(data)
    assert recalled_same(root) is None


def test_a_review_with_an_import_is_not_recalled_by_static_facts(root: Path) -> None:
    kept(root).keep(assess(gather_static(root), root).review, "/usr/bin/python3")
    assert recalled_same(root) is None


@pytest.mark.parametrize(("until", "recalled"), [("2000-01-01", True), ("2199-01-01", True), ("today", False)])
def test_a_day_that_a_comment_names_makes_a_new_review(
    root: Path, monkeypatch: pytest.MonkeyPatch, until: str, recalled: bool
) -> None:
    """One that has ended stays so, one of a far day too; one whose last day was when the review was made does not."""
    day = datetime.now(UTC).date()
    named = day.isoformat() if until == "today" else until
    comment = f"\nx = 1  # fastreview: ignore[ASY001] a reason until={named}\n"
    (root / "main.py").write_text(APP + comment, "utf-8")
    keep(root)
    if until == "today":

        class Tomorrow(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> "Tomorrow":  # noqa: ARG003
                return cls.fromisoformat(f"{day + timedelta(days=1)}T00:00:00+00:00")

        monkeypatch.setattr("fastreview.kept.datetime", Tomorrow)
    assert (kept(root).recall() is not None) is recalled
