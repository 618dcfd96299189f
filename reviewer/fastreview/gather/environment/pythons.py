"""Python interpreters installed on this machine, and the order in which a project would be tried with them.

None is ever downloaded.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from fastreview.gather.environment.specifiers import pep440
from fastreview.gather.environment.uv import Uv

OLDEST = (3, 8)
"""The probe's own grammar needs no newer one."""

# The newest Python that releases below the named one start on: annotations they evaluate, modules they import were
# changed in the next one. Sources: the release notes of each.
_NEWEST_PYTHON = (
    ("pydantic", "1.9", (3, 9)),
    ("pydantic", "1.10", (3, 10)),
    ("pydantic", "1.10.13", (3, 11)),
    ("pydantic", "1.10.18", (3, 12)),
    ("sqlalchemy", "1.4", (3, 11)),
    ("sqlalchemy", "1.4.51", (3, 12)),
    ("fastapi", "0.89", (3, 11)),
    ("asyncpg", "0.28", (3, 11)),
    ("aiohttp", "3.8.6", (3, 11)),
)
_SQLALCHEMY_WITHOUT_3_13 = (Version("2.0"), Version("2.0.31"))


class Python(Struct, frozen=True):
    """An interpreter by its path; ``version`` is the three numbers."""

    path: str
    version: tuple[int, int, int]

    @property
    def shown(self) -> str:
        return ".".join(map(str, self.version))

    @property
    def minor(self) -> tuple[int, int]:
        return self.version[:2]


def visible(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Names that tell, without running any, when an interpreter was added or removed."""
    found: set[str] = set()
    for folder in {*(environ.get("PATH") or "").split(os.pathsep)[:100], str(_pyenv(environ))}:
        try:
            found.update(
                name for name in os.listdir(folder or ".") if re.fullmatch(r"(?:python)?3\.\d+(?:\.\d+)?", name)
            )
        except OSError:
            continue
    return tuple(sorted(found))


_known: dict[str, tuple[Python, ...]] = {}


def installed(uv: Uv, environ: Mapping[str, str] = os.environ) -> tuple[Python, ...]:
    """The newest patch release of each minor version, newest first. Looked for once: each of them is run by uv."""
    if uv.path not in _known:
        _known[uv.path] = _look(uv, environ)
    return _known[uv.path]


def _look(uv: Uv, environ: Mapping[str, str]) -> tuple[Python, ...]:
    found: dict[tuple[int, int], Python] = {}
    for python in (*_known_to_uv(uv), *_of_pyenv(environ), _ours()):
        known = found.get(python.minor)
        if python.minor >= OLDEST and (known is None or python.version > known.version):
            found[python.minor] = python
    return tuple(sorted(found.values(), key=lambda python: python.version, reverse=True))


def _known_to_uv(uv: Uv) -> Iterator[Python]:
    done = uv.run("python", "list", "--only-installed", "--no-python-downloads", "--output-format", "json", seconds=30)
    try:
        rows: object = json.loads(done.output) if done.ok else []
    except ValueError:
        rows = []
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict) or row.get("implementation") != "cpython" or row.get("variant") != "default":
            continue
        version, path = _numbers(str(row.get("version"))), row.get("path")
        if version and isinstance(path, str):
            yield Python(path, version)


def _of_pyenv(environ: Mapping[str, str]) -> Iterator[Python]:
    """uv sees those of pyenv only that its shims are set to."""
    versions = _pyenv(environ)
    try:
        names = os.listdir(versions)
    except OSError:
        return
    for name in names:
        version, path = _numbers(name), versions / name / "bin" / "python"
        if version and os.access(path, os.X_OK):
            yield Python(str(path), version)


def _pyenv(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME") or "/") / ".pyenv") / "versions"


def _ours() -> Python:
    return Python(getattr(sys, "_base_executable", sys.executable), sys.version_info[:3])


def _numbers(text: str) -> tuple[int, int, int] | None:
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def ranked(
    pythons: tuple[Python, ...], wanted: str, preferred: str, pins: Mapping[str, str]
) -> tuple[tuple[Python, ...], tuple[Python, ...]]:
    """The interpreters that fit, likeliest first, and the others, nearest first.

    ``wanted`` is what the project asks for, ``preferred`` the version its container runs ("3.11"), ``pins`` are exact
    versions by package.
    """
    fitting = [python for python in pythons if _fits(python, wanted)]
    newest = _bound(pins)
    likely = [python for python in fitting if python.minor <= newest]
    order = [
        *(python for python in fitting if preferred and python.shown.startswith(f"{preferred}.")),
        *likely,
        *reversed([python for python in fitting if python not in likely]),
    ]
    others = [python for python in pythons if python not in fitting]
    return tuple(dict.fromkeys(order)), tuple(sorted(others, key=lambda python: _distance(python, wanted)))


def _distance(python: Python, wanted: str) -> tuple[int, int]:
    """How far from the version that is named first; an older one before a newer one."""
    numbers = re.search(r"3\.(\d+)", wanted)
    minor = int(numbers[1]) if numbers else 99
    return (abs(python.minor[1] - minor), python.minor[1])


def _fits(python: Python, wanted: str) -> bool:
    try:
        # A patch release that is not installed is met by its minor version.
        loose = re.sub(r"(===?|~=)\s*(\d+\.\d+)\.\d+", r"==\2.*", pep440(wanted, exact="=={}.*"))
        return SpecifierSet(loose).contains(python.shown, prereleases=True)
    except InvalidSpecifier:
        return True


def _bound(pins: Mapping[str, str]) -> tuple[int, int]:
    bound = (3, 99)
    for name, below, newest in _NEWEST_PYTHON:
        pinned = _version(pins.get(name, ""))
        if pinned is not None and pinned < Version(below):
            bound = min(bound, newest)
    sqlalchemy = _version(pins.get("sqlalchemy", ""))
    if sqlalchemy is not None and _SQLALCHEMY_WITHOUT_3_13[0] <= sqlalchemy < _SQLALCHEMY_WITHOUT_3_13[1]:
        bound = min(bound, (3, 12))
    return bound


def _version(text: str) -> Version | None:
    try:
        return Version(text) if text else None
    except InvalidVersion:
        return None
