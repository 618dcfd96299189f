"""A commit as a folder of its own, and nothing of the repository touched."""

import os
import subprocess
from pathlib import Path

import pytest

from fastreview.gather.export import exported
from fastreview.gather.git import GitUnavailable, git_facts


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S607
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits; a filter and a hook that would leave traces; a work tree that is neither of them."""
    root = tmp_path / "shop"
    (root / "service").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    (root / "service" / "main.py").write_text("first = 1\n", "utf-8")
    (root / "service" / "run.sh").write_text("#!/bin/sh\n", "utf-8")
    (root / "service" / "run.sh").chmod(0o755)
    (root / "service" / "link.py").symlink_to("main.py")
    (root / ".gitattributes").write_text("*.py filter=spy\n", "utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    (root / "service" / "main.py").write_text("second = 2\n", "utf-8")
    git(root, "commit", "-q", "-am", "second")
    for name in ("smudge", "clean"):
        git(root, "config", f"filter.spy.{name}", f"touch {tmp_path}/spied; cat")
    hook = root / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n", "utf-8")
    hook.chmod(0o755)
    (root / "service" / "main.py").write_text("third = 3\n", "utf-8")
    return root


def state(root: Path) -> dict[str, tuple[int, int]]:
    return {str(p): (p.lstat().st_mtime_ns, p.lstat().st_size) for p in sorted(root.rglob("*"))}


def test_a_commit_is_written_out_and_the_repository_is_as_it_was(repository: Path, tmp_path: Path) -> None:
    before = state(repository)
    with exported(repository / "service", "HEAD~1") as folder:
        assert (folder / "main.py").read_text("utf-8") == "first = 1\n"
        assert os.access(folder / "run.sh", os.X_OK)
        assert (folder / "link.py").readlink() == Path("main.py")
        facts = git_facts(folder, folder.parent)
        assert (facts.commit, facts.dirty) == (git(repository, "rev-parse", "HEAD~1"), False)
        kept = folder
    assert not kept.exists()
    assert state(repository) == before
    assert not (tmp_path / "spied").exists()
    assert not (tmp_path / "hooked").exists()


@pytest.mark.parametrize("revision", ["nope", "--help", "HEAD~9", "", "-x"])
def test_unknown_revisions_are_said(repository: Path, revision: str) -> None:
    with pytest.raises(GitUnavailable, match="no such commit"), exported(repository, revision):
        pass


def test_a_folder_that_was_not_there_yet(repository: Path) -> None:
    (repository / "later").mkdir()
    with pytest.raises(GitUnavailable, match="later is not there at HEAD"), exported(repository / "later", "HEAD"):
        pass


def test_without_a_repository(tmp_path: Path) -> None:
    with pytest.raises(GitUnavailable, match="not a git repository"), exported(tmp_path, "HEAD"):
        pass


def test_work_trees_and_shallow_clones(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"), "HEAD")
    with exported(tmp_path / "tree", "HEAD~1") as folder:
        assert (folder / "service" / "main.py").read_text("utf-8") == "first = 1\n"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    with exported(tmp_path / "shallow", "HEAD") as folder:
        assert (folder / "service" / "main.py").read_text("utf-8") == "second = 2\n"
    with pytest.raises(GitUnavailable, match="shallow"), exported(tmp_path / "shallow", "HEAD~1"):
        pass
