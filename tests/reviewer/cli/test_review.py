import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fastreview.cli import output
from fastreview.gate import absolute
from fastreview.review import Review, decode

from .conftest import Run

JUNIOR = Path(__file__).parents[3] / "samples" / "junior"


@pytest.fixture(scope="module")
def document() -> bytes:
    """The static review of the junior sample."""
    from fastreview.gather.facts import gather_static
    from fastreview.pipeline import assess
    from fastreview.review import encode

    return encode(assess(gather_static(JUNIOR), JUNIOR).review)


def changed(document: bytes, change: Callable[[dict[str, object]], None]) -> Review:
    content = json.loads(document)
    change(content)
    return decode(json.dumps(content).encode())


@pytest.mark.parametrize("start", [[], ["review"]])
def test_a_folder_is_reviewed_with_and_without_the_command(run: Run, tmp_path: Path, start: list[str]) -> None:
    ran = run(*start, JUNIOR, "--static", "-o", tmp_path / "review.json")
    assert ran.code == 0
    assert ran.err == ""
    assert "(proven)" in ran.out
    review = decode((tmp_path / "review.json").read_bytes())
    assert review.project.name == "stockroom"
    assert len(review.routes) > 10
    assert {side.what: side.state for side in review.gathered}["app"] == "off"


