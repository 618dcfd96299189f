"""Packages inside a repository that extend FastAPI, and what a package for others needs.

Source: the Python Packaging User Guide.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import Module, Project

_WEB = frozenset({"fastapi", "starlette"})


_PACKAGE = re.compile(r"(?P<folder>.+)/src/\w+/__init__\.py")


@lru_cache(maxsize=1)
def own_packages(project: Project) -> tuple[tuple[str, Module], ...]:
    """Folders below the root with a package in the layout of distributions (``src/<name>``), whose code imports FastAPI and
    makes no app; with the package's module."""
    found: dict[str, Module] = {}
    for module in project.modules:
        match = _PACKAGE.fullmatch(module.path) if module.is_package else None
        if match is not None and _extends(match["folder"], project):
            found.setdefault(match["folder"], module)
    return tuple(sorted(found.items()))


def parts(folder: str, project: Project) -> tuple[str, ...]:
    """What the package in ``folder`` lacks: tests; a README, pages or the docstring of its package."""
    missing = []
    if not any(m.kind == "test" for m in _inside(folder, project)):
        missing.append("tests")
    told = any(t.kind in ("readme", "docs") and t.path.startswith(f"{folder}/") for t in project.facts.files.texts)
    if not told and not any(m.is_package and m.facts.docstring for m in _inside(folder, project)):
        missing.append("documentation")
    return tuple(missing)


def _extends(folder: str, project: Project) -> bool:
    inside = list(_inside(folder, project))
    if any(m.path in project.entry_paths for m in inside):
        return False
    return any(i.module.partition(".")[0] in _WEB for m in inside if m.kind == "service" for i in m.facts.imports)


def _inside(folder: str, project: Project) -> Iterator[Module]:
    return (m for m in project.modules if m.path.startswith(f"{folder}/"))
