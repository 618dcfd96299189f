"""What has to be installed for the tests beside what runs the service."""

import re
from collections.abc import Iterable, Mapping, Sequence

from fastreview.facts.files import FileFacts
from fastreview.facts.source import ModuleFacts
from fastreview.gather.distributions import distribution, distribution_name
from fastreview.gather.environment.reached import third_party

RUNNERS = ("pytest", "coverage")

# Installed where the project declares them: plugins of pytest by their name, and what tests use without importing it.
_PLUGIN = re.compile(r"^pytest[-_]|[-_]pytest$|^(?:anyio|trio|xdist)$")
_USED = frozenset(
    ("httpx", "requests", "asgi-lifespan", "aiosqlite", "greenlet", "faker", "factory-boy", "polyfactory", "hypothesis",
     "schemathesis", "freezegun", "time-machine", "respx", "responses", "aioresponses", "fakeredis", "mongomock",
     "mongomock-motor", "moto", "testcontainers", "syrupy", "dirty-equals", "tox", "nose", "psycopg2-binary", "websockets")
)  # fmt: skip
_ASYNC_DRIVERS = frozenset(("asyncpg", "aiosqlite", "aiomysql", "asyncmy", "psycopg", "psycopg-binary"))
_ON_GREENLET = frozenset(("sqlalchemy", "sqlmodel"))
_OTHERWISE = {
    "factory": "factory-boy",
    "responses": "responses",
    "xdist": "pytest-xdist",
    "sqlalchemy_utils": "sqlalchemy-utils",
}
"""Packages of modules that only tests use, where the names differ."""
_TOLD = (
    ("async def functions are not natively supported", "pytest-asyncio"),
    ("Unknown pytest.mark.asyncio", "pytest-asyncio"),
    ("module 'anyio' has no attribute 'start_blocking_portal'", "anyio<4"),
    ("password cannot be longer than 72 bytes", "bcrypt<4.1"),
    ("__init__() got an unexpected keyword argument 'app'", "httpx<0.28"),
    ("'FixtureDef' object has no attribute 'unittest'", "pytest<8.2"),
    ("'FixtureManager' object has no attribute '_arg2fixturedefs'", "pytest<9"),
    ("fixture 'event_loop' not found", "pytest-asyncio<1"),
    ("Unknown config option: env", "pytest-env"),
    ("Unknown config option: asyncio_mode", "pytest-asyncio"),
    ("fixture 'mocker' not found", "pytest-mock"),
    ("fixture 'httpx_mock' not found", "pytest-httpx"),
    ("fixture 'requests_mock' not found", "requests-mock"),
    ("fixture 'respx_mock' not found", "respx"),
    ("fixture 'benchmark' not found", "pytest-benchmark"),
    ("fixture 'faker' not found", "faker"),
)
"""Failures that tell of a plugin that is missing, or of a newer version than the tests know, and what they need."""
_TEST_FILE = re.compile(r"(?:^|/)(?:conftest|test_[^/]*|[^/]*_test|tests?)\.py$|(?:^|/)tests?/.*\.py$")
_CLIENT = frozenset(("fastapi.testclient", "starlette.testclient"))


def has_tests(modules: Sequence[ModuleFacts]) -> bool:
    return any(_TEST_FILE.search(module.path) for module in modules)


def needed(files: FileFacts, modules: Sequence[ModuleFacts], roots: Sequence[str]) -> dict[str, str]:
    """Requirements by package, the runner and coverage.py first."""
    # How Poetry writes versions is not for uv: its name will do, the environment knows the version.
    declared = {
        one.name: one.name + (one.specifier if _plain(one.specifier) else "") for one in files.requirements if one.name
    }
    found = dict.fromkeys(RUNNERS, "")
    found |= {name: "" for name in declared if _PLUGIN.search(name) or name in _USED}
    tests = [module for module in modules if _TEST_FILE.search(module.path)]
    # What the service imports too is there, under whatever name its package has.
    served = {one.module.partition(".")[0] for module in modules if module not in tests for one in module.imports}
    targets = [name for module in tests for name in _names(module.path, roots)]
    reached = third_party(tests, (*roots, "."), targets)
    found |= {
        _package(module): "" for module in reached if module.partition(".")[0] not in served | _top(modules, roots)
    }
    # Versions of SQLAlchemy ask for it, or not, by the version of Python.
    if not _ASYNC_DRIVERS.isdisjoint(declared) and not _ON_GREENLET.isdisjoint(declared):
        found["greenlet"] = ""
    if any(one.module in _CLIENT for module in tests for one in module.imports):
        found["httpx"] = ""
    return {name: declared.get(name, name) for name in found if name}


def learnt(reasons: Sequence[str], modules: Sequence[ModuleFacts], tried: Mapping[str, str]) -> dict[str, str]:
    """Requirements by package that failures ask for and that were not ``tried``: modules of others that could not be
    imported, plugins whose fixtures are missing, versions that the tests were written for."""
    own = {part for module in modules for part in module.path.removesuffix(".py").split("/")}
    names = {match[1] for reason in reasons if (match := re.search(r"No module named '([\w.]+)'", reason))}
    found = {_package(name): "" for name in sorted(names) if name.partition(".")[0] not in own}
    asked = {name: line or name for name, line in found.items() if name}
    asked |= {distribution_name(line): line for text, line in _TOLD if any(text in reason for reason in reasons)}
    return {
        name: line
        for name, line in asked.items()
        if tried.get(name, "") != line and (line != name or name not in tried)
    }


def wants_async_fixtures(reasons: Iterable[str]) -> bool:
    """Whether fixtures were handed over without being awaited: older versions of pytest-asyncio awaited all of them."""
    return any(re.search(r"'(?:async_generator|coroutine)' object has no attribute", reason) for reason in reasons)


def _top(modules: Sequence[ModuleFacts], roots: Sequence[str]) -> frozenset[str]:
    """What the project's own modules begin with, from any import root."""
    return frozenset(name.partition(".")[0] for module in modules for name in _names(module.path, roots))


def _package(module: str) -> str:
    return _OTHERWISE.get(module.partition(".")[0]) or distribution_name(distribution(module))


def _names(path: str, roots: Sequence[str]) -> Iterable[str]:
    for root in (*roots, "."):
        start = "" if root in (".", "..") else f"{root}/"
        if path.startswith(start):
            yield path[len(start) :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _plain(specifier: str) -> bool:
    return not specifier or specifier[0] in "=<>!~"
