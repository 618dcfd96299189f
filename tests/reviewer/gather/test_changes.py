"""What changed since a commit."""

from pathlib import Path

import pytest

from fastreview.gather.changes import WHOLE, changes_since
from fastreview.gather.git import GitUnavailable

from .test_export import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "service").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "diff.noprefix", "true")
    for name in ("a.py", "b.py", "c.py", 'wü"eird.py'):
        (root / "service" / name).write_text("".join(f"{name}{n} = {n}\n" for n in range(1, 31)), "utf-8")
    (root / "above.txt").write_text("one\n", "utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    git(root, "checkout", "-q", "-b", "feature")
    return root


def edit(file: Path, line: int, *new: str) -> None:
    lines = file.read_text("utf-8").splitlines()
    lines[line - 1 : line] = new
    file.write_text("\n".join(lines) + "\n", "utf-8")


def test_lines_of_the_branch_and_of_the_work_tree(repository: Path) -> None:
    service = repository / "service"
    edit(service / "a.py", 5, "five", "and more")
    edit(service / 'wü"eird.py', 1, "first")
    git(repository, "commit", "-qam", "branch")
    git(repository, "mv", "service/b.py", "service/moved.py")
    edit(service / "moved.py", 10)
    (service / "new.py").write_text("x = 1\n", "utf-8")
    (repository / "above.txt").write_text("two\n", "utf-8")
    found = changes_since(service, "main")
    assert found.lines == {
        "../above.txt": ((1, 1),),
        "a.py": ((5, 6),),
        "moved.py": ((9, 10),),
        "new.py": (WHOLE,),
        'wü"eird.py': ((1, 1),),
    }
    assert found.count == 2 + 3 + 2 + 1 + 1
    assert found.touch("a.py", 1, 5)
    assert found.touch("a.py", 0, 0)
    assert not found.touch("a.py", 7, 9)
    assert not found.touch("c.py", 0, 0)


def test_what_main_did_meanwhile_is_not_the_branch(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "-q", "main")
    edit(repository / "service" / "c.py", 3, "main's own")
    git(repository, "commit", "-qam", "main goes on")
    git(repository, "checkout", "-q", "feature")
    found = changes_since(repository, "main")
    assert (found.base, found.lines, found.count) == (base, {}, 0)


def test_an_unknown_commit(repository: Path) -> None:
    with pytest.raises(GitUnavailable, match="no such commit"):
        changes_since(repository, "nope")
