"""The commits of a project, and the project as it was at each of them, in a folder of our own.

The user's repository is only read: what is checked out goes through a repository of ours that borrows its objects, with an
index, a work tree and a HEAD of its own. Its hooks, filters and configuration are not there.
"""

import datetime
import os
from pathlib import Path

from msgspec import Struct

from fastreview.errors import UsageError
from fastreview.gather.discovery import DEPLOYMENT_FOLDERS, repository_of
from fastreview.gather.git import GitUnavailable, git_text

LIST_SECONDS = 60.0
CHECKOUT_SECONDS = 300.0

_PLAIN = (
    "-c", "core.autocrlf=false",
    # Large files stay the pointers that they are in the repository: nothing is fetched.
    "-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false",
    "-c", "gc.auto=0",
)  # fmt: skip


class Commit(Struct, frozen=True):
    """``moment`` is when it was committed, in seconds since 1970."""

    hash: str
    moment: float
    subject: str


class Source(Struct, frozen=True):
    """Where commits come from: ``folder`` is the reviewed root as the repository names it, "" for its top."""

    root: Path
    repository: Path
    folder: str
    objects: Path
    format: str
    shallow: bool
    dirty: bool


def source(path: Path) -> Source:
    """Raises UsageError where there is no git history, with what to do."""
    root = path.expanduser().resolve()
    repository = repository_of(root)
    if not (repository / ".git").exists():
        raise UsageError(f"{path} is in no git repository, so there is no history to replay.")
    try:
        if git_text(repository, "rev-parse", "--verify", "-q", "HEAD^{commit}").strip() == "":
            raise UsageError(f"The repository of {path} has no commit yet.")
        objects = (repository / git_text(repository, "rev-parse", "--git-path", "objects").strip()).resolve()
        format_name = git_text(repository, "rev-parse", "--show-object-format").strip()
        shallow = git_text(repository, "rev-parse", "--is-shallow-repository").strip() == "true"
        changed = git_text(
            root, "status", "--porcelain", "-uno", "--ignore-submodules=all", "--", ".", seconds=LIST_SECONDS
        )
    except GitUnavailable as problem:
        how = f": {problem.how}" if problem.how else ""
        raise UsageError(f"The history of {path} cannot be read: {problem}{how}.") from problem
    folder = "" if root == repository else root.relative_to(repository).as_posix()
    return Source(root, repository, folder, objects, format_name, shallow, bool(changed.strip()))


def commits(of: Source, limit: int, since: datetime.date | None = None) -> tuple[Commit, ...]:
    """At most ``limit`` (0: all) commits of the main line that touch the project, the oldest first."""
    words = ["log", "--first-parent", "--format=%H %ct %s", "--no-show-signature", "--no-color"]
    words += [f"--max-count={limit}"] if limit else []
    words += [f"--since={since.isoformat()}T00:00:00"] if since else []
    try:
        listed = git_text(of.repository, *words, "HEAD", "--", of.folder or ".", seconds=LIST_SECONDS)
    except GitUnavailable as problem:
        raise UsageError(f"The history of {of.root} cannot be read: {problem}.") from problem
    found = (line.split(" ", 2) for line in listed.split("\n") if line)
    return tuple(Commit(parts[0], float(parts[1]), parts[2] if len(parts) > 2 else "") for parts in found)[::-1]


class Replay:
    """The project at one commit after another, below ``folder``, which is its own and empty."""

    def __init__(self, of: Source, folder: Path) -> None:
        # Where nothing else names it, a project is called like its folder.
        self.top = folder / of.repository.name
        self.root = self.top / of.folder if of.folder else self.top
        self.top.mkdir(parents=True)
        git_text(self.top, "init", "-q", "--template=", f"--object-format={of.format}", ".")
        information = self.top / ".git" / "objects" / "info"
        information.mkdir(parents=True, exist_ok=True)
        (information / "alternates").write_bytes(os.fsencode(of.objects) + b"\n")
        self._wanted = _needed(of.folder) if of.folder else ["/*"]
        if of.folder:
            self._narrow()

    def show(self, commit: str) -> bool:
        """Only files that differ from the commit before are written. False where the project is not there yet.

        Raises:
            GitUnavailable: when Python files are missing from the repository, as in a partial clone.
        """
        try:
            self._check_out(commit)
        except GitUnavailable:
            if not self._without_missing(commit):
                raise
            self._check_out(commit)
        return (
            self.root.is_dir() and not self.root.is_symlink() and self.root.resolve().is_relative_to(self.top.resolve())
        )

    def _check_out(self, commit: str) -> None:
        git_text(self.top, *_PLAIN, "reset", "-q", "--hard", commit, seconds=CHECKOUT_SECONDS)

    def _without_missing(self, commit: str) -> bool:
        """Leaves out large files that a partial clone has not fetched; False where that does not help."""
        listed = git_text(
            self.top, "rev-list", "--objects", "--missing=print", "-n", "1", commit, seconds=CHECKOUT_SECONDS
        )
        missing = {line[1:] for line in listed.split("\n") if line.startswith("?")}
        entries = (entry.partition("\t") for entry in git_text(self.top, "ls-tree", "-r", "-z", commit).split("\0"))
        paths = [path for about, _, path in entries if about.rpartition(" ")[2] in missing]
        new = [line for path in paths if (line := f"!/{_literal(path)}") not in self._wanted]
        if not new or any(path.endswith(".py") or "\n" in path for path in paths):
            return False
        self._wanted += new
        self._narrow()
        return True

    def _narrow(self) -> None:
        git_text(self.top, "config", "core.sparseCheckout", "true")
        patterns = self.top / ".git" / "info" / "sparse-checkout"
        patterns.parent.mkdir(exist_ok=True)
        patterns.write_text("\n".join(self._wanted) + "\n", "utf-8")


def _needed(folder: str) -> list[str]:
    """The project, and of the folders above it what says how it is built and run."""
    parts = folder.split("/")
    lines: list[str] = []
    for depth in range(len(parts)):
        above = "/".join(["", *map(_literal, parts[:depth])])
        lines += [f"{above}/*", f"!{above}/*/", *(f"{above}/{name}/" for name in sorted(DEPLOYMENT_FOLDERS))]
    return [*lines, f"/{'/'.join(map(_literal, parts))}/"]


def _literal(name: str) -> str:
    return "".join(f"\\{character}" if character in "*?[]\\!# " else character for character in name)
