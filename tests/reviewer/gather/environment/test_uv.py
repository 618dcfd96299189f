"""Running uv within bounds, and one clear sentence for each of its refusals."""

import os
import time
from pathlib import Path

import pytest

from fastreview.gather.environment.uv import Done, Uv, failure


def uv(tmp_path: Path, script: str, seconds: float = 30) -> Uv:
    path = tmp_path / "fake-uv"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return Uv(str(path), tmp_path, seconds, {"PATH": "/usr/bin:/bin", "SECRET_KEY": "x", "UV_INDEX_URL": "kept"})


def ended(pid: int) -> bool:
    """Whether the process is gone within a second: whoever inherits it clears it away when it can."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_environment_is_scrubbed(tmp_path: Path) -> None:
    done = uv(tmp_path, "env").run(seconds=10)

    assert done.ok
    assert "UV_INDEX_URL=kept" in done.output
    assert "UV_PYTHON_DOWNLOADS=never" in done.output
    assert "SECRET_KEY" not in done.output


def test_what_takes_too_long_is_stopped_as_a_group(tmp_path: Path) -> None:
    started = time.monotonic()
    done = uv(tmp_path, "sleep 60 & echo $! >child; wait").run(seconds=0.5)

    assert time.monotonic() - started < 10
    assert failure(done).kind == "time"
    assert ended(int((tmp_path / "child").read_text()))


def test_full_disk_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastreview.gather.environment.uv.FREE_BYTES", 1 << 62)

    refused = failure(uv(tmp_path, "sleep 60").run(seconds=20))

    assert (refused.kind, refused.reason) == ("disk", "there is not enough disk space for the project's packages")


def test_uv_that_cannot_be_run(tmp_path: Path) -> None:
    done = Uv(str(tmp_path / "none"), tmp_path, 30, {}).run("version", seconds=10)

    assert done.stopped == "uv cannot be run: No such file or directory"


NO_SOLUTION = "error: No solution found when resolving dependencies\n  cause: "


@pytest.mark.parametrize(
    ("errors", "kind", "name", "reason"),
    [
        (
            "error: Request failed after 3 retries\n  cause: Failed to fetch: https://index.invalid/simple/fastapi/",
            "network", "", "the package index could not be reached",
        ),
        (
            f"{NO_SOLUTION}Because our-lib was not found in the package registry and you require our-lib, we can",
            "missing", "our-lib", "the package index does not have our-lib",
        ),
        (
            f"{NO_SOLUTION}Because there is no version of fastapi==99.0 and you require fastapi==99.0, we can",
            "absent", "fastapi", "the package index does not have the version of fastapi that is asked for",
        ),
        (
            f"{NO_SOLUTION}Because pydantic-core==2.5.0 has no usable wheels and you require pydantic-core==2.5.0, we",
            "source", "pydantic-core", "pydantic-core has no wheel for this Python",
        ),
        (
            f"{NO_SOLUTION}Because all versions of cursor have no usable wheels and you require cursor, we can conclude",
            "source", "cursor", "cursor has no wheel for this Python",
        ),
        (
            f"{NO_SOLUTION}Because pywin32==311 has no source distribution and you require pywin32==311, we can",
            "missing", "pywin32", "pywin32 is not made for this platform",
        ),
        (
            f"{NO_SOLUTION}Because only ta-lib<=0.4 is available and you require ta-lib>=0.6, we can conclude",
            "absent", "ta-lib", "the package index does not have the version of ta-lib that is asked for",
        ),
        (
            f"{NO_SOLUTION}Because you require fastapi==0.68.0 and you require pydantic==2.5.0, we can conclude",
            "conflict", "", "the versions asked for exclude one another: fastapi, pydantic",
        ),
        (
            "error: Failed to build `psycopg2==2.8`\n  Error: pg_config executable not found.",
            "system", "psycopg2", "psycopg2 has to be built, and its build failed: it needs PostgreSQL's headers",
        ),
        (
            "error: Failed to build `uwsgi==2.0.20`\n  cause: error: command 'gcc' failed: No such file or directory",
            "system", "uwsgi", "uwsgi has to be built, and its build failed: there is no C compiler",
        ),
        (
            "error: Failed to build `old==1`\n  ModuleNotFoundError: No module named 'distutils'",
            "build", "old", "old has to be built, and its build failed: it is written for an older Python",
        ),
        (
            "error: failed to write to file `/root/.cache/uv/x`: No space left on device (os error 28)",
            "disk", "", "there is not enough disk space for the project's packages",
        ),
        ("error: something at https://index.invalid/x broke", "other", "", "something at an address broke"),
        ("", "other", "", "uv failed without a reason"),
    ],
)  # fmt: skip
def test_refusals(errors: str, kind: str, name: str, reason: str) -> None:
    refused = failure(Done(1, "", errors))

    assert (refused.kind, refused.name, refused.reason) == (kind, name, reason)
