"""What the project needs to be imported: from everything it declares to one list of requirements."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed

from fastreview.facts.files import FileFacts, Requirement
from fastreview.gather.distributions import distribution, distribution_name, from_conda
from fastreview.gather.environment.local import LocalPackage, described, local_folders, neighbours, without_local
from fastreview.gather.environment.locked import pins
from fastreview.gather.environment.metadata import Metadata, metadata
from fastreview.gather.environment.specifiers import pep440
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.requirement_text import normalised

MAX_REQUIREMENTS = 1_500

_FRAMEWORK = frozenset(("fastapi", "fastapi-slim", "starlette"))
# What nobody needs to import a service, whatever the group is called in full (test, tests, testing, integration-test).
ASIDE = re.compile(
    r"(?:^|[-_.])(?:dev|devel|develop|development|local|tests?|testing|ci|docs?|documentation|lint\w*|format\w*|typing"
    r"|types?|type-check\w*|mypy|checks?|quality|style|bench\w*|perf|release|build|publish|notebooks?|examples?|tools?)(?:$|[-_.])"
)


class Wanted(Struct, frozen=True):
    """The requirements as PEP 508 lines, by how far they can be trusted to fit together.

    ``pins`` are exact versions by package, from lock files and from the requirements themselves. ``python`` is what
    the project asks for, ``preferred`` the version of its container. ``roots`` are import roots of packages of the
    same repository, relative to the reviewed root, absolute where they lie above it. ``sources`` are the files it all
    comes from, the main one first.
    """

    requirements: tuple[str, ...]
    primary: tuple[str, ...]
    pins: dict[str, str]
    python: str
    preferred: str
    sources: tuple[str, ...]
    roots: tuple[str, ...] = ()
    optional: dict[str, str] = {}
    """Declared for other occasions (a development group, an extra, a lock file): requirement by package."""
    assumptions: tuple[str, ...] = ()
    packages: tuple[Metadata, ...] = ()
    """The project itself and the packages of the same repository, the project first."""


def wanted(root: Path, repository: Path, files: FileFacts, name: str, imported: Mapping[str, str]) -> Wanted:
    """What to install for ``root``. ``imported`` are third-party modules that the application imports (see `reached`)."""
    root, repository = root.resolve(), repository.resolve()
    reader = Reader(root, repository)
    folders = local_folders(reader, root, repository, files.locks)
    fixed: dict[str, str] = {}
    for lock in files.locks:
        for package, version in pins(reader, lock).items():
            fixed.setdefault(package, version)
    notes: dict[str, None] = {}
    by_name = {distribution_name(distribution(module)): module for module in imported}
    chosen = _chosen(files.requirements, normalised(name), by_name, notes)
    kept, local = without_local(chosen, root, repository, folders, normalised(name))
    local += _beside(imported, root, repository, {one.name for one in kept} | {one.name for one in local})
    lines = list(_lines(kept, notes))
    for requirement in kept:
        if requirement.pinned and (version := _exact(requirement)):
            fixed.setdefault(requirement.name, version)
    lines += [line for package in local for line in _lines(_runtime(package.requirements, folders), notes)]
    primary = _primary(kept)
    if not lines and imported:
        lines = sorted({distribution(module) for module in imported})
        notes["the project declares no packages: those that its code imports were installed"] = None
    sources = dict.fromkeys((*([primary] if primary else []), *(requirement.path for requirement in kept)))
    return Wanted(
        tuple(dict.fromkeys(lines))[:MAX_REQUIREMENTS],
        tuple(dict.fromkeys(_lines([one for one in kept if one.path == primary], {}))),
        fixed,
        files.python_wanted,
        _container_python(files),
        (*sources, *(lock.path for lock in files.locks if lock.path not in sources)),
        tuple(_root(folder, root) for package in local for folder in package.roots),
        {name: f"{name}=={version}" for name, version in fixed.items()} | _optional(files.requirements, chosen),
        tuple(notes),
        tuple(_metadata(reader, root, name, local)),
    )


def _metadata(reader: Reader, root: Path, name: str, local: Sequence[LocalPackage]) -> Iterator[Metadata]:
    for folder, known in ((root, name), *((package.folder, package.name) for package in local)):
        if found := metadata(reader, os.path.relpath(folder / "pyproject.toml", root), known):
            yield found


def _chosen(
    declared: Sequence[Requirement], name: str, imported: Mapping[str, str], notes: dict[str, None]
) -> list[Requirement]:
    """What runs the service, and of the other groups what its code imports at once."""
    groups: dict[str, list[Requirement]] = {}
    for one in declared:
        groups.setdefault(one.group, []).append(one)
    chosen = list(groups.get("", ()))
    having = {one.name for one in chosen}
    for group, members in groups.items():
        if not group:
            continue
        names = {one.name for one in members}
        if names & _FRAMEWORK and not having & _FRAMEWORK and not ASIDE.search(group):
            chosen += members
            having |= names
            notes[f"the extra {group} was installed: it brings the framework"] = None
            chosen += [other for inner in _inner(members, name) for other in groups.get(inner, ())]
    for group, members in groups.items():
        added = [one for one in members if group and one.name in imported and one.name not in having]
        if added:
            chosen += added
            having |= {one.name for one in added}
            notes[f"{_listed(one.name for one in added)} is declared for {group} only, and imported by the service"] = (
                None
            )
    return chosen


def _inner(members: Sequence[Requirement], name: str) -> Iterator[str]:
    """Extras of the project itself that an extra names: ``tiled[client]`` in the extra ``all`` of tiled."""
    return (extra for one in members if one.name == name for extra in one.extras)


def _listed(names: Iterator[str]) -> str:
    ordered = list(dict.fromkeys(names))
    more = len(ordered) - 4
    return ", ".join(ordered[:4]) + (f" and {more} more" if more > 0 else "")


def _beside(imported: Iterable[str], root: Path, repository: Path, known: Set[str]) -> list[LocalPackage]:
    """Folders of the repository that are imported as they lie there, declared by nobody: no stranger's package is meant.

    What those right beside the project require is installed. Others are parts of something larger, with needs of its own.
    """
    found: list[LocalPackage] = []
    for name, folder in neighbours(imported, root, repository).items():
        if normalised(name) in known:
            continue
        package = described(normalised(name), folder, repository)
        beside = folder.parent in root.parents
        found.append(replace(package, roots=(folder.parent,), requirements=package.requirements if beside else ()))
    return found


def _root(folder: Path, root: Path) -> str:
    """Relative to the reviewed root, but for folders above it: in the scratch copy those are others."""
    return str(folder) if root.is_relative_to(folder) else os.path.relpath(folder, root)


def _runtime(declared: Sequence[Requirement], folders: Mapping[str, Path]) -> list[Requirement]:
    return [one for one in declared if not one.group and one.name not in folders]


def _primary(kept: Sequence[Requirement]) -> str:
    """The one file to believe where several contradict one another."""
    paths = list(dict.fromkeys(one.path for one in kept))
    framework = {one.path for one in kept if one.name in _FRAMEWORK}
    pinned = {path: sum(one.pinned for one in kept if one.path == path) for path in paths}
    return max(paths, key=lambda path: (path in framework, pinned[path], -paths.index(path)), default="")


def _lines(requirements: Sequence[Requirement], notes: dict[str, None]) -> Iterator[str]:
    for one in requirements:
        name = from_conda(one.name) if one.path.endswith((".yml", ".yaml")) else one.name
        if not name:
            continue
        extras = f"[{','.join(one.extras)}]" if one.extras else ""
        specifier = one.specifier
        if specifier.startswith("@"):
            # Code of strangers is not cloned or fetched from where the project says; the index has most of it.
            notes[f"{one.name} is asked for by address: the package index's was installed instead"] = None
            specifier = ""
        specifier = re.sub(r"(==\s*[\w.!-]+)\+[\w.]+", r"\1", specifier)
        line = f"{name}{extras}{pep440(specifier)}"
        marked = f"{line} ; {one.marker}" if one.marker else line
        yield marked if _parses(marked) else line


def _parses(line: str) -> bool:
    try:
        return bool(Parsed(line))
    except InvalidRequirement:
        return False


def _exact(one: Requirement) -> str:
    specifier = pep440(one.specifier) if not one.specifier.startswith("@") else ""
    return specifier.lstrip("=") if re.fullmatch(r"={2,3}[^,*]+", specifier) else ""


def _optional(declared: Sequence[Requirement], chosen: Sequence[Requirement]) -> dict[str, str]:
    having = {one.name for one in chosen}
    others = [one for one in declared if one.name not in having]
    return {distribution_name(line): line for line in _lines(others, {})}


def _container_python(files: FileFacts) -> str:
    """``3.11`` where an image says it."""
    for container in files.containers:
        for stage in container.stages:
            found = re.search(r"(?:^|[/:-])python[:-]?(3\.\d+)", stage.image)
            if found:
                return found[1]
    return ""
