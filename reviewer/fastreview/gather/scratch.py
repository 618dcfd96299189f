"""A copy of the project in which its import may write as it likes; the original is only read."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

MAX_BYTES = 50_000_000
MAX_FILE_BYTES = 10_000_000
MAX_FILES = 20_000
"""Files beyond these limits are not copied but linked to; the sandbox refuses writes through the links."""

_LEFT_OUT = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "__pycache__",
        "node_modules",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".nox",
    }
)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder of our own, removed in the end whatever was left in it."""
    folder = Path(tempfile.mkdtemp(prefix="fastreview-")).resolve()
    try:
        yield folder
    finally:
        _remove(folder)


def copy_project(root: Path, target: Path) -> None:
    """Copy ``root`` to ``target`` without repositories, environments and caches. Unreadable entries are left out."""
    budget = _Budget()
    target.mkdir(parents=True)
    pending = [(root, target)]
    while pending:
        source, goal = pending.pop()
        try:
            entries = sorted(os.scandir(source), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            to = goal / entry.name
            try:
                if entry.is_symlink():
                    to.symlink_to(_link_target(Path(entry.path), root, target))
                elif entry.is_dir():
                    if entry.name not in _LEFT_OUT and not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                        to.mkdir()
                        pending.append((Path(entry.path), to))
                elif entry.is_file():
                    budget.copy_or_link(entry, to)
            except OSError:
                continue


def write_missing(copy: Path, contents: Mapping[str, str]) -> None:
    """Writes files (path below ``copy``, text) that the project's build would have made, where there are none."""
    for below, text in contents.items():
        folder = (copy / below).parent
        # A folder of the copy may be a link to one of the project.
        if folder.is_dir() and folder.resolve().is_relative_to(copy.resolve()):
            with suppress(OSError), (folder.resolve() / Path(below).name).open("x", encoding="utf-8") as file:
                file.write(text)


class _Budget:
    """How much was copied so far."""

    def __init__(self) -> None:
        self.files = 0
        self.bytes = 0

    def copy_or_link(self, entry: os.DirEntry[str], to: Path) -> None:
        information = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(information.st_mode):
            return
        size = information.st_size
        if size > MAX_FILE_BYTES or self.bytes + size > MAX_BYTES or self.files >= MAX_FILES:
            to.symlink_to(os.path.abspath(entry.path))
            return
        self.files += 1
        self.bytes += size
        shutil.copyfile(entry.path, to)


def _link_target(link: Path, root: Path, copy: Path) -> str:
    """Where the copied link points: links inside the project stay inside the copy, others point to the original."""
    text = os.readlink(link)
    resolved = Path(os.path.normpath(link.parent / text))
    if resolved.is_relative_to(root):
        return str(copy / resolved.relative_to(root))
    return str(resolved)


def _remove(folder: Path) -> None:
    # Folders that the project made unreadable are opened again before they are removed.
    for path, _, _ in os.walk(folder):
        try:
            os.chmod(path, 0o700)
        except OSError:
            continue
    shutil.rmtree(folder, ignore_errors=True)
