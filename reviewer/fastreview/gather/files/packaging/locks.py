"""Lock files: which versions are fixed."""

import json
import re

from fastreview.facts.files import LockFile
from fastreview.gather.files.packaging.declared import Declared
from fastreview.gather.files.places import Place
from fastreview.gather.files.plain import table, text
from fastreview.gather.files.reading import MAX_LOCK_BYTES, Reader
from fastreview.gather.files.requirement_text import normalised

LOCKS = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "pylock.toml": "pylock",
    "pipfile.lock": "pipfile",
    "conda-lock.yml": "conda",
    "pixi.lock": "conda",
}
_PACKAGE = re.compile(r'^\[\[packages?\]\]\s*\nname = "([^"\n]+)"\s*\n(?:version = "([^"\n]+)")?', re.MULTILINE)


def lock_file(reader: Reader, place: Place, declared: Declared) -> None:
    """Names and versions by a search per package: a whole parse of a megabyte of TOML takes a tenth of a second."""
    content = reader.text(place.path, MAX_LOCK_BYTES)
    if content is None:
        return
    kind = LOCKS.get(place.lower, "pylock")
    match kind:
        case "pipfile":
            packages = _pipfile_lock(reader, place.path, content)
        case "conda":
            packages = dict(re.findall(r"^- name: (\S+)\n  version: (\S+)", content, re.MULTILINE))
        case _:
            packages = {normalised(name): version for name, version in _PACKAGE.findall(content)}
    if packages or not content.strip() or kind == "conda":
        declared.locks.append(LockFile(place.path, kind, packages))
    elif re.search(r"^(?:version|lock-version|\[metadata)", content, re.MULTILINE):
        declared.locks.append(LockFile(place.path, kind))
    else:
        reader.report(place.path, f"is no {kind} lock file")


def _pipfile_lock(reader: Reader, path: str, content: str) -> dict[str, str]:
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        reader.report(path, f"broken JSON: {error}")
        return {}
    found: dict[str, str] = {}
    for section in ("develop", "default"):
        for name, described in table(data, section).items():
            found[normalised(name)] = text(table(described).get("version")).removeprefix("==")
    return found
