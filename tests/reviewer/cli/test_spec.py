"""`fastreview spec`: on the terminal, into files, and the scaffold that never writes over anything."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.reviewer.cli.conftest import Run

JUNIOR = Path(__file__).parents[3] / "samples" / "junior"


@pytest.fixture(autouse=True)
def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locking asks a package index."""
    monkeypatch.setattr("fastreview.gather.environment.uv.find_uv", lambda: "")


def test_the_terminal_shows_all_of_it_at_80_columns(run: Run) -> None:
    result = run("spec", JUNIOR, "--static", "--domain", "tickets")
    assert result.code == 0
    for heading in ("Rules", "Data model", "Endpoints", "Constraints", "Milestones", "Accepted when"):
        assert f"\n{heading} ─" in result.out
    assert all(len(line) <= 80 for line in result.out.splitlines())


def test_markdown_json_and_pdf(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / f"SPEC{suffix}" for suffix in (".md", ".json", ".pdf")]
    options = [part for file in files for part in ("-o", file)]
    assert run("spec", JUNIOR, "--static", "--seed", "3", *options).code == 0
    text, data, pdf = (file.read_bytes() for file in files)
    assert text.startswith(b"# ")
    assert b"No global state. Everything injected." in text
    assert json.loads(data)["seed"] == 3
    assert pdf.startswith(b"%PDF")
    assert run("spec", JUNIOR, "--static", "--seed", "3", "--format", "markdown").out.encode() == text


def test_the_scaffold_passes_its_own_test(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("pydantic_settings")
    folder = tmp_path / "new"
    result = run("spec", JUNIOR, "--static", "--domain", "parcels", "--scaffold", folder)
    assert result.code == 0
    assert "not locked (uv is not installed)" in result.err
    assert "# Parcel tracking" in (folder / "SPEC.md").read_text()
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_a_folder_with_anything_in_it_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    result = run("spec", JUNIOR, "--static", "--scaffold", tmp_path)
    assert result.code == 2
    assert "is not empty" in result.err
    assert [file.name for file in tmp_path.iterdir() if file.name != "cache"] == ["kept.txt"]
    assert run("spec", JUNIOR, "--static", "--scaffold", tmp_path / "kept.txt").code == 2
    assert run("spec", JUNIOR, "--static", "--scaffold", tmp_path / "no" / "such").code == 2


@pytest.mark.parametrize(
    "wrong", [("--domain", "hospital"), ("-o", "spec.docx"), ("--format", "pdf"), ("--seed", "many")]
)
def test_what_cannot_be_done_is_said_before_anything_is_read(run: Run, wrong: tuple[str, str]) -> None:
    result = run("spec", JUNIOR, *wrong)
    assert result.code == 2
    assert result.err
    assert not result.out


def test_the_gate_unmet_never_takes_the_undecided_for_done(run: Run) -> None:
    assert run(JUNIOR, "--static", "--select", "COR006", "--fail-on", "unmet", "-q").code == 0
    failed = run(JUNIOR, "--static", "--select", "COR006,TYP003,TYP005", "--fail-on", "unmet", "-q")
    assert failed.code == 1
    assert "TYP003 (no-type-checker)" in failed.err
    assert "TYP005 (type-errors, unknown)" in failed.err
    none = run(JUNIOR, "--static", "--select", "ASY018", "--fail-on", "unmet", "-q")
    assert (none.code, "none of the checks applies yet" in none.err) == (1, True)
