"""A commit of a repository as a folder of its own, made without touching the repository: no checkout, no hooks, no filters.

The blobs are written as they are stored. A repository beside them borrows the objects of the first one, so that git answers
there as it would after a checkout.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from msgspec import Struct

from fastreview.gather.discovery import repository_of
from fastreview.gather.git import GitUnavailable, run_git

SECONDS = 120
MAX_FILE = 10_000_000
"""Bytes; nothing that a review reads is larger."""
AT_ONCE = 64_000_000
"""Bytes asked of git in one go."""

_NOT_FOUND = "there is no such commit; in a shallow clone, fetch more of the history"


class _Entry(Struct, frozen=True):
    mode: str
    oid: str
    size: int
    path: str


def commit_of(folder: Path, revision: str) -> str:
    """The commit that ``revision`` names in the repository of ``folder``.

    Raises:
        GitUnavailable: without a repository, without git, or when nothing is called so.
    """
    root = folder.expanduser().resolve()
    if not (repository_of(root) / ".git").exists():
        raise GitUnavailable("not a git repository")
    return _commit(root, revision)


def _commit(root: Path, revision: str) -> str:
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    try:
        return run_git(root, *asked).decode().strip()
    except GitUnavailable as problem:
        if problem.how:
            raise
        raise GitUnavailable(f'"{revision}": {_NOT_FOUND}') from None


@contextmanager
def exported(folder: Path, revision: str) -> Iterator[Path]:
    """``folder`` as it was at ``revision``, inside a temporary copy of its repository that is removed at the end.

    Raises:
        GitUnavailable: without a repository or git, for an unknown revision, a folder that was not there, or objects that
            are missing in a partial clone.
    """
    root = folder.expanduser().resolve()
    commit = commit_of(root, revision)
    repository = repository_of(root)
    with TemporaryDirectory(prefix="fastreview-") as temporary:
        target = Path(temporary).resolve() / repository.name
        target.mkdir()
        _write(repository, list(_entries(repository, commit)), target)
        _git_folder(repository, target, commit)
        within = target / root.relative_to(repository)
        if not within.is_dir():
            raise GitUnavailable(f"{root.name} is not there at {revision}")
        yield within


def _entries(repository: Path, commit: str) -> Iterator[_Entry]:
    listing = run_git(repository, "ls-tree", "-r", "-z", "--long", "--full-tree", commit, seconds=SECONDS)
    for line in listing.split(b"\0"):
        about, _, name = line.partition(b"\t")
        if name:
            mode, kind, oid, size = about.decode().split()
            path = os.fsdecode(name)
            if kind == "blob" and int(size) <= MAX_FILE and _is_inside(path):
                yield _Entry(mode, oid, int(size), path)


def _is_inside(path: str) -> bool:
    """Git refuses such paths, but whoever writes a tree by hand need not."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and not {"..", ".git"} & {part.lower() for part in parts}


def _write(repository: Path, entries: Sequence[_Entry], target: Path) -> None:
    files = [entry for entry in entries if entry.mode != "120000"]
    for portion in _portions(files):
        for entry, data in zip(portion, _contents(repository, portion), strict=True):
            file = target / entry.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            if entry.mode == "100755":
                file.chmod(0o755)
    # Last, so that no file is written through one of them.
    links = [entry for entry in entries if entry.mode == "120000"]
    for entry, data in zip(links, _contents(repository, links), strict=True):
        link = target / entry.path
        link.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(link) and b"\0" not in data:
            link.symlink_to(os.fsdecode(data))


def _portions(entries: Sequence[_Entry]) -> Iterator[list[_Entry]]:
    portion: list[_Entry] = []
    size = 0
    for entry in entries:
        if portion and size + entry.size > AT_ONCE:
            yield portion
            portion, size = [], 0
        portion.append(entry)
        size += entry.size
    if portion:
        yield portion


def _contents(repository: Path, entries: Sequence[_Entry]) -> Iterator[bytes]:
    """In their order."""
    if not entries:
        return
    asked = "".join(f"{entry.oid}\n" for entry in entries).encode()
    answer = run_git(repository, "cat-file", "--batch", given=asked, seconds=SECONDS)
    position = 0
    for _ in entries:
        end = answer.index(b"\n", position)
        parts = answer[position:end].split()
        if len(parts) != 3:
            raise GitUnavailable("objects of that commit are missing", "fetch them: git fetch --refetch")
        size = int(parts[2])
        yield answer[end + 1 : end + 1 + size]
        position = end + 2 + size


def _git_folder(repository: Path, target: Path, commit: str) -> None:
    objects = run_git(repository, "rev-parse", "--git-path", "objects").decode().rstrip("\n")
    names = run_git(repository, "rev-parse", "--show-object-format").decode().strip()
    run_git(target, "init", "--quiet", "--template=", f"--object-format={names}")
    alternates = target / ".git" / "objects" / "info" / "alternates"
    alternates.parent.mkdir(parents=True, exist_ok=True)
    alternates.write_bytes(os.fsencode(str((repository / objects).resolve())) + b"\n")
    (target / ".git" / "HEAD").write_text(f"{commit}\n", "utf-8")
    run_git(target, "read-tree", "HEAD", seconds=SECONDS)
