"""The samples are projects of their own: their tests pass, in a copy, with their own configuration."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.mark.parametrize("name", ["junior", "intermediate", "senior"])
def test_the_tests_of_a_sample_pass(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    shutil.copytree(SAMPLES / name, folder, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    # CI gives the senior sample a PostgreSQL; without one its database tests are left to its own pipeline.
    database = os.environ.get("TEST_DATABASE_URL")
    selected = ["-m", "not postgres"] if name == "senior" and not database else []
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_", "PYTHONPATH"))}
    environment["PYTHONPATH"] = os.pathsep.join([str(folder / "src"), str(folder)])
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *selected],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert "passed" in run.stdout