def test_the_current_folder_is_the_default(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(JUNIOR)
    ran = run("--static", "--format", "json")
    assert ran.code == 0
    assert decode(ran.out.encode()).project.name == "stockroom"


def test_a_folder_called_like_a_command(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "explain").mkdir()
    (tmp_path / "explain" / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    ran = run("./explain", "--static", "--format", "json")
    assert decode(ran.out.encode()).project.name == "explain"


def test_several_reports_at_once(run: Run, tmp_path: Path) -> None:
    ran = run(JUNIOR, "--static", "-q", "-o", tmp_path / "a.json", "-o", tmp_path / "a.html", "-o", tmp_path / "a.md")
    assert ran == (0, "", "")
    assert all((tmp_path / name).stat().st_size > 1000 for name in ("a.json", "a.html", "a.md"))


def test_the_terminal_report_is_the_default(run: Run) -> None:
    ran = run(JUNIOR, "--static")
    assert ran.code == 0
    assert "stockroom" in ran.out
    assert "\x1b" not in ran.out
    assert max(len(line) for line in ran.out.splitlines()) <= 80


def test_dash_is_standard_output(run: Run, tmp_path: Path) -> None:
    ran = run(JUNIOR, "--static", "-o", "-", "--format", "json", "-o", tmp_path / "r.json")
    assert ran.code == 0
    assert decode(ran.out.encode()) == decode((tmp_path / "r.json").read_bytes())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "report.docx"], "does not end like a report"),
        (["-o", "report"], "does not end like a report"),
        (["-o", "no/such/folder/r.json"], "There is no folder"),
        (["-o", ""], '"" does not end like a report'),
        (["--save-facts", "no/such/folder/facts"], "There is no folder"),
        (["--format", "docx"], 'There is no format "docx"'),
        (["--fail-on", "always"], 'There is no gate "always"'),
    ],
)
def test_mistakes_are_told_before_any_work(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.setattr("fastreview.gather.facts.gather", None)
    ran = run(JUNIOR, "--static", *arguments)
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--app"], ["--select", "NOPE99"]])
def test_unknown_options_and_checks_are_usage_errors(run: Run, arguments: list[str]) -> None:
    ran = run(JUNIOR, "--static", *arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_one_report_that_cannot_be_written_does_not_cost_the_others(run: Run, tmp_path: Path) -> None:
    def fail(_: Review) -> bytes:
        raise OSError(28, "No space left on device")

    (json_format,) = (entry for entry in output.formats() if entry.name == "json")
    broken = type("Broken", (), {"name": "html", "suffixes": (".html",), "render": staticmethod(fail), "text": True})()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "formats", lambda: (json_format, broken))
        ran = run(JUNIOR, "--static", "-q", "-o", tmp_path / "r.html", "-o", tmp_path / "r.json")
    assert ran.code == 2
    assert "r.html cannot be written: No space left on device" in ran.err
    decode((tmp_path / "r.json").read_bytes())


def test_only_what_was_written_is_said_to_be(run: Run, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "replace", _refuse_html)
        ran = run(JUNIOR, "--static", "-o", tmp_path / "r.html", "-o", tmp_path / "r.json")
    assert ran.code == 2
    assert ran.out.endswith(f"\nWrote {tmp_path / 'r.json'}.\n")


def _refuse_html(file: Path, _: bytes) -> None:
    if file.suffix == ".html":
        raise OSError(28, "No space left on device")


def test_facts_that_cannot_be_kept_cost_no_report(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = tmp_path / "facts"
    write_bytes = Path.write_bytes

    def refuse(self: Path, data: bytes) -> int:
        if self == facts:
            raise OSError(28, "No space left on device")
        return write_bytes(self, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    ran = run(JUNIOR, "--static", "-q", "-o", tmp_path / "r.json", "--save-facts", facts)
    assert (ran.code, ran.err) == (2, f"fastreview: {facts} cannot be written: No space left on device.\n")
    decode((tmp_path / "r.json").read_bytes())


def test_an_older_report_is_replaced_in_one_step_and_keeps_its_mode(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    report.write_text("older", "utf-8")
    report.chmod(0o640)
    assert run(JUNIOR, "--static", "-q", "-o", report).code == 0
    assert report.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == ["r.json"]


def test_the_same_project_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        run(JUNIOR, "--static", "-q", "-o", tmp_path / name)

    def timeless(name: str) -> object:
        content = json.loads((tmp_path / name).read_bytes())
        for side in content["gathered"]:
            side["seconds"] = 0
        return content

    assert json.dumps(timeless("a.json")) == json.dumps(timeless("b.json"))


def test_saved_facts_give_the_same_review(run: Run, tmp_path: Path) -> None:
    run(JUNIOR, "--static", "-q", "-o", tmp_path / "a.json", "--save-facts", tmp_path / "facts")
    ran = run("--from-facts", tmp_path / "facts", "-q", "-o", tmp_path / "b.json")
    assert ran == (0, "", "")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_select_and_ignore_switch_checks_off(run: Run) -> None:
    ran = run(JUNIOR, "--static", "--format", "json", "--select", "async,architecture", "--ignore", "ASY001")
    states = {outcome.check: outcome.state for outcome in decode(ran.out.encode()).outcomes}
    assert states["ASY001"] == "off"
    assert all(state == "off" for check, state in states.items() if check[:3] not in ("ASY", "ARC"))


def test_excerpts_show_the_lines_of_findings(document: bytes) -> None:
    review = decode(document)
    shown = [finding for finding in review.findings if finding.excerpt]
    assert shown
    for finding in shown:
        assert finding.excerpt
        lines = (JUNIOR / finding.path).read_text("utf-8").splitlines()
        line = finding.excerpt.lines[finding.line - finding.excerpt.first]
        # Lines at which a secret was found are shown without its value: see test_excerpts.
        assert line == lines[finding.line - 1] or "…" in line


def test_gates(document: bytes, run: Run) -> None:
    def never(content: dict[str, object]) -> None:
        outcomes = content["outcomes"]
        assert isinstance(outcomes, list)
        outcomes[0].update(kind="never", state="not-met")

    review = decode(document)
    assert review.level.proven == "junior"
    assert "not senior" in absolute("below-senior", review).sentence
    assert "never-event" in absolute("never-event", changed(document, never)).sentence
    assert run(JUNIOR, "--static", "-q", "--format", "json", "--fail-on", "below-staff").code == 1
    assert run(JUNIOR, "--static", "-q", "--format", "json", "--fail-on", "never").code == 0


@pytest.mark.parametrize("path", ["/no/such/folder", __file__])
def test_what_is_not_a_folder_is_a_usage_error(run: Run, path: str) -> None:
    ran = run(path)
    assert ran.code == 2
    assert "folder" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_our_own_bugs_are_sentences_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("odd \x1b[31m thing")

    monkeypatch.setattr("fastreview.pipeline.assess", fail)
    ran = run(JUNIOR, "--static")
    assert ran.code == 2
    assert "fastreview itself failed (ValueError: odd \\x1b[31m thing)" in ran.err
    assert "Traceback" not in ran.err
    assert "Traceback" in run(JUNIOR, "--static", "-v").err


def test_progress_stays_off_where_nobody_watches(run: Run) -> None:
    assert run(JUNIOR, "--static").err == ""


def test_the_summary_says_that_the_app_was_not_imported(run: Run, tmp_path: Path) -> None:
    service = tmp_path / "service"
    service.mkdir()
    (service / "main.py").write_text("from fastapi import FastAPI\nraise ValueError('no')\napp = FastAPI()\n", "utf-8")
    ran = run(service, "-o", tmp_path / "r.json")
    assert ran.code == 0
    assert "\nThe app was not imported: Importing main raised ValueError: no (main.py:2)\n" in ran.out
