"""Environment files, and whether git has them."""

import subprocess
from pathlib import Path

import pytest

from fastreview.gather.files.environments import assignments, is_environment_file

from .conftest import Gather


def test_assignments() -> None:
    text = "# c\nexport A=1 # why\nB='x # y'\nC=\"q\"\nD=\nbroken\nURL=http://h/#a\n"
    assert assignments(text) == (
        ("A", "1", 2),
        ("B", "x # y", 3),
        ("C", "q", 4),
        ("D", "", 5),
        ("URL", "http://h/#a", 7),
    )


def test_names() -> None:
    for name in (".env", ".env.local", ".env.example", "prod.env", "env.example", "dev.auth.env", ".envrc"):
        assert is_environment_file(name), name
    for name in ("env.py", "environment.yml", "env", ".env.py", "env.sh", "myenvs", "vite-env.d.ts"):
        assert not is_environment_file(name), name


def test_without_git_what_is_not_ignored_counts_as_committed(gather: Gather) -> None:
    facts = gather(
        {
            ".gitignore": ".env*\n!.env.example\n/only-here/*.env\n",
            ".env": "A=1\n",
            ".env.example": "A=\n",
            "only-here/x.env": "A=1\n",
            "sub/.gitignore": "!.env\n",
            "sub/.env": "A=1\n",
        }
    )
    assert {found.path: (found.example, found.committed) for found in facts.environments} == {
        ".env": (False, False),
        ".env.example": (True, True),
        "only-here/x.env": (False, False),
        "sub/.env": (False, True),
    }


@pytest.mark.parametrize("version", [2, 4])
def test_with_git_its_index_decides(gather: Gather, tmp_path: Path, version: int) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["/usr/bin/env", "git", "-C", str(tmp_path), *arguments], check=True, capture_output=True)

    (tmp_path / ".env").write_text("A=1\n")
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / ".env.prod").write_text("A=1\n")
    git("init", "-q")
    git("add", ".env", "service/.env.prod")
    git("update-index", "--index-version", str(version))
    (tmp_path / "service" / ".env.local").write_text("A=1\n")
    facts = gather({}, "service")
    assert {found.path: found.committed for found in facts.environments} == {
        "../.env": True,
        ".env.prod": True,
        ".env.local": False,
    }
