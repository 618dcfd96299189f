"""The services of a repository: folders that are projects of their own and create a FastAPI application."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from fastreview.facts.source import ModuleFacts
from fastreview.gather.candidates import creates_application
from fastreview.gather.discovery import Discovered

PROJECT_FILES = frozenset(
    (
        "pyproject.toml",
        "setup.py",
        "setup.cfg",
        "requirements.txt",
        "Pipfile",
        "environment.yml",
        "uv.lock",
        "poetry.lock",
    )
)
ASIDE = frozenset(("tests", "test", "docs", "docs_src", "examples", "example", "samples", "benchmarks", "scripts"))


def services(found: Discovered, modules: Sequence[ModuleFacts]) -> tuple[str, ...]:
    """Folders relative to the root ("." for itself), sorted: each is the nearest project around some application."""
    projects = {_folder(path) for path in found.listing if path.rpartition("/")[2] in PROJECT_FILES}
    roots = {_project_around(path, projects) for path in _applications(modules)}
    if len(roots) > 1 and "." not in projects:
        roots.discard("")  # loose files above the services
    return tuple(sorted(root or "." for root in roots))


def _applications(modules: Sequence[ModuleFacts]) -> Iterator[str]:
    """Paths of modules that create an application, unless they stand aside (tests, examples)."""
    for module in modules:
        *folders, name = module.path.split("/")
        aside = name.startswith("test_") or name == "conftest.py" or not ASIDE.isdisjoint(folders)
        if not aside and creates_application(module):
            yield module.path


def _project_around(path: str, projects: set[str]) -> str:
    parents = [str(parent) for parent in PurePosixPath(path).parents]
    return next((parent for parent in parents if parent in projects and parent != "."), "")


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "."
