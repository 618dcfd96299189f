"""Which version of a library a project runs on, and the versions that are worth staying on.

Sources: the release notes of the libraries and the GitHub advisory database.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Place, Project

Version = tuple[int, ...]

_V1_ONLY = re.compile(r"(?:==|===|~=|\^|~)\s*v?1(?:\.|$|\b)|<\s*v?2(?:\.0)*(?:$|[,\s\"a-z])|<=\s*1\.")
_EXACT = re.compile(r"===?\s*v?([0-9][\w.]*)")
_ASIDE = re.compile(r"dev|test|docs|lint")
_NUMBER = re.compile(r"\d+")


class Least(NamedTuple):
    """The first version without what ``why`` says of the ones before it."""

    version: str
    why: str


LEAST = {
    "pydantic": Least("2.0", "Pydantic v1 gets no fixes and does not run on new Python versions"),
    "fastapi": Least(
        "0.109.1", "a form header can stop the process, with python-multipart before 0.0.7 (CVE-2024-24762)"
    ),
    "starlette": Least("0.40.0", "a form field of any size is read into memory (CVE-2024-47874)"),
}
"""Libraries of the framework, by name."""


class Known(NamedTuple):
    """A version, and the file that says so ("" for the running environment)."""

    version: str
    place: Place


def known(project: Project, package: str) -> Known | None:
    """The version of ``package``: of the project's own environment, else of the lock files, else an exact pin, else what an
    environment made for the review got; None where nothing says."""
    probe = project.facts.probe
    shown = probe.packages.get(package, "") if probe is not None else ""
    if probe is not None and shown and (probe.environment is None or probe.environment.kind in ("own", "given")):
        return Known(shown, Place(""))
    locked = [
        Known(lock.packages[package], Place(lock.path))
        for lock in project.facts.files.locks
        if package in lock.packages
    ]
    pinned = [
        Known(exact[1], Place(r.path, r.line))
        for r in project.facts.files.requirements
        if r.name == package and (exact := _EXACT.fullmatch(r.specifier.strip()))
    ]
    served = [found for found in locked if not _ASIDE.search(found.place.path.rpartition("/")[2])]
    # Of several lock files one is forgotten: the newest version is the one in use.
    made = [Known(shown, Place(""))] if shown else []
    return max(served or locked or pinned or made, key=lambda found: parts(found.version), default=None)


def parts(version: str) -> Version:
    """The numbers of a version that compare: ``0.109.1`` is (0, 109, 1)."""
    release = re.split(r"[^0-9.]", version, maxsplit=1)[0]
    return tuple(int(number) for number in _NUMBER.findall(release))


@lru_cache(maxsize=8)
def is_before(project: Project, package: str, version: str) -> bool:
    """Whether ``package`` is known to be older than ``version``."""
    found = known(project, package)
    return found is not None and parts(found.version) < parts(version)


@lru_cache(maxsize=1)
def is_pydantic_v1(project: Project) -> bool:
    """Whether the project runs on Pydantic v1 or declares that it does."""
    found = known(project, "pydantic")
    if found is not None:
        return parts(found.version)[:1] == (1,)
    declared = [r.specifier for r in project.facts.files.requirements if r.name == "pydantic" and r.specifier]
    if not declared:
        # FastAPI itself asked for Pydantic v1 up to here.
        return is_before(project, "fastapi", "0.100")
    return all(_V1_ONLY.search(specifier) is not None for specifier in declared)
