"""What changed since a commit: files and lines of the work tree, as git tells them. Nothing of the repository runs."""

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from fastreview.gather.discovery import repository_of
from fastreview.gather.export import commit_of
from fastreview.gather.git import GitUnavailable, git_text, run_git, without_filters

SECONDS = 60
WHOLE = (0, 1 << 30)

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(r'\\([abtnvfr"\\]|[0-7]{3})')
_LETTERS = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


class Changes(Struct, frozen=True):
    """``base`` is the commit that counts; ``lines`` maps a path, relative to the reviewed folder, to ranges of changed lines.
    ``count`` are lines added and removed."""

    base: str
    lines: dict[str, tuple[tuple[int, int], ...]]
    count: int

    def touch(self, path: str, first: int, last: int) -> bool:
        """Whether a line from ``first`` to ``last`` changed; line 0 is the file as a whole."""
        ranges = self.lines.get(path, ())
        return bool(ranges) and (not first or any(start <= max(first, last) and first <= end for start, end in ranges))


def changes_since(folder: Path, revision: str) -> Changes:
    """What is different in the work tree from where its branch left ``revision``.

    Raises:
        GitUnavailable: without a repository or git, or for an unknown revision.
    """
    root = folder.expanduser().resolve()
    repository = repository_of(root)
    commit = commit_of(root, revision)
    try:
        base = git_text(repository, "merge-base", commit, "HEAD").strip()
    except GitUnavailable:
        base = commit  # a shallow clone, or histories without a common commit
    patch = git_text(
        repository, *without_filters(repository), "-c", "core.quotePath=false", "diff", "--no-ext-diff", "--no-textconv",
        "--no-color", "--unified=0", "--find-renames", "--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/",
        base, "--",
        seconds=SECONDS,
    )  # fmt: skip
    new = run_git(repository, "ls-files", "--others", "--exclude-standard", "-z", seconds=SECONDS).split(b"\0")
    below = root.relative_to(repository).as_posix()
    lines = dict(_changed(patch)) | {os.fsdecode(name): (WHOLE,) for name in new if name}
    count = sum(line.startswith(("+", "-")) and not line.startswith(("+++ ", "--- ")) for line in patch.split("\n"))
    count += sum(_length(repository / os.fsdecode(name)) for name in new if name)
    return Changes(base, {posixpath.relpath(path, below): ranges for path, ranges in lines.items()}, count)


def _length(file: Path) -> int:
    try:
        return file.read_bytes()[:5_000_000].count(b"\n")
    except OSError:
        return 0


def _changed(patch: str) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    path = ""
    ranges: list[tuple[int, int]] = []
    for line in patch.split("\n"):
        if line.startswith("diff --git "):
            if path:
                yield path, tuple(ranges)
            path, ranges = "", []
        elif line.startswith("+++ ") and not ranges and line != "+++ /dev/null":
            path = _name(line[4:]).removeprefix("b/")
        elif hunk := _HUNK.match(line):
            start, length = int(hunk[1]), int(hunk[2] or 1)
            # Where lines were only taken away, the ones around the gap are what changed.
            ranges.append((start, start + length - 1) if length else (start, start + 1))
    if path:
        yield path, tuple(ranges)


def _name(text: str) -> str:
    """A path as git writes it in a patch: in quotes with C's escapes where it holds unusual characters."""
    text = text.rstrip("\t")
    if not text.startswith('"'):
        return text
    return _ESCAPE.sub(lambda found: _LETTERS.get(found[1]) or chr(int(found[1], 8)), text.strip('"'))
