"""What has to be installed for the tests beside what runs the service."""

import re
from collections.abc import Iterable, Mapping, Sequence

from fastreview.facts.files import FileFacts
from fastreview.facts.source import ModuleFacts
from fastreview.gather.environment.distributions import distribution, distribution_name
from fastreview.gather.environment.reached import third_party

RUNNERS = ("pytest", "coverage")

# Installed where the project declares them: plugins of pytest by their name, and what tests use without importing it.
_PLUGIN = re.compile(r"^pytest[-_]|[-_]pytest$|^(?:anyio|trio|xdist)$")
_USED = frozenset(
    ("httpx", "requests", "asgi-lifespan", "aiosqlite", "greenlet", "faker", "factory-boy", "polyfactory", "hypothesis",
     "schemathesis", "freezegun", "time-machine", "respx", "responses", "aioresponses", "fakeredis", "mongomock",
     "mongomock-motor", "moto", "testcontainers", "syrupy", "dirty-equals", "tox", "nose", "psycopg2-binary", "websockets")
)  # fmt: skip
_TEST_FILE = re.compile(r"(?:^|/)(?:conftest|test_[^/]*|[^/]*_test|tests?)\.py$|(?:^|/)tests?/.*\.py$")
_CLIENT = frozenset(("fastapi.testclient", "starlette.testclient"))


def has_tests(modules: Sequence[ModuleFacts]) -> bool:
    return any(_TEST_FILE.search(module.path) for module in modules)


def needed(files: FileFacts, modules: Sequence[ModuleFacts], roots: Sequence[str]) -> dict[str, str]:
    """Requirements by package, the runner and coverage.py first."""
    declared = {one.name: one.name + one.specifier for one in files.requirements if _plain(one.specifier)}
    found = dict.fromkeys(RUNNERS, "")
    found |= {name: "" for name in declared if _PLUGIN.search(name) or name in _USED}
    tests = [module for module in modules if _TEST_FILE.search(module.path)]
    targets = [name for module in tests for name in _names(module.path, roots)]
    reached = third_party(modules, (*roots, "."), targets)
    found |= {distribution_name(distribution(module)): "" for module in reached}
    if any(one.module in _CLIENT for module in tests for one in module.imports):
        found["httpx"] = ""
    return {name: declared.get(name, name) for name in found if name}


def also_missing(reasons: Iterable[str], modules: Sequence[ModuleFacts], tried: Mapping[str, str]) -> dict[str, str]:
    """Packages of modules that the tests could not import; those of the project itself apart."""
    own = {part for module in modules for part in module.path.removesuffix(".py").split("/")}
    names = (found[1] for reason in reasons if (found := re.search(r"No module named '([\w.]+)'", reason)))
    packages = {distribution_name(distribution(name)) for name in names if name.partition(".")[0] not in own}
    return {name: name for name in sorted(packages) if name and name not in tried}


def _names(path: str, roots: Sequence[str]) -> Iterable[str]:
    for root in (*roots, "."):
        start = "" if root in (".", "..") else f"{root}/"
        if path.startswith(start):
            yield path[len(start) :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _plain(specifier: str) -> bool:
    return not specifier or specifier[0] in "=<>!~"
