"""fastreview as a process among others: closed streams, readers that leave, signals, narrow encodings."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .test_bad_input import APP, PROCESSES, project

FASTREVIEW = f"{sys.executable} -m fastreview"
SECONDS = 60


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path / "cache"))
    return project(tmp_path / "service", {"main.py": APP})


@pytest.mark.parametrize(
    "closed",
    ["{0} --static >&-", "{0} --static >&- 2>&-", "{0} --static <&- >/dev/null", "{0} --static -o {0}.json >&-"],
)
def test_closed_streams_cost_nothing(service: Path, closed: str) -> None:
    done = shell(f"{FASTREVIEW} {closed.format(service)}")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_stream_does_not_hide_the_exit_code(service: Path) -> None:
    assert shell(f"{FASTREVIEW} {service}/missing 2>&-").returncode == 2


@pytest.mark.parametrize("options", ["", "--format json", "-o {}.json"])
def test_the_gate_is_not_lost_with_the_reader(service: Path, options: str) -> None:
    """`head` may leave before or after the report is written: the gate counts in both cases."""
    command = f"{FASTREVIEW} {service} --static --fail-on below-senior {options.format(service)}"
    done = shell(f"{command} | true")
    assert done.returncode == 1
    assert done.stderr == "fastreview: Gate below-senior: the code is proven junior, not senior.\n"


@pytest.mark.parametrize("command", ["explain ASY001", "checks", "score {} --static --explain"])
def test_a_reader_that_leaves_is_no_failure(service: Path, command: str) -> None:
    done = shell(f"{FASTREVIEW} {command.format(service)} | true")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["explain ASY001", "checks", "score {} --static --explain", "{} --static"])
def test_an_encoding_without_the_signs_is_no_failure(service: Path, command: str) -> None:
    done = shell(f"{FASTREVIEW} {command.format(service)}", PYTHONIOENCODING="ascii", TERM="dumb")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def test_who_is_killed_outright_leaves_nothing_running(tmp_path: Path) -> None:
    root = project(tmp_path / "service", {"main.py": "import time\ntime.sleep(600)\n" + APP})
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "fastreview", str(root), "--no-cache", "-q"],
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    deadline = time.monotonic() + SECONDS
    while not list(scratch.glob("*/control/request.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait(SECONDS)
    while str(scratch) in running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert str(scratch) not in running()


def running() -> str:
    return subprocess.run(PROCESSES, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_is_stopped_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, code: int) -> None:
    root = project(tmp_path / "service", {"main.py": "import time\ntime.sleep(600)\n" + APP})
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "fastreview", str(root), "--no-cache"],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + SECONDS
    while not list(scratch.glob("*/control/request.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == code
    assert out == ""
    assert "Traceback" not in err
    assert list(scratch.iterdir()) == []
    assert str(scratch) not in running()
