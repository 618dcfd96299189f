"""Includes of routers that only running the code finds: by walking a package, say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from fastreview.facts import syntax as s
from fastreview.project.code import Code, Module
from fastreview.project.names import Names
from fastreview.project.routing.routers import Router

_IMPORTING = ("import_module", "__import__")
_DEEP = ("walk_packages", "rglob", "walk")


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


def modules_searched(given: s.Expr, code: Code, names: Names) -> tuple[re.Pattern[str], str] | None:
    """What ``include_router(module.router)`` looks into where ``module`` is imported by a name that is put together: a pattern
    of module names, and the attribute. None where the code does not say as much.

        for _, name, _ in pkgutil.iter_modules(routers.__path__):
            module = importlib.import_module(f"app.routers.{name}")
    """
    variable, _, attribute = given.name.partition(".") if type(given) is s.Ref else ("", "", "")
    if not attribute or "." in attribute:
        return None
    for binding in code.bindings.get(variable, ()):
        called = binding.expr
        if binding.kind == "assign" and type(called) is s.Call and called.method in _IMPORTING:
            parts = _parts(called.argument(0, "name"), code, names)
            package = code.module.name if code.module.is_package else code.module.name.rpartition(".")[0]
            if parts and parts[0].startswith("."):
                parts[0] = package + parts[0]
            if parts and parts[0].strip("."):
                deep = any(site.call.method in _DEEP for site in code.calls)
                unknown = r"[\w.]+" if deep else r"\w+"
                return re.compile(unknown.join(map(re.escape, parts))), attribute
    return None


def _parts(name: s.Expr | s.Missing, code: Code, names: Names) -> list[str]:
    """The literal parts of a name, with what is only known when the code runs between two of them."""
    if type(name) is s.Operation and name.op == "+":
        pieces: tuple[s.Expr, ...] = name.operands
    elif type(name) is s.Text:
        pieces = name.parts
    else:
        return []
    found = [""]
    for piece in pieces:
        text = piece if isinstance(piece, str) else _module_name(piece, code, names)
        if text is None:
            found.append("")
        else:
            found[-1] += text
    return found


def _module_name(piece: s.Expr, code: Code, names: Names) -> str | None:
    """``__name__``, ``__package__`` or ``routers.__name__``."""
    if type(piece) is not s.Ref:
        return None
    if piece.name == "__name__":
        return code.module.name
    if piece.name == "__package__":
        return code.module.name if code.module.is_package else code.module.name.rpartition(".")[0]
    if piece.name.endswith(".__name__"):
        module = names.resolve(code, piece.name.removesuffix(".__name__"))
        return module.name if isinstance(module, Module) else None
    return None


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
