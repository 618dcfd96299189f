"""Import roots: the folders that have to be on the module path for the project's own imports to work."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from fastreview.facts.files import FileFacts
from fastreview.facts.source import Import, ModuleFacts
from fastreview.gather.commands import started
from fastreview.gather.distributions import distribution, distribution_name

_CONFIGURED = (("pytest", "pythonpath"), ("pytest", "ini_options.pythonpath"), ("mypy", "mypy_path"))


_NEEDED_BY_ALL = frozenset((
    "ast", "asyncio", "base64", "bisect", "calendar", "concurrent", "configparser", "contextlib", "contextvars", "copy", "csv",
    "dataclasses", "datetime", "decimal", "email", "enum", "functools", "hashlib", "heapq", "hmac", "html", "http", "inspect",
    "ipaddress", "json", "logging", "mimetypes", "multiprocessing", "numbers", "pickle", "queue", "random", "secrets", "select",
    "shutil", "signal", "socket", "ssl", "string", "struct", "subprocess", "tempfile", "threading", "token", "tokenize",
    "traceback", "typing", "urllib", "uuid", "weakref", "zipfile",
))  # fmt: skip
"""Modules of the standard library that FastAPI imports, not loaded when Python has started: nothing works with a folder on the
module path that has one of these too."""


def import_roots(modules: Sequence[ModuleFacts], files: FileFacts, name: str) -> tuple[str, ...]:
    """Folders relative to the reviewed root: what the tools are told, ``src``, the root, then what imports show.

    ``..`` is among them when the reviewed folder, called ``name``, is itself a package.
    """
    paths = [module.path for module in modules]
    inside = _contents(paths)
    found: dict[str, None] = {}
    for folder in _configured(files):
        if folder in inside:
            found[folder or "."] = None
    if "src" in inside and "src/__init__.py" not in paths:
        found["src"] = None
    if name.isidentifier() and ("__init__.py" in paths or _imports_itself(modules, name, inside[""])):
        found[".."] = None
    found["."] = None
    for start in started(files):
        home = home_of(start.module, paths, tuple(found))
        if home is not None:
            found[home] = None
    installed = {distribution_name(requirement.name) for requirement in files.requirements}
    supported = _supported_by_imports(modules, inside, installed)
    for folder, _ in sorted(supported.items(), key=lambda item: (-item[1], item[0])):
        found[folder or "."] = None
    return tuple(found)


def _imports_itself(modules: Sequence[ModuleFacts], name: str, inside: Set[str]) -> bool:
    """Whether files import what the folder holds under the folder's own name: ``from app.config import x`` in ``app``."""
    if name in inside:
        return False
    starts = (_beginning(found) for module in modules for found in module.imports if not found.level)
    return any(start.name == name and start.second in inside for start in starts)


