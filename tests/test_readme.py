"""What the README says is so: the help it shows, and the two commands."""

import os
import re
import subprocess
import sys
from pathlib import Path

from fastreview.gate import GATES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def help_of(*command: str) -> str:
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "fastreview", *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return "\n".join(line.rstrip() for line in run.stdout.strip().splitlines())


def test_the_help_is_the_help() -> None:
    (block,) = re.findall(r"<!-- help:begin -->\n```console\n(.*?)\n```\n<!-- help:end -->", README, re.DOTALL)
    shown = "\n".join(line.rstrip() for line in block.splitlines())
    assert shown == f"$ fastreview --help\n{help_of()}\n\n$ fastreview review --help\n{help_of('review')}"


def test_the_commands_are_targets() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in ("demo", "test", "check", "bench"):
        assert f"make {target}" in README
        assert re.search(rf"^(?:\w+ )*{target}(?: \w+)*:", makefile, re.MULTILINE)
    assert "make --no-print-directory test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_files_for_ci_are_there_and_name_gates_that_there_are() -> None:
    (section,) = re.findall(r"### In CI\n(.*?)\n### ", README, re.DOTALL)
    named = set(re.findall(r"\.ci/examples/[\w.-]+", section))
    assert named == {f".ci/examples/{file.name}" for file in (ROOT / ".ci" / "examples").iterdir()}
    for file in named:
        assert re.search(r"OWNER/fastreview", (ROOT / file).read_text("utf-8"))
        assert "COMMIT" in (ROOT / file).read_text("utf-8")
    for gates in re.findall(r"(?:--fail-on|fail-on:) ([\w,-]+)|`((?:never|below)-\w+)`", section):
        assert set("".join(gates).split(",")) <= set(GATES)
