"""Includes of routers that only running the code finds: by walking a package, say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from fastreview.project.code import Module
from fastreview.project.routing.routers import Router


def left_over(routers: Sequence[Router], searching: Module) -> Iterator[Router]:
    """What a module that looks for routers is taken to find: every router of the service that has routes and is included
    nowhere, in files that the module's own patterns fit."""
    wanted = _patterns(searching)
    joined = {id(included.router) for router in routers for included in router.included}
    joined |= {id(router.base) for router in routers}
    for router in routers:
        if router.is_app or id(router) in joined or not router.in_order or router.code.module.kind != "service":
            continue
        # From the import root on: patterns are joined to a folder that only running the code knows.
        found_at = PurePosixPath(*router.code.module.name.split(".")).with_suffix(".py")
        if not wanted or any(_fits(found_at, pattern) for pattern in wanted):
            yield router


def _fits(path: PurePosixPath, pattern: str) -> bool:
    deep = "**" in pattern or len(PurePosixPath(pattern).parts) == 1
    return path.match(pattern) and (deep or len(path.parts) == len(PurePosixPath(pattern).parts))


def _patterns(module: Module) -> list[str]:
    """Patterns of Python files that are written out: ``os.path.join(root, "*", "api", "*.py")``."""
    patterns = []
    for code in module.codes():
        for site in code.calls:
            if site.call.method in ("join", "glob", "rglob", "iglob"):
                parts = [a for a in site.call.args if isinstance(a, str)]
                if parts and parts[-1].endswith(".py") and "*" in parts[-1]:
                    patterns.append("/".join(p.strip("/") for p in parts))
    return patterns
