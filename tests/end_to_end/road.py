"""The road from the junior to the senior sample as a git repository. `python tests/end_to_end/road.py FOLDER` builds it.

Each stop is a commit of what a sample holds, at first without the parts that a team adds last.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples"
STOPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Stockroom, first version", "junior", ("tests",)),
    ("A few tests", "junior", ()),
    ("Services, migrations and settings", "intermediate", ("tests", ".github")),
    ("Tests, and CI that runs them", "intermediate", ()),
    ("Units of work, events and an async stack", "senior", ("tests", ".github", "deploy")),
    ("Tests on every layer", "senior", (".github", "deploy")),
    ("CI enforces types, boundaries and contracts; manifests", "senior", ()),
)
"""What the commit says, the sample, and the folders that it still lacks."""


def build(folder: Path) -> Path:
    """Makes the repository in ``folder``, one commit a month, and returns it."""
    _git(folder, "init", "-q", "-b", "main")
    for month, (message, sample, lacking) in enumerate(STOPS, 1):
        for old in folder.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        ignored = shutil.ignore_patterns(
            *lacking, "__pycache__", ".*_cache", ".venv", ".hypothesis", "*.db", ".coverage"
        )
        shutil.copytree(SAMPLES / sample, folder, dirs_exist_ok=True, ignore=ignored)
        _git(folder, "add", "-A")
        _git(folder, "commit", "-q", "--no-verify", "-m", message, date=f"2026-{month:02}-01T12:00:00+00:00")
    return folder


def _git(folder: Path, *arguments: str, date: str = "2026-01-01T12:00:00+00:00") -> None:
    names = {
        f"GIT_{who}_{what}": f"{what.lower()}@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "-C", folder, *arguments], check=True, env={**os.environ, **names, **dates})  # noqa: S607


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True)
    build(target)
