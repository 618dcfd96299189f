"""Packages of the same repository that the project builds on, and the project as a package: where their code lies.

None of them is built or installed. Their folders become import roots, their requirements the project's.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from msgspec import Struct

from fastreview.facts.files import LockFile, Requirement
from fastreview.gather.environment.locked import local_packages
from fastreview.gather.files.packaging import packaging
from fastreview.gather.files.places import places
from fastreview.gather.files.plain import table, text, texts
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.requirement_text import normalised

MAX_MEMBERS = 400


class LocalPackage(Struct, frozen=True):
    """``folder`` is absolute; ``roots`` are the folders its modules are imported from, absolute too."""

    name: str
    folder: Path
    roots: tuple[Path, ...]
    requirements: tuple[Requirement, ...]


def local_folders(reader: Reader, root: Path, repository: Path, locks: tuple[LockFile, ...]) -> dict[str, Path]:
    """Folders of the repository by the name of the package they hold: of workspaces, lock files, path sources."""
    found: dict[str, Path] = {}
    for lock in locks:
        home = (root / lock.path).parent
        for name, folder in local_packages(reader, lock).items():
            found.setdefault(name, _inside(home / folder, repository))
    for above in (root, *root.parents):
        if not above.is_relative_to(repository):
            break
        data = reader.toml(os.path.relpath(above / "pyproject.toml", root)) if _has_project(above) else None
        uv = table(data or {}, "tool", "uv")
        for name, source in table(uv, "sources").items():
            if isinstance(path := table(source).get("path"), str):
                found.setdefault(normalised(name), _inside(above / path, repository))
        workspace = table(uv, "workspace")
        patterns = (
            *texts(workspace.get("members")),
            *texts(table(data or {}, "tool", "rye", "workspace").get("members")),
        )
        for member in _members(above, patterns):
            if name := _name(reader, member, root):
                found.setdefault(name, _inside(member, repository))
    return {name: folder for name, folder in found.items() if folder != Path() and folder.is_dir()}


def neighbours(imported: Iterable[str], root: Path, repository: Path) -> dict[str, Path]:
    """Folders of the repository, by the name under which the code of ``root`` imports from them.

    ``imported`` are dotted names of modules that the project does not have. A folder counts where it stands beside the
    project or a folder above it, or one level deeper, and holds the second part of such a name too: ``shared.models`` is
    ``../shared/models.py``, ``jobs.schemas`` may be ``../../apps/jobs/schemas.py``.
    """
    around = [above for above in root.parents if above.is_relative_to(repository)]
    found: dict[str, Path] = {}
    for module in imported:
        name, _, rest = module.partition(".")
        second = rest.partition(".")[0]
        if second and name not in found:
            folders = (folder / name for above in around for folder in (above, *_folders(above)))
            holding = next((folder for folder in folders if _holds(folder, second)), None)
            if holding is not None:
                found[name] = holding
    return found


def _folders(above: Path) -> list[Path]:
    with os.scandir(above) as entries:
        plain = [one for one in islice(entries, MAX_MEMBERS) if one.is_dir(follow_symlinks=False)]
    return sorted(Path(one.path) for one in plain if not one.name.startswith(".") and one.name != "node_modules")


def _holds(folder: Path, module: str) -> bool:
    return not folder.is_symlink() and ((folder / module).is_dir() or (folder / f"{module}.py").is_file())


def described(name: str, folder: Path, repository: Path) -> LocalPackage:
    """What the local package ``name`` needs, and from where it is imported."""
    reader = Reader(folder, repository)
    listing = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    declared = packaging(reader, places(listing))
    return LocalPackage(name, folder, _roots(folder), declared.requirements)


def without_local(
    chosen: Sequence[Requirement], root: Path, repository: Path, folders: Mapping[str, Path], name: str
) -> tuple[list[Requirement], list[LocalPackage]]:
    """Requirements of the package index, and packages of the repository with those that they build on."""
    kept: list[Requirement] = []
    local: dict[str, LocalPackage] = {}
    pending = [(one, root) for one in chosen]
    while pending:
        one, home = pending.pop(0)
        folder = folders.get(one.name) or _path_source(one, home, repository)
        if one.name == name or one.name in local:
            continue
        if folder is None:
            if home == root:
                kept.append(one)
            continue
        if folder != root and len(local) < 40:
            local[one.name] = package = described(one.name, folder, repository)
            pending += [(inner, folder) for inner in package.requirements if not inner.group]
    return kept, list(local.values())


def _path_source(one: Requirement, home: Path, repository: Path) -> Path | None:
    source = one.specifier.removeprefix("@").strip() if one.specifier.startswith("@") else ""
    source = source.removeprefix("file://").removeprefix("file:")
    if not source or "://" in source or source.startswith("git@"):
        return None
    folder = Path(os.path.realpath(home / source))
    return folder if folder.is_relative_to(repository) and folder.is_dir() else None


def _roots(folder: Path) -> tuple[Path, ...]:
    found = [folder / "src"] if (folder / "src").is_dir() and not (folder / "src/__init__.py").exists() else []
    return (*found, folder)


def _has_project(folder: Path) -> bool:
    return (folder / "pyproject.toml").is_file()


def _inside(folder: Path, repository: Path) -> Path:
    """The folder, or the empty path where it lies outside of the repository."""
    folder = Path(os.path.realpath(folder))
    return folder if folder.is_relative_to(repository) else Path()


def _members(above: Path, patterns: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for pattern in patterns[:20]:
        if re.search(r"\*\*|\.\.", pattern) or pattern.startswith("/"):
            continue
        try:
            found += [path for path in above.glob(pattern.rstrip("/")) if _has_project(path)][:MAX_MEMBERS]
        except (OSError, ValueError, IndexError, NotImplementedError):
            # Such as "." and "": no folder below this one.
            continue
    return found[:MAX_MEMBERS]


def _name(reader: Reader, folder: Path, root: Path) -> str:
    data = reader.toml(os.path.relpath(folder / "pyproject.toml", root)) or {}
    name = text(table(data, "project").get("name")) or text(table(data, "tool", "poetry").get("name"))
    return normalised(name) if name else ""
