"""What importing the application imports in turn, as far as the source tells."""

import sys
from collections.abc import Iterable, Mapping, Sequence

from fastreview.facts.source import Import, ModuleFacts


def third_party(modules: Sequence[ModuleFacts], roots: Sequence[str], targets: Iterable[str]) -> dict[str, str]:
    """Modules from elsewhere, dotted as imported, that importing ``targets`` needs; each with the file that does.

    Imports inside of functions are not counted, but those of the project's own modules in a target: a factory is called when
    it is imported. An empty answer means that no target is a module of the project.
    """
    by_path = {module.path: module for module in modules}
    names = _names(by_path, roots)
    own = {name.partition(".")[0] for name in names}
    pending = [names[target] for target in targets if target in names]
    first = frozenset(pending)
    seen, found = set(pending), dict[str, str]()
    while pending:
        path = pending.pop()
        for one in by_path[path].imports:
            if one.typing_only or (one.within and path not in first):
                continue
            name = _absolute(one, path, names)
            known = [beginning for beginning in _beginnings(name, one.name) if beginning in names]
            for beginning in known:
                if names[beginning] not in seen:
                    seen.add(names[beginning])
                    pending.append(names[beginning])
            top = name.partition(".")[0]
            if (
                not known
                and not one.within
                and not one.level
                and top
                and top not in own
                and top not in sys.stdlib_module_names
            ):
                found.setdefault(name, path)
    return found


def _names(by_path: Mapping[str, ModuleFacts], roots: Sequence[str]) -> dict[str, str]:
    """Module names as every import root sees them, each with the file."""
    found: dict[str, str] = {}
    for root in (*roots, "."):
        start = "" if root in (".", "..") else f"{root}/"
        for path in by_path:
            if path.startswith(start) and path.endswith(".py"):
                name = path[len(start) :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                found.setdefault(name, path)
    return found


def _absolute(one: Import, path: str, names: Mapping[str, str]) -> str:
    if not one.level:
        return one.module
    folders = path.split("/")[: -one.level]
    here = ".".join((*folders, one.module)).strip(".")
    # The package may be known by a shorter name, from a root inside of the project.
    for cut in range(len(folders) + 1):
        name = ".".join((*folders[cut:], one.module)).strip(".")
        if name in names or f"{name}.{one.name}" in names:
            return name
    return here


def _beginnings(name: str, imported: str) -> list[str]:
    parts = [*name.split("."), *([imported] if imported else [])]
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
