"""From a path to what is to be read: regular files only, below one root, with everything left out accounted for.

Folders that no author writes by hand are left out by what they are (a virtual environment has a ``pyvenv.cfg``), not
by ``.gitignore``: that file says what is not committed, which is another question. Projects inside the project are
read as part of it.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from fastreview.errors import UsageError
from fastreview.facts import LeftOut
from fastreview.patterns import path_pattern

MAX_FILES = 200_000
MAX_PYTHON_FILES = 20_000
MAX_DEPTH = 40
MAX_LEVELS_UP = 8
"""Folders above the root in which a repository is looked for."""
MAX_LEFT_OUT = 200
EXCLUDED = "excluded by the project's configuration"

# Written by tools about the project: not worth a line in any report.
_SILENT = frozenset(
    (
        ".git", ".hg", ".svn", ".jj", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis",
        ".import_linter_cache", ".pytype", ".pyre", ".ipynb_checkpoints", ".idea", ".cache",
    )
)  # fmt: skip
_REASONS = {
    **dict.fromkeys(("node_modules", "bower_components", ".pnpm-store", ".yarn"), "JavaScript packages"),
    **dict.fromkeys((".tox", ".nox", ".venv", ".conda"), "virtual environment"),
    **dict.fromkeys(("site-packages", "dist-packages", "__pypackages__", ".eggs"), "installed packages"),
    **dict.fromkeys(("vendor", "_vendor", "vendored", "third_party", "third-party"), "vendored code"),
    **dict.fromkeys((".next", ".nuxt", "htmlcov", ".terraform", ".serverless", ".aws-sam"), "build output"),
}
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")

# Folders above a service that hold what is about it; other folders there are its neighbours.
DEPLOYMENT_FOLDERS = frozenset(
    [
        ".azure",
        ".azure-pipelines",
        ".azuredevops",
        ".buildkite",
        ".ci",
        ".circleci",
        ".docker",
        ".github",
        ".gitlab",
        ".gitlab-ci",
        ".k8s",
        ".kube",
        ".semaphore",
        ".tekton",
        ".woodpecker",
        "argocd",
        "azure-pipelines",
        "build",
        "chart",
        "charts",
        "ci",
        "compose",
        "deploy",
        "deployment",
        "deployments",
        "devops",
        "docker",
        "environments",
        "gitops",
        "helm",
        "infra",
        "infrastructure",
        "k8s",
        "kube",
        "kubernetes",
        "kustomize",
        "manifests",
        "ops",
        "scripts",
    ]
)


class Discovered(Struct, frozen=True):
    """What there is to read. Paths are relative to ``root`` with "/", sorted.

    ``listing`` also holds files above the root, up to the repository's, as ``../name``; ``python`` is a part of it and
    lies below the root.
    """

    name: str
    root: Path
    repository: Path
    listing: tuple[str, ...]
    python: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def way_up(self) -> str:
        """From the root to the repository: "." or "../.."."""
        return os.path.relpath(self.repository, self.root).replace(os.sep, "/")

    @property
    def way_down(self) -> str:
        """From the repository to the root: "" or "backend/api"."""
        way = os.path.relpath(self.root, self.repository).replace(os.sep, "/")
        return "" if way == "." else way


def discover(path: Path, exclude: Sequence[str] = ()) -> Discovered:
    """Looks at folders and names only; opens no file but ``pyproject.toml``. ``exclude`` are path patterns.

    Raises:
        UsageError: when ``path`` is not a folder that can be listed.
    """
    root = _folder(path)
    repository = repository_of(root)
    walk = _Walk(root, [path_pattern(pattern) for pattern in exclude])
    walk.run()
    listing = (*sorted(walk.files), *_above(root, repository))
    return Discovered(
        project_name(root),
        root,
        repository,
        listing,
        tuple(path for path in listing if path.endswith(".py") and not path.startswith("../")),
        walk.accounted(),
    )


def _folder(path: Path) -> Path:
    try:
        root = path.expanduser().resolve(strict=True)
        if not root.is_dir():
            raise UsageError(f"{path} is not a folder. Name the folder that holds the project.")
        with os.scandir(root):
            return root
    except FileNotFoundError:
        raise UsageError(f"There is no folder {path}. Name the folder that holds the project.") from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path} cannot be opened: {reason}.") from error


def repository_of(root: Path) -> Path:
    """The nearest folder, from ``root`` upwards, that holds ``.git``; in a copy without one the nearest that holds workflows
    of GitHub, as only the top of a repository does, or is the workspace of uv that ``root`` is a member of; else the root.
    Never the home folder or above."""
    home = _home()
    copied: Path | None = None
    above: list[Path] = []
    for level, folder in enumerate((root, *root.parents)):
        if folder.parent == folder or level > MAX_LEVELS_UP or (folder == home and folder != root):
            break
        if (folder / ".git").exists():
            return folder
        if copied is None and (folder / ".github" / "workflows").is_dir():
            copied = folder
        above.append(folder)
    return copied or next((folder for folder in above[1:] if _has_member(folder, root)), root)


def _has_member(folder: Path, root: Path) -> bool:
    """Whether ``folder`` is a workspace of uv, and ``root`` one of its members or a folder of one."""
    table: object = _pyproject(folder)
    for key in ("tool", "uv", "workspace", "members"):
        table = table.get(key) if isinstance(table, dict) else None
    members = table
    parts = root.relative_to(folder).parts
    ways = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    patterns = [member for member in members if isinstance(member, str)] if isinstance(members, list) else []
    return any(path_pattern(pattern).match(way) for pattern in patterns[:100] for way in ways)


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except (RuntimeError, OSError):
        return None


def project_name(root: Path) -> str:
    """The name in ``pyproject.toml``, else the folder's."""
    table = _pyproject(root)
    tool = table.get("tool")
    for section in (table.get("project"), tool.get("poetry") if isinstance(tool, dict) else None):
        if isinstance(section, dict) and isinstance(name := section.get("name"), str) and name.strip():
            return name.strip()[:100]
    return _readable(root.name)[:100] or "project"


