import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from fastreview.review import Review, decode


class Ran(NamedTuple):
    """A whole process: exit code, standard output and error, and the review it wrote, if any."""

    code: int
    out: str
    err: str
    review: Review | None


Fastreview = Callable[..., Ran]

SECONDS = 120


def state_of(root: Path) -> dict[str, tuple[int, str]]:
    """Everything in a folder: kind and mode of each entry, and its content; links and FIFOs are not opened."""
    found: dict[str, tuple[int, str]] = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            status = os.lstat(path)
            content = ""
            if stat.S_ISREG(status.st_mode):
                content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            elif stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)
            found[path] = (status.st_mode, content)
    return found


@pytest.fixture
def fastreview(tmp_path_factory: pytest.TempPathFactory) -> Fastreview:
    """Reviews a folder in a process of its own, with ``-o review.json``; the folder must be the same afterwards."""
    work = tmp_path_factory.mktemp("work")

    def fastreview(root: Path, *options: str) -> Ran:
        before = state_of(root)
        report = work / "review.json"
        report.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "fastreview", "review", str(root), "-o", str(report), *options],
            env={**os.environ, "FASTREVIEW_CACHE_DIR": str(work / "cache"), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            cwd=work,
            check=False,
        )
        assert state_of(root) == before, "the reviewed folder changed"
        review = decode(report.read_bytes()) if report.exists() else None
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode(), review)

    return fastreview
