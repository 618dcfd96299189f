"""The routes, what is injected into them, and the way of a request through one."""

from typing import Literal

from msgspec import Struct

from fastreview.review.outcomes import RelatedPlace


class RouteTests(Struct, frozen=True):
    """The tests that call a route, by the run of the tests or, without one, by what their code says.

    ``called`` is "unknown" where URLs are made at run time and "" for what is no route of the API. ``count`` are all tests,
    ``first`` the first few of them."""

    called: Literal["yes", "no", "unknown", ""] = ""
    by: Literal["run", "code", ""] = ""
    count: int = 0
    first: tuple[RelatedPlace, ...] = ()


class RouteEntry(Struct, frozen=True):
    method: str
    """WS for a websocket"""
    path: str
    endpoint: str
    path_file: str
    line: int
    is_async: bool
    seen: tuple[Literal["static", "runtime"], ...]
    security: tuple[str, ...]
    dependencies: tuple[str, ...]
    response_model: str
    tags: tuple[str, ...]
    status_code: int = 0
    in_schema: bool = True
    doubts: tuple[str, ...] = ()
    """Where the code and the running app disagree."""
    without_credentials: Literal["refused", "passed", ""] = ""
    """How the running app took a request without credentials: "" where none was sent or its answer does not tell."""
    tests: RouteTests = RouteTests()
    injected: tuple[int, ...] = ()
    """What it asks for itself, in the order FastAPI solves it: positions in ``injection`` of the review."""


class Injectable(Struct, frozen=True):
    """Something that FastAPI injects. ``needs`` are the positions of what it asks for itself, in order; ``routes`` counts the
    routes that depend on it, directly or not."""

    name: str
    kind: Literal["function", "generator", "class", "instance", "security", "other"]
    path: str = ""
    line: int = 0
    runs: Literal["loop", "thread", ""] = ""
    cached: bool = True
    """False where some use asks for ``use_cache=False``."""
    routes: int = 0
    needs: tuple[int, ...] = ()


class TraceStep(Struct, frozen=True):
    """Something that happens to a request. ``runs`` is "loop", "thread" or "" where nothing of the project runs; ``source`` is
    the framework's own line, as ``fastapi/routing.py:372 run_endpoint_function``."""

    title: str
    detail: str = ""
    path: str = ""
    line: int = 0
    source: str = ""
    runs: Literal["loop", "thread", ""] = ""
    steps: tuple["TraceStep", ...] = ()


class Trace(Struct, frozen=True):
    """One request to ``route`` from end to end; ``framework`` names the versions whose lines are given."""

    route: str
    path: str
    line: int
    framework: str
    seen: tuple[Literal["static", "runtime"], ...]
    steps: tuple[TraceStep, ...]