def home_of(module: str, paths: Sequence[str], roots: Sequence[str]) -> str | None:
    """The folder from which ``module`` is imported: one of ``roots``, else the shallowest; None where there is none."""
    endings = [f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"]
    known = set(paths)
    for root in roots:
        if any((ending if root == "." else f"{root}/{ending}") in known for ending in endings):
            return root
    folders = [path[: -len(ending) - 1] for path in paths for ending in endings if path.endswith(f"/{ending}")]
    return min(folders, key=lambda folder: (folder.count("/"), folder), default=None)


def _contents(paths: Iterable[str]) -> dict[str, set[str]]:
    """Folder to the names that an import can find in it."""
    inside: dict[str, set[str]] = {"": set()}
    for path in paths:
        folder, _, name = path.rpartition("/")
        inside.setdefault(folder, set()).add(name.removesuffix(".py"))
        while folder:
            parent, _, name = folder.rpartition("/")
            known = inside.setdefault(parent, set())
            if name in known:
                break
            known.add(name)
            folder = parent
    return inside


def _configured(files: FileFacts) -> Iterable[str]:
    for settings in files.settings:
        base = settings.path.rpartition("/")[0]
        for tool, key in _CONFIGURED:
            if settings.tool != tool or settings.path.startswith("../"):
                continue
            value = settings.values.get(key)
            texts = (
                value.replace(",", " ").split() if isinstance(value, str) else value if isinstance(value, tuple) else ()
            )
            for text in texts:
                if isinstance(text, str) and not text.startswith("/"):
                    yield _joined(base, text)


def _joined(base: str, relative: str) -> str:
    parts = [part for part in base.split("/") if part]
    for part in relative.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _supported_by_imports(
    modules: Sequence[ModuleFacts], inside: dict[str, set[str]], installed: Set[str]
) -> Counter[str]:
    """Ancestor folders of importing files that hold what the files import and the root does not."""
    inner = {module.path.removesuffix(".py") for module in modules if _part_of_package(module)}
    libraries: dict[str, bool] = {}
    supported: Counter[str] = Counter()
    certain: set[str] = set()
    decided: dict[tuple[str, _Beginning], tuple[str, bool]] = {}
    for module in modules:
        folder = module.path.rpartition("/")[0]
        for start in {_beginning(found) for found in module.imports if not found.level}:
            name = start.name
            if name not in libraries:
                libraries[name] = distribution_name(distribution(name)) in installed or name in sys.stdlib_module_names
            if libraries[name]:
                continue
            key = (folder, start)
            if key not in decided:
                decided[key] = _provider(folder, start, inside, inner)
            provider, holds_both = decided[key]
            if provider:
                supported[provider] += 1
                if holds_both:
                    certain.add(provider)
    # shop/auth may hold a jwt.py and be imported as shop.auth itself: what its files import as jwt is the library.
    imported = Counter([found.module for module in modules for found in module.imports if not found.level])
    named: Counter[str] = Counter()
    for name, times in imported.items():
        for prefix in _prefixes(name):
            named[prefix] += times
    return Counter(
        {
            f: n
            for f, n in supported.items()
            if _NEEDED_BY_ALL.isdisjoint(inside[f])
            and (f in certain or max(named[name] for name in _names(f, inside)) <= n)
        }
    )


def _prefixes(name: str) -> Iterator[str]:
    """``a``, ``a.b`` and ``a.b.c`` of ``a.b.c``."""
    parts = name.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _names(folder: str, inside: dict[str, set[str]]) -> Iterator[str]:
    """What the folder would be imported as if it were a package: ``a.b.c`` and ``b.c`` of ``a/b/c``."""
    parts = folder.split("/")
    if len(parts) == 1 and folder not in inside[folder]:
        yield folder
    yield from (".".join(parts[start:]) for start in range(max(1, len(parts) - 1)) if len(parts) > 1)
    yield ""


class _Beginning(NamedTuple):
    """Of ``from app.api.deps import user``: ``name`` is ``app``, ``second`` is ``api``, a module for sure, so that ``app`` is a
    package."""

    name: str
    second: str
    of_package: bool


def _beginning(found: Import) -> _Beginning:
    first, _, rest = found.module.partition(".")
    return _Beginning(first, rest.partition(".")[0] or found.name, bool(rest))


def _part_of_package(module: ModuleFacts) -> bool:
    """Whether it cannot be imported by its own name alone: it has relative imports, with no other way to the same names."""
    relative = {found.bound for found in module.imports if found.level and not found.typing_only and not found.within}
    return bool(relative) and relative.isdisjoint(found.bound for found in module.imports if not found.level)


def _provider(folder: str, start: _Beginning, inside: dict[str, set[str]], inner: Set[str]) -> tuple[str, bool]:
    """The nearest folder at or above ``folder`` where the name is found, with the second in it if any has that; and whether
    that has it and is the only one with the name.

    "" is the root, or nowhere. A file ``google.py`` does not hold what ``google.auth`` names: that takes a folder.
    """
    name = start.name
    holding: list[str] = []
    while True:
        whole = f"{folder}/{name}" if folder else name
        if name in inside.get(folder, ()) and (whole in inside or not (start.of_package or whole in inner)):
            holding.append(folder)
        if not folder:
            break
        folder = folder.rpartition("/")[0]
    complete = [one for one in holding if start.second in inside.get(f"{one}/{name}" if one else name, ())]
    return next(iter(complete or holding), ""), bool(complete) and len(holding) == 1
