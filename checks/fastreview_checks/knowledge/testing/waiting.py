"""What makes a test slow or dependent on others' machines: sleeps, and calls of the outside world.

Sources: documentation of pytest, requests, httpx, aiohttp and of the libraries that stand in for them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from fastreview.api import CallSite, Class, External, Module, Project, Test, syntax

SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep"})
OUTBOUND = re.compile(
    r"^(?:requests|httpx)\.(?:get|post|put|patch|delete|head|request|stream)$|^urllib\.request\.(?:urlopen|urlretrieve)$"
)
LIBRARIES = frozenset({"requests", "httpx", "urllib"})
APART = re.compile(
    r"mark\.(?:\w*(?:slow|integration|e2e|network|external|online|live|manual|system|load|benchmark|performance)\w*|skip\w*)$",
    re.IGNORECASE,
)
APART_PATH = re.compile(
    r"(?:^|/)(?:e2e|integration\w*|system\w*|live|manual|load\w*|performance|benchmarks?|smoke\w*|acceptance)(?:_?tests?)?/"
)
STANDING_IN = re.compile(
    r"respx|responses|requests_mock|httpx_mock|aioresponses|vcr|cassette|httpretty|pook|mock|patch|freeze|travel|fake_?sleep|no_?sleep",
    re.IGNORECASE,
)
LOCAL = re.compile(
    r"localhost|127\.|0\.0\.0\.0|\[?::1|.*\.(?:test|local|localhost|example|invalid|internal)$|(?:.*\.)?example\.(?:com|org|net)$|[^.]*$"
)


def is_apart(test: Test) -> bool:
    """Whether it is set apart from the tests that everybody runs: by a marker, or by its folder."""
    function = test.function
    return (
        _is_module_apart(function.module)
        or any(APART.search(name) for name in function.decorator_names)
        or (function.owner is not None and _is_class_apart(function.owner))
    )


@lru_cache(maxsize=2_000)
def _is_module_apart(module: Module) -> bool:
    marks = module.bindings.get("pytestmark", ())
    names = {n.name for b in marks for n in syntax.walk(b.expr) if isinstance(n, syntax.Ref)}
    return any(APART.search(name) for name in names) or bool(APART_PATH.search(module.path))


@lru_cache(maxsize=2_000)
def _is_class_apart(cls: Class) -> bool:
    decorators = (d.func if isinstance(d, syntax.Call) else d for d in cls.facts.decorators)
    return any(APART.search(d.name) for d in decorators if isinstance(d, syntax.Ref))


def sleeps(test: Test, project: Project, least: float) -> Iterator[tuple[CallSite, float]]:
    """Sleeps of a written-out time that are not the pause of a poll; nor where the test replaces them."""
    for code in project.exercise.codes_of(test) if _somebody_sleeps(project) else ():
        if "sleep" not in code.called:
            continue
        for site in code.calls:
            if site.call.method != "sleep" or site.loops or site.deferred or not site.call.args:
                continue
            seconds, target = site.call.args[0], project.values.target(site)
            if (
                isinstance(target, External)
                and target.name in SLEEPS
                and isinstance(seconds, int | float)
                and seconds >= least
                and not _stands_in(test)
                and code.parent is None
            ):
                yield site, float(seconds)


@lru_cache(maxsize=2)
def _somebody_sleeps(project: Project) -> bool:
    return any("sleep" in code.called for m in project.modules if m.kind == "test" for code in m.codes())


def outside_calls(test: Test, project: Project) -> Iterator[tuple[CallSite, str]]:
    """Calls of hosts outside by a library's own functions."""
    function = test.function
    if not _has_library(function.module) or _stands_in(test):
        return
    for site in function.calls:
        target = project.values.target(site) if site.call.args else None
        if isinstance(target, External) and OUTBOUND.search(target.name):
            url = project.constants.text(site.call.args[-1 if target.name.endswith("request") else 0], function)
            host = _host(url or "")
            if host and not LOCAL.match(host):
                yield site, host


@lru_cache(maxsize=2_000)
def _has_library(module: Module) -> bool:
    return any(one.module.partition(".")[0] in LIBRARIES for one in module.facts.imports)


def _stands_in(test: Test) -> bool:
    function = test.function
    words = (*function.parameters, *function.decorator_names, *function.mentioned)
    return any(STANDING_IN.search(word) for word in words)


def _host(url: str) -> str:
    try:
        found = urlsplit(url)
    except ValueError:
        return ""
    return (found.hostname or "") if found.scheme in ("http", "https") and "{" not in found.netloc else ""
