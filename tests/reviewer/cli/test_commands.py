import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fastreview import __version__
from fastreview.cli import documents
from fastreview.cli.commands import COMMANDS
from fastreview.cli.printing import printable

from .conftest import Run

JUNIOR = Path(__file__).parents[3] / "samples" / "junior"


def test_help_lists_every_command(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert all(f"  {name}" in ran.out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Run, command: str) -> None:
    ran = run(command, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: fastreview {command} ")


def test_version(run: Run) -> None:
    assert run("--version").out == f"fastreview {__version__}\n"


def test_checks_lists_the_catalogue(run: Run) -> None:
    listed = run("checks").out
    catalogue = json.loads(run("checks", "--json").out)
    assert {"code", "slug", "title", "dimension", "level", "kind", "weight"} <= set(catalogue[0])
    assert all(check["code"] in listed for check in catalogue)


@pytest.mark.parametrize("name", ["ASY001", "asy001", "blocking-call"])
def test_explain_shows_a_page(run: Run, name: str) -> None:
    ran = run("explain", name)
    assert ran.code == 0
    assert "ASY001 blocking-call" in ran.out
    assert "Improve" in ran.out


@pytest.mark.parametrize("name", ["ASY999", "async", "nonsense"])
def test_explain_takes_one_check(run: Run, name: str) -> None:
    ran = run("explain", name)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1


def test_score_shows_the_arithmetic(run: Run) -> None:
    short = run("score", JUNIOR, "--static").out
    long = run("score", JUNIOR, "--static", "--explain").out
    assert len(short.splitlines()) == 1
    assert long.startswith(short)
    assert "ASY001" in long


def test_render_makes_other_formats_of_a_review(run: Run, tmp_path: Path) -> None:
    run(JUNIOR, "--static", "-q", "-o", tmp_path / "r.json", "-o", tmp_path / "a.html")
    assert run("render", tmp_path / "r.json", "-o", tmp_path / "b.html") == (0, "", "")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_the_schema_describes_the_review(run: Run, tmp_path: Path) -> None:
    import jsonschema

    schema = json.loads(run("render", "--schema").out)
    run(JUNIOR, "--static", "-q", "-o", tmp_path / "r.json")
    jsonschema.validate(json.loads((tmp_path / "r.json").read_bytes()), schema)


@pytest.mark.parametrize("content", ["", "{}", "[1]", "\x00", '{"schema": "fastreview/9"}'])
def test_render_refuses_what_is_no_review(run: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "r.json").write_text(content, "utf-8")
    ran = run("render", tmp_path / "r.json")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert "r.json cannot be used" in ran.err


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a file without an end")
def test_render_reads_no_more_than_a_review(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 1000)
    ran = run("render", "/dev/zero")
    assert (ran.code, ran.err) == (2, "fastreview: /dev/zero is too large to be a review.\n")


@pytest.mark.parametrize("arguments", [["revew", "."], ["exlain", "ASY001"], ["newcheck"]])
def test_a_misspelt_command_is_not_taken_for_a_folder(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert "Did you mean" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["/no/such.json"]])
def test_render_needs_a_review(run: Run, arguments: list[str]) -> None:
    assert run("render", *arguments).code == 2


def test_what_is_printed_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[2Jb\r\u202e\udce9\nc") == "a\\x1b[2Jb\\r\\u202e\\udce9 c"
    assert len(printable("x" * 5000)) == 1000


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], ["rich", "jinja2", "libcst", "weasyprint", "fastapi"]),
        (
            [str(JUNIOR), "--static", "-q", "-o", "/dev/null/x"],
            ["fastreview.gather.facts", "fastreview.gather.discovery", "rich"],
        ),
    ],
)
def test_commands_import_only_what_they_need(arguments: list[str], unwanted: list[str]) -> None:
    code = "import sys\nfrom fastreview.cli import main\n"
    code += "try:\n    main(sys.argv[1:])\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    imported = set(done.stderr.split())
    assert imported.isdisjoint(unwanted)


def test_help_is_quick() -> None:
    """0.13 s on an idle machine; the bound leaves room for a busy one."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "fastreview", "--help"], capture_output=True, check=True)
    assert time.perf_counter() - start < 2


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -m fastreview checks --json | head -c 10"
    done = subprocess.run(["/bin/bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
