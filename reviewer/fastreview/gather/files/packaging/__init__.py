"""What the project declares to need, and the lock files that fix it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fastreview.facts.files import LockFile, Requirement
from fastreview.gather.files.packaging.conda import conda
from fastreview.gather.files.packaging.declared import MAX_REQUIREMENTS, Declared
from fastreview.gather.files.packaging.locks import LOCKS, lock_file
from fastreview.gather.files.packaging.requirements_files import (
    REQUIREMENTS_FOLDERS,
    is_requirements,
    requirements_file,
)
from fastreview.gather.files.packaging.setuptools_files import setup_cfg, setup_py
from fastreview.gather.files.packaging.toml_files import pipfile, pyproject
from fastreview.gather.files.packaging.version_file import version_file
from fastreview.gather.files.places import Place
from fastreview.gather.files.reading import Reader

MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Packaging:
    """The packaging of the service. ``homes`` are the folders it stands in, the reviewed root first."""

    requirements: tuple[Requirement, ...]
    locks: tuple[LockFile, ...]
    python_wanted: str
    homes: tuple[str, ...]


def packaging(reader: Reader, candidates: Sequence[Place]) -> Packaging:
    """What the service needs.

    A repository holds packages that are not the service (plugins, examples, documentation). Counted are the reviewed
    root, the nearest folders below it that ask for FastAPI, and where nothing below does, the nearest folder above.
    """
    folders: dict[str, Declared] = {}
    listed = frozenset(place.path for place in candidates if is_requirements(place))
    for place in candidates:
        gatherer = _gatherer(place)
        if gatherer is None or place.depth > MAX_DEPTH + 1:
            continue
        folder = place.folder
        if folder.rpartition("/")[2].lower() in REQUIREMENTS_FOLDERS and is_requirements(place):
            folder = folder.rpartition("/")[0]
        depth = place.depth - (folder != place.folder)
        if depth > MAX_DEPTH:
            continue
        declared = folders.setdefault(folder, Declared(folder, place.above, depth, listed))
        gatherer(reader, place, declared)
    chosen = list(_homes(list(folders.values())))
    locks = tuple(lock for declared in chosen for lock in declared.locks)
    if not any(lock.packages for lock in locks):
        above = sorted((d for d in folders.values() if d.above and d.depth == 0), key=lambda d: d.above)
        locks += next((tuple(d.locks) for d in above if d.locks), ())
    return Packaging(
        tuple(_once(found for declared in chosen for found in declared.requirements))[:MAX_REQUIREMENTS],
        locks,
        next((d.python for d in chosen if d.python), ""),
        tuple(declared.folder for declared in chosen),
    )


def _homes(folders: list[Declared]) -> Iterator[Declared]:
    below = sorted((d for d in folders if not d.above), key=lambda d: d.depth)
    root = [d for d in below if d.depth == 0]
    yield from root
    if any(d.names_fastapi for d in root):
        return
    service = [d for d in below if d.depth and d.names_fastapi]
    if not service and not any(d.a_project or d.requirements for d in root):
        service = [d for d in below if d.depth and (d.a_project or d.requirements)]
    nearest = [d for d in service if d.depth == service[0].depth]
    yield from nearest
    if nearest or any(d.a_project or d.requirements for d in root):
        return
    above = sorted((d for d in folders if d.above and d.depth == 0), key=lambda d: d.above)
    yield from [d for d in above if d.a_project or d.requirements][:1]


def _once(found: Iterator[Requirement]) -> Iterator[Requirement]:
    seen: set[Requirement] = set()
    for one in found:
        if one not in seen:
            seen.add(one)
            yield one


Gatherer = Callable[[Reader, Place, Declared], None]


def _gatherer(place: Place) -> Gatherer | None:
    name = place.lower
    if name == "pyproject.toml":
        return pyproject
    if name in LOCKS or re.fullmatch(r"pylock\.[a-z0-9_-]+\.toml", name):
        return lock_file
    if name in ("setup.cfg", "setup.py", "pipfile", ".python-version", "runtime.txt"):
        return {
            "setup.cfg": setup_cfg,
            "setup.py": setup_py,
            "pipfile": pipfile,
        }.get(name, version_file)
    if re.fullmatch(r"(?:conda[-_.]?)?env(?:ironment)?(?:[-_.][a-z0-9]+)?\.ya?ml|conda\.ya?ml", name):
        return conda
    return requirements_file if is_requirements(place) else None