def _pyproject(folder: Path) -> dict[str, object]:
    """What ``pyproject.toml`` of a folder says; empty where there is none, or it cannot be read."""
    import tomllib

    try:
        handle = os.open(folder / "pyproject.toml", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                return tomllib.loads(file.read(1_000_000).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        pass
    return {}


class _Walk:
    """One pass over the folders below the root; symbolic links to folders are not followed, so it ends."""

    def __init__(self, root: Path, excluded: Sequence[re.Pattern[str]]) -> None:
        self.root = str(root)
        self.excluded = excluded
        self.files: list[str] = []
        self.left_out: list[LeftOut] = []
        self.python = 0

    def run(self) -> None:
        pending = [("", 0)]
        while pending:
            folder, depth = pending.pop()
            try:
                with os.scandir(os.path.join(self.root, folder)) as entries:
                    found = list(entries)
            except OSError as error:
                self.leave(folder, f"cannot be opened: {error.strerror}")
                continue
            names = {entry.name for entry in found}
            prefix = f"{folder}/" if folder else ""
            for entry in found:
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False) and _is_text(entry.name):
                    if self.enters(path, entry.name, names, depth):
                        pending.append((path, depth + 1))
                else:
                    self.file(entry, path)

    def enters(self, path: str, name: str, siblings: set[str], depth: int) -> bool:
        if name in _SILENT:
            return False
        reason = EXCLUDED if self.excludes(path) else self.reason(path, name, siblings)
        if not reason and depth >= MAX_DEPTH:
            reason = f"more than {MAX_DEPTH} folders deep"
        if reason:
            self.leave(path, reason)
        return not reason

    def file(self, entry: "os.DirEntry[str]", path: str) -> None:
        if not _is_text(entry.name):
            self.leave(_readable(path), "its name is not UTF-8")
        elif self.excludes(path):
            self.leave(path, EXCLUDED)
        elif entry.is_symlink():
            self.link(path)
        elif entry.is_file(follow_symlinks=False):
            self.take(path)
        elif entry.name.endswith(".py"):
            self.leave(path, "not a regular file")

    def excludes(self, path: str) -> bool:
        return any(pattern.match(path) for pattern in self.excluded)

    def take(self, path: str) -> None:
        if len(self.files) >= MAX_FILES:
            self.leave(path, f"beyond the limit of {MAX_FILES:,} files")
        elif path.endswith(".py"):
            self.python += 1
            if self.python > MAX_PYTHON_FILES:
                self.leave(path, f"beyond the limit of {MAX_PYTHON_FILES:,} Python files")
            else:
                self.files.append(path)
        else:
            self.files.append(path)

    def link(self, path: str) -> None:
        """A linked configuration file is read; linked Python inside the root is read where it stands, once."""
        target = os.path.realpath(os.path.join(self.root, path))
        inside = target.startswith(self.root.rstrip(os.sep) + os.sep)
        if os.path.isdir(target):
            self.leave(path, "symbolic link to a folder")
        elif not inside and path.endswith(".py"):
            self.leave(path, "symbolic link out of the project")
        elif inside and not path.endswith(".py") and os.path.isfile(target):
            self.take(path)

    def leave(self, path: str, why: str) -> None:
        self.left_out.append(LeftOut(path or ".", why))

    def reason(self, path: str, name: str, siblings: set[str]) -> str:
        """Why the folder is left out, or ""."""
        if name in _REASONS:
            return _REASONS[name]
        if name.endswith((".egg-info", ".dist-info")):
            return "package metadata"
        full = os.path.join(self.root, path)
        if os.path.lexists(os.path.join(full, "pyvenv.cfg")) or os.path.isdir(os.path.join(full, "conda-meta")):
            return "virtual environment"
        if name in ("build", "dist") and any(file in siblings for file in _PROJECT_FILES):
            return "" if os.path.exists(os.path.join(full, "__init__.py")) else "build output"
        return ""

    def accounted(self) -> tuple[LeftOut, ...]:
        ordered = sorted(self.left_out, key=lambda left: left.path)
        more = len(ordered) - MAX_LEFT_OUT
        if more > 0:
            return (*ordered[:MAX_LEFT_OUT], LeftOut("…", f"and {more:,} more"))
        return tuple(ordered)


def _above(root: Path, repository: Path) -> Iterator[str]:
    """Files in the folders above the root, up to the repository, and in those of their folders that deploy services."""
    if repository == root:
        return
    folder, prefix = root.parent, "../"
    while True:
        yield from sorted(_deployment_files(str(folder), prefix))
        if folder in (repository, folder.parent):
            return
        folder, prefix = folder.parent, prefix + "../"


def _deployment_files(base: str, prefix: str) -> Iterable[str]:
    pending = [("", 0)]
    seen = 0
    while pending:
        folder, depth = pending.pop()
        try:
            with os.scandir(os.path.join(base, folder)) as entries:
                found = list(entries)
        except OSError:
            continue
        for entry in found:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not _is_text(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if (depth or entry.name in DEPLOYMENT_FOLDERS) and depth < 5 and entry.name not in _SILENT:
                    pending.append((path, depth + 1))
            elif entry.is_file(follow_symlinks=False):
                seen += 1
                if seen > MAX_FILES // 10:
                    return
                yield prefix + path


def _is_text(name: str) -> bool:
    return name.isascii() or _readable(name) == name


def _readable(name: str) -> str:
    """Names that are not UTF-8 come from the system with lone surrogates, which no document can hold."""
    return name.encode("utf-8", "replace").decode("utf-8")
