"""Modules of other packages of the same repository that the service runs: those it imports from.

A service of a monorepo keeps its database, settings or base classes in a package beside it: one that it declares, or one
that lies in a folder above it and that only the module path of the deployment leads to. Of such a package only the modules
count that the service imports, directly or through one another: the rest belongs to others.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from fastreview.facts.files import FileFacts
from fastreview.facts.source import Import, ModuleFacts
from fastreview.gather.discovery import Discovered
from fastreview.gather.source import gather_source
from fastreview.patterns import path_pattern

MAX_FILES = 1_000

_TESTING = re.compile(r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:conftest|test_\w+)\.py$")


class Beside(Struct, frozen=True):
    """``roots`` are the import roots of ``modules``; both are relative to the reviewed root and start with "../"."""

    modules: tuple[ModuleFacts, ...] = ()
    roots: tuple[str, ...] = ()


def beside(
    found: Discovered,
    modules: Sequence[ModuleFacts],
    files: FileFacts,
    roots: Sequence[str],
    exclude: Sequence[str] = (),
) -> Beside:
    """What of the repository's other packages ``modules`` import."""
    if found.repository == found.root:
        return Beside()
    # Most services stand alone: only those in a larger repository pay for looking around.
    from fastreview.gather.environment.local import local_folders, without_local
    from fastreview.gather.files.reading import Reader
    from fastreview.gather.files.requirement_text import normalised

    root, repository = found.root.resolve(), found.repository.resolve()
    folders = local_folders(Reader(root, repository), root, repository, files.locks)
    _, packages = without_local(files.requirements, root, repository, folders, normalised(found.name))
    declared = tuple(
        folder
        for package in packages
        if not package.folder.is_relative_to(root) and not root.is_relative_to(package.folder)
        for folder in package.roots
    )
    own = _own(modules, roots)
    # What the module path leads to comes after what is installed.
    installed = (
        frozenset(normalised(one.name).replace("-", "_") for one in files.requirements) | sys.stdlib_module_names
    )
    above = _above(modules, root, repository, own | installed)
    outside = {**dict.fromkeys(above, installed), **dict.fromkeys(declared, frozenset[str]())}
    if not outside:
        return Beside()
    search = _Search(root, repository, outside, own, [path_pattern(one) for one in exclude])
    reached = search.from_(modules)
    return Beside(reached, tuple(_relative(folder, root) for folder in outside)) if reached else Beside()


def _above(modules: Sequence[ModuleFacts], root: Path, repository: Path, known: frozenset[str]) -> Iterator[Path]:
    """Folders above ``root`` that hold a module which is imported and none of the ``known``."""
    sought = {
        (one.module, one.name)
        for module in modules
        if not _TESTING.search(module.path)
        for one in module.imports
        if not one.level and one.module.partition(".")[0] not in known
    }
    folders = [folder for folder in root.parents if folder.is_relative_to(repository)]
    return (folder for folder in folders if any(_holds(folder, *one) for one in sought))


def _holds(folder: Path, module: str, name: str) -> bool:
    """Whether ``module``, or ``name`` in it where that is a folder without a module of its own, is a file below ``folder``."""
    place = folder.joinpath(*module.split("."))
    if (place / "__init__.py").is_file() or place.with_name(f"{place.name}.py").is_file():
        return True
    return bool(name) and (place / f"{name}.py").is_file()


def _own(modules: Sequence[ModuleFacts], roots: Sequence[str]) -> frozenset[str]:
    """What the project's own modules and packages are called, by every import root."""
    names: set[str] = set()
    for module in modules:
        for root in roots:
            inner = module.path if root == "." else module.path.removeprefix(f"{root}/")
            if root == "." or inner != module.path:
                names.add(inner.partition("/")[0].removesuffix(".py"))
    return frozenset(names)


class _Search:
    """``outside`` are folders to search, each with the names that stand for something else there."""

    def __init__(
        self,
        root: Path,
        repository: Path,
        outside: Mapping[Path, frozenset[str]],
        own: frozenset[str],
        excluded: Sequence[re.Pattern[str]],
    ) -> None:
        self._root = root
        self._repository = repository
        self._outside = outside
        self._own = own
        self._excluded = excluded
        self._known: dict[str, None] = {}

    def from_(self, modules: Sequence[ModuleFacts]) -> tuple[ModuleFacts, ...]:
        """Every module that is reached from the service's own, its tests aside."""
        reached: list[ModuleFacts] = []
        fresh: Sequence[ModuleFacts] = [module for module in modules if not _TESTING.search(module.path)]
        while fresh:
            before = len(self._known)
            for module in fresh:
                home = (self._root / module.path).parent
                for one in module.imports:
                    self._look(one, home if module.path.startswith("../") else None)
            fresh = gather_source(self._root, tuple(self._known)[before:], cache=False)
            reached += fresh
        return tuple(sorted(reached, key=lambda module: module.path))

    def _look(self, one: Import, home: Path | None) -> None:
        """``home`` is the folder of an importing module of another package; the service's own are read already."""
        parts = [part for part in one.module.split(".") if part]
        if one.level:
            above = (home, *home.parents) if home is not None else ()
            if one.level <= len(above):
                self._take(above[one.level - 1], [*parts, one.name])
        elif parts and (home is not None or parts[0] not in self._own):
            for folder, others in self._outside.items():
                if parts[0] not in others:
                    self._take(folder, [*parts, one.name])

    def _take(self, base: Path, parts: Sequence[str]) -> None:
        """Every file that runs when ``base`` / ``parts`` is imported; the last part may be a name in the module before it."""
        for length in range(1, len(parts) + 1):
            folder = base.joinpath(*parts[:length])
            for file in (folder / "__init__.py", folder.with_name(f"{folder.name}.py")):
                if parts[length - 1] and len(self._known) < MAX_FILES and self._is_read(file):
                    self._known[_relative(file, self._root)] = None

    def _is_read(self, file: Path) -> bool:
        if not file.is_file() or file.is_symlink():
            return False
        real = Path(os.path.realpath(file))
        path = _relative(file, self._root)
        return (
            real.is_relative_to(self._repository)
            and not real.is_relative_to(self._root)
            and path.startswith("../")
            and not _TESTING.search(path)
            and not any(pattern.match(path) for pattern in self._excluded)
        )


def _relative(path: Path, root: Path) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")
