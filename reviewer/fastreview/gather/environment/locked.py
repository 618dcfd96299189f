"""The versions that a lock file fixes, as constraints, and the local packages that it names."""

import json
import re

from fastreview.facts.files import LockFile
from fastreview.gather.files.reading import MAX_LOCK_BYTES, Reader
from fastreview.gather.files.requirement_text import normalised

_BLOCK = re.compile(r"^\[\[packages?\]\]\s*$", re.MULTILINE)
_NAME = re.compile(r'^name = "([^"\n]+)"', re.MULTILINE)
_VERSION = re.compile(r'^version = "([^"\n]+)"', re.MULTILINE)
_LOCAL = re.compile(r'source = \{ (?:editable|virtual|directory) = "([^"\n]*)"')
_ELSEWHERE = re.compile(
    r'^(?:source = \{ (?:git|url|path)|(?:git|url|path) = |type = "(?:git|url|directory|file)")', re.MULTILINE
)


def pins(reader: Reader, lock: LockFile) -> dict[str, str]:
    """Exact versions by package. A package of several versions (by platform or Python) is left to the resolver."""
    if lock.kind == "pipfile":
        return _of_pipfile(reader.text(lock.path, MAX_LOCK_BYTES) or "")
    if lock.kind in ("compiled", "requirements"):
        return {name: version for name, version in lock.packages.items() if re.fullmatch(r"\d[\w.!-]*", version)}
    if lock.kind not in ("uv", "poetry", "pdm", "pylock"):
        return {}
    found: dict[str, set[str]] = {}
    for block in _blocks(reader, lock):
        name, version = _NAME.search(block), _VERSION.search(block)
        if name and version and not _LOCAL.search(block) and not _ELSEWHERE.search(block):
            found.setdefault(normalised(name[1]), set()).add(version[1])
    return {name: versions.pop() for name, versions in found.items() if len(versions) == 1}


def local_packages(reader: Reader, lock: LockFile) -> dict[str, str]:
    """Packages of the same repository, with their folders relative to the lock file's."""
    if lock.kind != "uv":
        return {}
    found: dict[str, str] = {}
    for block in _blocks(reader, lock):
        name, local = _NAME.search(block), _LOCAL.search(block)
        if name and local:
            found[normalised(name[1])] = local[1]
    return found


def _blocks(reader: Reader, lock: LockFile) -> list[str]:
    content = reader.text(lock.path, MAX_LOCK_BYTES) or ""
    # The tables of a package follow its own keys; only the latter say what it is.
    return [re.split(r"^\[", block, maxsplit=1, flags=re.MULTILINE)[0] for block in _BLOCK.split(content)[1:]]


def _of_pipfile(content: str) -> dict[str, str]:
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    section = data.get("default") if isinstance(data, dict) else None
    found: dict[str, str] = {}
    for name, described in section.items() if isinstance(section, dict) else ():
        version = described.get("version") if isinstance(described, dict) else None
        if isinstance(version, str) and version.startswith("=="):
            found[normalised(name)] = version.removeprefix("==")
    return found
