"""Where the framework does what: lines of the FastAPI and Starlette that the project runs on, found without importing them."""

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from fastreview.facts.app import ProbeFacts

# Step to the places that did it in one version or another, the newest first: file, then class and function.
_STEPS: dict[str, tuple[tuple[str, str], ...]] = {
    "app": (("fastapi/applications.py", "FastAPI.__call__"),),
    "stack": (
        ("fastapi/applications.py", "FastAPI.build_middleware_stack"),
        ("starlette/applications.py", "Starlette.build_middleware_stack"),
    ),
    "server errors": (("starlette/middleware/errors.py", "ServerErrorMiddleware.__call__"),),
    "exceptions": (
        ("starlette/middleware/exceptions.py", "ExceptionMiddleware.__call__"),
        ("starlette/exceptions.py", "ExceptionMiddleware.__call__"),
    ),
    "base middleware": (("starlette/middleware/base.py", "BaseHTTPMiddleware.__call__"),),
    "exit stack": (("fastapi/middleware/asyncexitstack.py", "AsyncExitStackMiddleware.__call__"),),
    "routing": (
        ("fastapi/routing.py", "APIRouter.app"),
        ("starlette/routing.py", "Router.app"),
        ("starlette/routing.py", "Router.__call__"),
    ),
    "include": (("fastapi/routing.py", "APIRouter.include_router"),),
    "mount": (("starlette/routing.py", "Mount.matches"),),
    "request": (("fastapi/routing.py", "get_request_handler"),),
    "websocket": (("fastapi/routing.py", "get_websocket_app"),),
    "dependant": (("fastapi/dependencies/utils.py", "get_dependant"),),
    "dependencies": (("fastapi/dependencies/utils.py", "solve_dependencies"),),
    "generator": (
        ("fastapi/dependencies/utils.py", "_solve_generator"),
        ("fastapi/dependencies/utils.py", "solve_generator"),
    ),
    "thread": (("starlette/concurrency.py", "run_in_threadpool"),),
    "body": (("fastapi/dependencies/utils.py", "request_body_to_args"),),
    "parameters": (("fastapi/dependencies/utils.py", "request_params_to_args"),),
    "endpoint": (("fastapi/routing.py", "run_endpoint_function"),),
    "response": (("fastapi/routing.py", "serialize_response"),),
    "background": (
        ("starlette/background.py", "BackgroundTasks.__call__"),
        ("starlette/background.py", "BackgroundTask.__call__"),
    ),
    "teardown": (
        ("fastapi/routing.py", "request_response"),
        ("fastapi/middleware/asyncexitstack.py", "AsyncExitStackMiddleware.__call__"),
    ),
}
_LIBRARY = {
    "CORSMiddleware": ("starlette/middleware/cors.py", "CORSMiddleware.__call__"),
    "GZipMiddleware": ("starlette/middleware/gzip.py", "GZipMiddleware.__call__"),
    "TrustedHostMiddleware": ("starlette/middleware/trustedhost.py", "TrustedHostMiddleware.__call__"),
    "HTTPSRedirectMiddleware": ("starlette/middleware/httpsredirect.py", "HTTPSRedirectMiddleware.__call__"),
    "SessionMiddleware": ("starlette/middleware/sessions.py", "SessionMiddleware.__call__"),
    "AuthenticationMiddleware": ("starlette/middleware/authentication.py", "AuthenticationMiddleware.__call__"),
    "BaseHTTPMiddleware": ("starlette/middleware/base.py", "BaseHTTPMiddleware.__call__"),
}

MAX_BYTES = 2_000_000


class Framework(Struct, frozen=True):
    """FastAPI and Starlette as installed: ``folder`` holds their packages, None where they were not found."""

    folder: Path | None
    fastapi: str
    starlette: str

    @property
    def named(self) -> str:
        """``FastAPI 0.165.0, Starlette 1.10.0``."""
        parts = [
            f"{name} {found}" for name, found in (("FastAPI", self.fastapi), ("Starlette", self.starlette)) if found
        ]
        return ", ".join(parts)

    def at_least(self, major: int, minor: int) -> bool:
        """Whether this FastAPI is that version or newer; an unknown one is taken for new."""
        numbers = [int(part) for part in re.findall(r"\d+", self.fastapi)[:2]]
        return len(numbers) < 2 or (numbers[0], numbers[1]) >= (major, minor)

    def source(self, step: str) -> str:
        """``fastapi/routing.py:372 run_endpoint_function``, or "" where this version does it elsewhere."""
        return next(filter(None, (self._found(*place) for place in _STEPS[step])), "")

    def middleware(self, name: str) -> str:
        """Where a middleware of Starlette begins, by the last part of its name, or ""."""
        place = _LIBRARY.get(name)
        return self._found(*place) if place else ""

    def _found(self, file: str, qualname: str) -> str:
        line = _line(self.folder / file, qualname) if self.folder else 0
        return f"{file}:{line} {qualname}" if line else ""


def installed_framework(probe: ProbeFacts | None) -> Framework:
    """That of the environment which the project was imported in, else the one beside fastreview."""
    if probe is not None and probe.packages:
        folder = _packages_of(probe.interpreter)
        if folder is not None:
            return Framework(folder, probe.packages.get("fastapi", ""), probe.packages.get("starlette", ""))
    found = find_spec("fastapi")
    places = list(found.submodule_search_locations or ()) if found else []
    return Framework(Path(places[0]).parent if places else None, _version("fastapi"), _version("starlette"))


def _packages_of(interpreter: str) -> Path | None:
    # Only a review that imported an app asks for it.
    from fastreview.gather.environment.existing import packages_folders

    found = packages_folders(Path(interpreter).parent.parent)
    return next((folder for folder in found if (folder / "fastapi" / "routing.py").is_file()), None)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@cache
def _line(file: Path, qualname: str) -> int:
    """The line of a definition, 0 where there is none."""
    owner, _, name = qualname.rpartition(".")
    lines = _lines(file)
    start = 0
    if owner:
        start = next((n for n, line in enumerate(lines) if re.match(rf"class {owner}\b", line)), len(lines))
    pattern = re.compile(rf"{'    ' if owner else ''}(?:async )?def {name}\b|class {name}\b")
    return next((n + 1 for n, line in enumerate(lines[start:], start) if pattern.match(line)), 0)


@cache
def _lines(file: Path) -> tuple[str, ...]:
    try:
        return tuple(file.read_bytes()[:MAX_BYTES].decode("utf-8", "replace").split("\n"))
    except OSError:
        return ()
