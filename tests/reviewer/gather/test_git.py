import os
import subprocess
from pathlib import Path

import pytest

from fastreview.gather.git import GitUnavailable, git_facts


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    command = ["git", *identity, *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "service"
    (root / "deploy").mkdir(parents=True)
    git(root, "init", "-q")
    for path in ("main.py", ".env", ".env.example", "deploy/prod.env", ".env.production"):
        (root / path).write_text("A=1\n", "utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    return root


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_commit_and_committed_environment_files(repository: Path) -> None:
    facts = git_facts(repository, repository)
    assert facts.commit == git(repository, "rev-parse", "HEAD")
    assert not facts.dirty
    assert facts.tracked_environment_files == (".env", ".env.production", "deploy/prod.env")


def test_changes_make_it_dirty_below_the_reviewed_folder_only(repository: Path) -> None:
    (repository / "main.py").write_text("changed = 1\n", "utf-8")
    assert git_facts(repository, repository).dirty
    facts = git_facts(repository / "deploy", repository)
    assert not facts.dirty
    assert facts.tracked_environment_files == ("prod.env",)


def test_nothing_in_the_repository_changes_and_nothing_in_it_runs(repository: Path) -> None:
    trap = repository.parent / "ran"
    script = repository.parent / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\ncat\n", "utf-8")
    script.chmod(0o755)
    for name in ("core.fsmonitor", "filter.trap.clean", "filter.trap.process", "core.sshCommand", "diff.external"):
        git(repository, "config", name, str(script))
    (repository / ".gitattributes").write_text("* filter=trap\n", "utf-8")
    hook = repository / ".git" / "hooks" / "post-index-change"
    hook.write_text(script.read_text("utf-8"), "utf-8")
    hook.chmod(0o755)
    # Same content, other time: git has to look into the file, through the filter if it is let.
    os.utime(repository / "main.py", (1, 1))
    before = snapshot(repository)
    git_facts(repository, repository)
    assert not trap.exists()
    assert snapshot(repository) == before


def test_an_empty_repository_has_no_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert git_facts(tmp_path, tmp_path).commit == ""


def test_without_a_repository_or_git_it_says_why(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GitUnavailable, match="not a git repository"):
        git_facts(repository / "deploy", repository / "deploy")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(GitUnavailable, match="git is not installed"):
        git_facts(repository, repository)


def test_a_broken_repository_is_no_error(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere\n", "utf-8")
    with pytest.raises(GitUnavailable):
        git_facts(tmp_path, tmp_path)
